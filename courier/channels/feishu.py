"""Feishu or Lark group robot (飞书自定义机器人): a card, signed with the seconds of the sending."""

import base64
import hashlib
import hmac
from urllib.parse import quote

import aiohttp
import orjson

from courier import clock, wording
from courier.account import Account
from courier.channels.codes import FEISHU, judge
from courier.post import Links, Request, post
from courier.verdict import Verdict
from streams.schemas import Sending

ADDRESS = "https://open.feishu.cn/open-apis/bot/v2/hook"
MOST = 12_000
"""Bytes of text: the vendor takes 20 KB of a whole body."""

COLOURS = {"normal": "green", "III": "yellow", "II": "orange", "I": "red"}


def signature(secret: str, at_s: int) -> str:
    """HMAC-SHA256 over nothing, with `seconds, line break, secret` as its key: so the vendor wants it."""
    digest = hmac.new(f"{at_s}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def request(sending: Sending, account: Account, at_ms: int, links: Links = ()) -> Request:
    """What is posted; the token stands in the address, the signature in the body."""
    words = wording.text(sending, MOST, links)
    everyone = "<at id=all></at>\n" if sending.urgent else ""
    card = {
        "header": {
            "title": {"tag": "plain_text", "content": wording.fitting(wording.subject(sending), 250)},
            "template": COLOURS[sending.level],
        },
        "elements": [{"tag": "div", "text": {"tag": "lark_md", "content": everyone + words}}],
    }
    body: dict[str, object] = {"msg_type": "interactive", "card": card}
    if account.channel.secret:
        at_s = at_ms // 1000
        body = {"timestamp": str(at_s), "sign": signature(account.value("secret"), at_s), **body}
    return Request(
        f"{(account.address or ADDRESS).rstrip('/')}/{quote(account.value('token'), safe='')}", orjson.dumps(body)
    )


def shown(sending: Sending, account: Account, links: Links, at_ms: int) -> dict[str, object]:
    """What would be posted."""
    return request(sending, account, at_ms, links).shown()


async def send(sending: Sending, account: Account, http: aiohttp.ClientSession, links: Links = ()) -> Verdict:
    """Send it; delivered only when the answer holds `code` 0."""
    answer = await post(http, request(sending, account, clock.wall_ms(), links))
    return answer if isinstance(answer, Verdict) else judge(answer, "feishu", FEISHU, "code", "msg")
