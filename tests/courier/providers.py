"""Providers of our own that behave like the real ones, refusals and limits included."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from courier.account import opened
from courier.channels import SEND
from courier.post import session
from courier.verdict import Verdict
from streams.policy import Channel
from streams.schemas import Sending, Words

SECRETS = {
    "WECOM_KEY": "693a91f6-7dee-4bc4-97a0-0ec2sifa5aaa",
    "DING_TOKEN": "d1ng+tok/en=9f8e7d6c5b4a",
    "DING_SECRET": "SECdemo-0123456789",
    "FEISHU_TOKEN": "fe15hu/t0ken-aabbccdd",
    "FEISHU_SECRET": "fe15hu-s3cret",
    "HOOK_SECRET": "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode(),
    "MAIL_PASSWORD": "pa55word-of-the-mail",
}
AT = "2026-10-01T11:30:00.000Z"


def sending(number: int = 1, **changes: Any) -> Sending:
    """A sending of level III about a zone of its own, unless said otherwise."""
    urgent = changes.get("level") == "I"
    said: dict[str, Any] = {
        "id": f"sending-{number}",
        "office": "hubin-street",
        "channel": "robot",
        "notices": [f"notice-{number}"],
        "zone": f"zone-{number}",
        "barrier": None,
        "episode": "episode-1",
        "level": "III",
        "what": "raise",
        "urgent": urgent,
        "attempt": 1,
        "at": AT,
        "subject": Words(zh=f"喷泉 {number} 升级", en=f"Fountain {number} raised"),
        "text": Words(zh=f"音乐喷泉 {number} 号升为响应。", en=f"Music fountain {number}: raised."),
    }
    return Sending(**(said | changes))


@dataclass
class Seen:
    """One request as a provider saw it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


Behaviour = Callable[[Seen], Awaitable[web.StreamResponse]]


@dataclass
class Provider:
    """A server on this machine; `behaviour` answers, `seen` is everything that came."""

    behaviour: Behaviour
    seen: list[Seen] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        seen = Seen(request.path, dict(request.query), dict(request.headers), await request.read())
        self.seen.append(seen)
        return await self.behaviour(seen)


@asynccontextmanager
async def provider(behaviour: Behaviour) -> AsyncIterator[Provider]:
    """A provider that listens for as long as it is used."""
    made = Provider(behaviour)
    app = web.Application(client_max_size=1 << 24)
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def says(status: int = 200, body: object = None, **headers: str) -> Behaviour:
    """Always the same answer; a body that is not bytes is JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def answer(seen: Seen) -> web.StreamResponse:
        return web.Response(status=status, body=data, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def hangs(seen: Seen) -> web.StreamResponse:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError


@asynccontextmanager
async def broken_line(begins: bytes = b"") -> AsyncIterator[str]:
    """A server that begins an answer and hangs up; its address."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(begins)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@dataclass
class Robot:
    """WeCom, DingTalk or Feishu: who knocks is asked for its key and signature, and too many are refused.

    `now_s` is the provider's clock; `refused` counts those that came too fast.
    """

    kind: str
    now_s: Callable[[], float]
    taken: list[float] = field(default_factory=list)
    blocked_until_s: float = 0.0
    refused: int = 0

    async def __call__(self, seen: Seen) -> web.StreamResponse:
        code, words = self.judged(seen)
        name, text = ("code", "msg") if self.kind == "feishu" else ("errcode", "errmsg")
        return web.json_response({name: code, text: words})

    def judged(self, seen: Seen) -> tuple[int, str]:
        wrong = {"wecom": self.wecom, "dingtalk": self.dingtalk, "feishu": self.feishu}[self.kind](seen)
        return wrong or self.fast() or (0, "ok")

    def wecom(self, seen: Seen) -> tuple[int, str] | None:
        if seen.query.get("key") != SECRETS["WECOM_KEY"]:
            return 93000, f"invalid webhook url, hint: [1700000], key {seen.query.get('key')}"
        kind = seen.body["msgtype"]
        size = len(seen.body[kind]["content"].encode())
        return (40058, f"{kind}.content exceed max length") if size > {"text": 2048, "markdown": 4096}[kind] else None

    def dingtalk(self, seen: Seen) -> tuple[int, str] | None:
        if seen.query.get("access_token") != SECRETS["DING_TOKEN"]:
            return 300001, "token is not exist"
        stamp, key = seen.query["timestamp"], SECRETS["DING_SECRET"]
        good = base64.b64encode(hmac.new(key.encode(), f"{stamp}\n{key}".encode(), hashlib.sha256).digest()).decode()
        return None if seen.query["sign"] == good and len(stamp) == 13 else (310000, "sign not match")

    def feishu(self, seen: Seen) -> tuple[int, str] | None:
        if not seen.path.endswith("/" + SECRETS["FEISHU_TOKEN"]):
            return 19001, "param invalid: incoming webhook access token invalid"
        stamp, key = seen.body["timestamp"], SECRETS["FEISHU_SECRET"]
        good = base64.b64encode(hmac.new(f"{stamp}\n{key}".encode(), b"", hashlib.sha256).digest()).decode()
        return None if seen.body["sign"] == good and len(stamp) == 10 else (19021, "sign match fail")

    def fast(self) -> tuple[int, str] | None:
        now_s = self.now_s()
        if now_s < self.blocked_until_s:
            self.refused += 1
            return 130101, "send too fast, exceed 20 times per minute"
        windows = {"feishu": ((60.0, 100), (1.0, 5))}.get(self.kind, ((60.0, 20),))
        if any(sum(at > now_s - span for at in self.taken) >= most for span, most in windows):
            self.refused += 1
            if self.kind == "dingtalk":
                self.blocked_until_s = now_s + 600
            code = {"wecom": 45009, "dingtalk": 130101, "feishu": 11232}[self.kind]
            return code, "too fast"
        self.taken.append(now_s)
        return None


def channel(kind: str, url: str = "", identity: str = "robot") -> Channel:
    """A channel of the site whose provider is at an address of ours."""
    named: dict[str, dict[str, Any]] = {
        "wecom": {"key": "env:WECOM_KEY"},
        "dingtalk": {"token": "env:DING_TOKEN", "secret": "env:DING_SECRET"},
        "feishu": {"token": "env:FEISHU_TOKEN", "secret": "env:FEISHU_SECRET"},
        "webhook": {"secret": "env:HOOK_SECRET"},
        "inbox": {},
    }
    return Channel(identity, kind, url=url, **named[kind])


async def sent(by: Channel, what: Sending) -> Verdict:
    """Send one message; what the provider answered."""
    async with session() as http:
        return await SEND[by.kind](what, opened(by), http, ())
