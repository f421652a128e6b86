"""DingTalk group robot (钉钉自定义机器人): markdown, signed with the milliseconds of the sending."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import aiohttp
import orjson

from courier import clock, wording
from courier.account import Account
from courier.channels.codes import DINGTALK, judge
from courier.post import Links, Request, post
from courier.verdict import Verdict
from streams.schemas import Sending

ADDRESS = "https://oapi.dingtalk.com/robot/send"
MOST = 12_000
"""Bytes of text: the vendor takes 20,000 of a whole body, in which each character may become longer."""


def signature(secret: str, at_ms: int) -> str:
    """HMAC-SHA256 over `milliseconds, line break, secret` with the secret as its key; not yet quoted."""
    digest = hmac.new(secret.encode(), f"{at_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def request(sending: Sending, account: Account, at_ms: int, links: Links = ()) -> Request:
    """What is posted; token and signature stand in the address, quoted once."""
    query = {"access_token": account.value("token")}
    if account.channel.secret:
        query |= {"timestamp": str(at_ms), "sign": signature(account.value("secret"), at_ms)}
    title = wording.fitting(wording.subject(sending), 250)
    # DingTalk's markdown breaks a line only at an empty one.
    words = wording.text(sending, MOST, links).replace("\n", "\n\n")
    body = {
        "msgtype": "markdown",
        "markdown": {"title": title, "text": f"**{title}**\n\n{words}"},
        "at": {"isAtAll": sending.urgent},
    }
    return Request(f"{account.address or ADDRESS}?{urlencode(query)}", orjson.dumps(body))


def shown(sending: Sending, account: Account, links: Links, at_ms: int) -> dict[str, object]:
    """What would be posted."""
    return request(sending, account, at_ms, links).shown()


async def send(sending: Sending, account: Account, http: aiohttp.ClientSession, links: Links = ()) -> Verdict:
    """Send it; delivered only when the answer holds `errcode` 0."""
    answer = await post(http, request(sending, account, clock.wall_ms(), links))
    return answer if isinstance(answer, Verdict) else judge(answer, "dingtalk", DINGTALK, "errcode", "errmsg")
