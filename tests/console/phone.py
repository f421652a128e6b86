"""A phone in front of the pages for crews and offices, without network: who opens, who taps, what was posted."""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import orjson
from pydantic import SecretStr
from starlette.applications import Starlette

from console.app import build
from console.field.allowance import Allowance
from console.field.desk import Desk
from console.field.routes import Field
from console.layout import Limits, layout
from console.messages import BarrierAnswer, BarrierState, parse
from console.picture import Change, advance
from console.push import Hub, Link
from console.settings import PageSettings
from streams.policy import load
from streams.schemas import instant
from tests.browser.lakeside import EVENING_MS, SITE, THRESHOLDS
from wire.links import AckLink, Links, ReportLink

MINUTE_MS = 60_000
NOW = EVENING_MS + 3 * MINUTE_MS
POLICY = load(SITE, THRESHOLDS)
SIGNER = Links([SecretStr("s" * 40)], "hubin")
UP = ReportLink("north-barrier", "e", 3, "c-3", "deployed", EVENING_MS, "北侧一组", NOW + 60 * MINUTE_MS)
DOWN = replace(UP, sequence=4, command="c-4", position="lifted")
ACK = AckLink("hubin-street", "n-1", NOW + 60 * MINUTE_MS)
TOKEN = SIGNER.report(UP)


@dataclass
class Answered:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Phone:
    """Somebody who opens pages; what is posted stays in `posted` instead of Kafka, unless that is away."""

    app: Starlette
    hub: Hub
    field: Field
    posted: list[tuple[str, str, dict[str, Any], str]]

    async def get(self, path: str) -> Answered:
        """Open a page."""
        return await self.call("GET", path, b"")

    async def tap(self, path: str, /, **fields: str) -> Answered:
        """Post a form."""
        return await self.call("POST", path, urlencode(fields).encode())

    async def call(self, method: str, path: str, body: bytes, **headers: str) -> Answered:
        """One call of the application."""
        told: dict[str, Any] = {"body": b""}
        where, _, query = path.partition("?")
        heads = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http", "method": method, "path": where, "raw_path": where.encode(), "root_path": "",
            "query_string": query.encode(), "headers": heads, "scheme": "https", "server": ("gate", 443),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["headers"] = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                told["body"] += message.get("body", b"")

        await self.app(scope, receive, send)
        return Answered(told["status"], told["headers"], told["body"].decode())

    def tell(self, kind: Any, /, **fields: Any) -> None:
        """A message of a topic, as the hub has read it."""
        advance(self.hub.picture, Change(), parse(kind, orjson.dumps(fields)), 0)
        self.hub.touch()

    def state(self, state: str, sequence: int = 3, since: int = EVENING_MS) -> None:
        """Where the machine of the north barrier stands."""
        at = instant(since)
        self.tell(
            BarrierState, barrier="north-barrier", state=state, since=at, at=at, sequence=sequence,
            zones={"fountain": "II"},
        )  # fmt: skip

    def answer(self, report: dict[str, Any], verdict: str = "accepted") -> None:
        """What became of a report."""
        self.tell(
            BarrierAnswer, id="a", barrier=report["barrier"], at=instant(report["at"]), kind="report",
            what=report["position"], by=report["by"], verdict=verdict,
            text={"zh": "现在是布设中", "en": "it is deploying <now>"},
        )  # fmt: skip


def of(settings: PageSettings, posted: Any, links: Links | None) -> Phone:
    """The pages under some settings."""
    hub = Hub({"site": layout(POLICY)}, Limits(POLICY), lambda: 1_000)
    hub.stand(Link.LIVE)
    writer = Desk(hub, settings, "hubin", lambda: NOW)
    field = Field(hub, POLICY, links, writer, "0571-8717 0000", lambda: 1_000, Allowance())
    return Phone(build(hub, field), hub, field, posted)


def offers(page: Answered) -> list[str]:
    """The buttons that report."""
    return re.findall(r'name="position" value="(\w+)"', page.text)
