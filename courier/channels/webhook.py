"""A signed webhook: Standard Webhooks 1.0, for whoever receives notices by a program of their own."""

import base64
import binascii
import hashlib
import hmac

import aiohttp
import orjson

from courier import clock, wording
from courier.account import Account, Unfit
from courier.post import Links, Request, post
from courier.verdict import Verdict, Why
from streams.schemas import Sending

PREFIX = "whsec_"
MOST = 6_000
"""Bytes of each language: the standard asks for less than 20 KB in all."""


def keys(account: Account) -> list[bytes]:
    """The keys that sign; there may be two, apart by a space, while one replaces the other.  Raises Unfit."""
    found = []
    for word in account.value("secret").split():
        try:
            key = base64.b64decode(word.removeprefix(PREFIX), validate=True) if word.startswith(PREFIX) else b""
        except binascii.Error:
            key = b""
        if not 24 <= len(key) <= 64:
            raise Unfit(
                f"{account.channel.id}: secret: it is none of Standard Webhooks: "
                "make one of whsec_ and 24 to 64 random bytes in base64"
            )
        found.append(key)
    return found


def signature(key: bytes, identity: str, at_s: int, body: bytes) -> str:
    """HMAC-SHA256 over `id.seconds.body`."""
    signed = hmac.new(key, f"{identity}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def request(sending: Sending, account: Account, at_ms: int, links: Links = ()) -> Request:
    """What is posted; its id is the sending's, so that a repeat after a crash is known as one.  Raises Unfit."""
    said = sending.model_dump(mode="json")
    for part in ("subject", "text"):
        said[part] = {lang: wording.fitting(words, MOST) for lang, words in said[part].items()}
    said["links"] = list(links)
    body = orjson.dumps({"type": f"tidegate.notice.{sending.what}", "timestamp": sending.at, "data": said})
    at_s = at_ms // 1000
    headers = {
        "webhook-id": sending.id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signature(key, sending.id, at_s, body) for key in keys(account)),
    }
    return Request(account.address, body, headers)


def shown(sending: Sending, account: Account, links: Links, at_ms: int) -> dict[str, object]:
    """What would be posted."""
    return request(sending, account, at_ms, links).shown()


async def send(sending: Sending, account: Account, http: aiohttp.ClientSession, links: Links = ()) -> Verdict:
    """Send it; any 2xx is the receiver's yes, everything else is not."""
    answer = await post(http, request(sending, account, clock.wall_ms(), links))
    if isinstance(answer, Verdict):
        return answer
    return Verdict(Why.ACCEPTED, f"http {answer.status}") if 200 <= answer.status < 300 else answer.judged()
