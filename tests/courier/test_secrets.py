"""No secret ever stands in a log, an outcome, an exception, a figure or a dry run: everything is searched."""

import asyncio
import base64
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
from aiohttp import web
from prometheus_client import generate_latest

from courier.account import opened
from courier.answers import outcome
from courier.channels import SEND
from courier.lane import Lane
from courier.trial import prepared, shown
from courier.verdict import Verdict
from courier.waiting import Held
from streams.policy import Channel, Office, Words
from streams.policy.site import Block, Site, Timing, Zone
from tests.courier.providers import SECRETS, Behaviour, Seen, broken_line, channel, provider, says, sending

KINDS = ("wecom", "dingtalk", "feishu", "webhook")


OWN = {
    "wecom": ("WECOM_KEY",),
    "dingtalk": ("DING_TOKEN", "DING_SECRET"),
    "feishu": ("FEISHU_TOKEN", "FEISHU_SECRET"),
    "webhook": ("HOOK_SECRET",),
}
"""What the provider of a channel could know."""


def forms(names: tuple[str, ...]) -> Iterator[str]:
    """Every way in which those secrets could be written."""
    for secret in (SECRETS[name] for name in names):
        yield from {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        yield base64.b64encode(secret.encode()).decode()
        yield repr(secret)[1:-1]


def assert_silent(text: str, names: tuple[str, ...] = tuple(SECRETS)) -> None:
    assert text
    assert [form for form in forms(names) if form in text] == []
    assert [name for name in names if SECRETS[name][:8] in text] == [], "the beginning of one"


def echoing(known: str) -> Behaviour:
    """A provider that says everything again that it was told and knows, as real ones do with a wrong key."""

    async def echo(seen: Seen) -> web.StreamResponse:
        told = {"path": seen.path, "query": seen.query, "raw": seen.raw.decode(), "headers": seen.headers}
        said = f"{known} {seen.path} {seen.query} {json.dumps(told)}"
        return web.json_response({"errcode": 93000, "errmsg": said, "code": 19001, "msg": said}, status=403)

    return echo


@pytest.mark.parametrize("kind", KINDS)
async def test_whatever_a_provider_does_no_secret_comes_out(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    told: list[tuple[Held, Verdict]] = []
    heard = asyncio.Event()

    async def answered(held: list[Held], verdict: Verdict) -> None:
        told.extend((one, verdict) for one in held)
        heard.set()

    async def try_out(url: str) -> None:
        lane = Lane(channel(kind, url), answered)
        lane.put(Held(sending(level="I")))
        async with asyncio.timeout(20):
            await heard.wait()
        heard.clear()
        await lane.close(1.0)

    own = OWN[kind]
    known = " ".join(SECRETS[name] for name in own)
    behaviours = [echoing(known), says(500, (known * 90).encode()), says(302, b"", Location="http://127.0.0.1:1/")]
    for behaviour in behaviours:
        async with provider(behaviour) as door:
            await try_out(door.url)
    async with broken_line(b"HTTP/1.1 banana\r\n\r\n") as url:
        await try_out(url)
    await try_out("http://127.0.0.1:1")
    assert len(told) == 5
    outcomes = [outcome(held.sending, verdict, 0, together=False).model_dump_json() for held, verdict in told]
    assert_silent("\n".join(outcomes), own)
    assert_silent(repr(told), own)
    assert_silent(generate_latest().decode())
    # The provider of the test keeps a log of its own, of who knocked with which address.
    ours = [record for record in caplog.records if not record.name.startswith(("aiohttp.access", "aiohttp.server"))]
    assert_silent("\n".join(record.getMessage() for record in ours) + "-")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_fault_of_ours_is_named_without_the_words_of_its_error(
    kind: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*arguments: object) -> Verdict:
        raise RuntimeError(f"http://x/?key={SECRETS['WECOM_KEY']}&{SECRETS['DING_TOKEN']}")

    monkeypatch.setitem(SEND, kind, fails)
    told: list[Verdict] = []
    heard = asyncio.Event()

    async def answered(held: list[Held], verdict: Verdict) -> None:
        told.append(verdict)
        heard.set()

    lane = Lane(channel(kind, "http://127.0.0.1:1"), answered)
    lane.put(Held(sending(level="I")))
    async with asyncio.timeout(20):
        await heard.wait()
    await lane.close(1.0)
    assert told[0].result == "failed" and "RuntimeError" in caplog.text
    assert_silent(caplog.text + repr(told))


def site(*channels: Channel) -> Site:
    office = Office("hubin-street", Words("湖滨街道", "Hubin"), "street", channels=tuple(one.id for one in channels))
    block = Block("b", (Zone("fountain", Words("喷泉", "Fountain")),))
    return Site("hubin", Words("湖滨", "Hubin"), "Asia/Shanghai", Timing(), (office,), (block,), (), (), channels)


MAIL = Channel(
    "m", "mail", to=("duty@example.org",), sender="t@example.org", server="mx.example.org", port=587,
    user="tide", password="env:MAIL_PASSWORD",
)  # fmt: skip


@pytest.mark.parametrize("by", [*(channel(kind, "https://example.org/x") for kind in KINDS), MAIL, channel("inbox")])
def test_a_dry_run_shows_everything_but_the_secrets(by: Channel) -> None:
    made = site(by)
    text = json.dumps(shown(prepared(made, made.offices[0], by)), ensure_ascii=False)
    assert_silent(text)
    assert ("【测试】" in text and "[TEST]" in text) or "tidegate.notice.test" in text
    assert by.kind == "inbox" or "***" in text


def test_an_account_does_not_show_its_secrets() -> None:
    for kind in KINDS:
        assert_silent(repr(opened(channel(kind, "https://example.org/x"))))
