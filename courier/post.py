"""One HTTP request, strictly: no redirect is followed, no cookie kept, no answer waited for without a bound."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from courier import clock
from courier.verdict import Verdict, Why, by_status

Links = Sequence[str]
"""The addresses under a text."""

ANSWER_S = 10.0
"""A provider has so long for everything: to be found, to connect, to answer."""

MOST_ANSWER = 65_536
"""Bytes of an answer that are read; providers answer in a few hundred."""


@dataclass(frozen=True)
class Request:
    """What is sent: the whole address, headers, and the body as it goes out."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> dict[str, object]:
        """The request as a person may look at it, once secrets are masked."""
        return {"url": self.url, "headers": dict(self.headers), "body": orjson.loads(self.body)}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any] | None:
        """The body as a JSON object; None if it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None

    def judged(self) -> Verdict:
        """What the status alone says."""
        said = self.body[:1_000].decode(errors="replace")
        return by_status(self.status, self.headers, said, clock.wall_ms())


def session() -> aiohttp.ClientSession:
    """A client for one channel; proxies of the environment are not used, since they would see the secrets."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60),
    )


async def post(http: aiohttp.ClientSession, request: Request, answer_s: float = ANSWER_S) -> Answer | Verdict:
    """Send a request once; the answer, or why there is none.  What libraries say of errors may hold the address, and
    with it a secret, so only the kind of the error is kept."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "tidegate",
        # Answers are short, and one that came packed would be unpacked without a bound.
        "Accept-Encoding": "identity",
        **request.headers,
    }
    try:
        async with (
            asyncio.timeout(answer_s),
            http.post(request.url, data=request.body, headers=headers, allow_redirects=False) as response,
        ):
            body = await response.content.read(MOST_ANSWER)
            while len(body) < MOST_ANSWER and (more := await response.content.read(MOST_ANSWER - len(body))):
                body += more
            return Answer(response.status, {key.lower(): value for key, value in response.headers.items()}, body)
    except TimeoutError:
        return Verdict(Why.NO_ANSWER, "timeout", f"no answer within {answer_s:g} s")
    except aiohttp.ClientConnectorError as error:
        return Verdict(Why.UNREACHABLE, "connect", type(error).__name__)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, ConnectionError) as error:
        return Verdict(Why.CUT_OFF, "closed", type(error).__name__)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Verdict(Why.UNREADABLE, "http", type(error).__name__)
