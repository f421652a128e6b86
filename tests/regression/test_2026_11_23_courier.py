"""Defects of 2026-11-23 in the courier, each told by its fact."""

import base64
import gzip
import json

import pytest
from aiohttp import web

from courier.account import opened
from courier.verdict import Why
from streams.policy import Channel
from tests.courier.providers import SECRETS, Seen, channel, provider, sending, sent


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


async def packs_if_asked(seen: Seen) -> web.StreamResponse:
    """What a proxy in front of a robot does: it packs its answer for whoever says that it may."""
    body, asked = json.dumps({"errcode": 0, "errmsg": "ok"}).encode(), seen.headers.get("Accept-Encoding", "")
    if "gzip" not in asked:
        return web.Response(body=body)
    return web.Response(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})


async def test_a_robot_behind_a_proxy_that_packs_its_answers_is_understood() -> None:
    """Packed answers were asked for and never unpacked: a delivered notice counted as failed, and came again."""
    async with provider(packs_if_asked) as robot:
        verdict = await sent(channel("wecom", robot.url), sending())
    assert verdict.why is Why.ACCEPTED


def test_a_mail_server_that_repeats_the_login_gives_no_password_away() -> None:
    """The password was hidden as it is and as LOGIN says it, not as PLAIN says it: user and password in one piece."""
    mail = Channel("mail", "mail", to=("duty@example.org",), sender="gate@example.org", server="mx.example.org",
                   user="tidegate", password="env:MAIL_PASSWORD")  # fmt: skip
    account = opened(mail)
    said = base64.b64encode(f"\0{account.channel.user}\0{SECRETS['MAIL_PASSWORD']}".encode()).decode()
    hidden = account.mask(f"500 5.3.3 Unrecognized command 'AUTH PLAIN {said}'")
    assert said not in hidden and hidden == "500 5.3.3 Unrecognized command 'AUTH PLAIN ***'"
