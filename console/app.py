"""The page over HTTP: its files, its API and its stream of events, and beside it the pages for the field; of all of
them only those write anything."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.field.routes import Field
from console.push import Hub, Link

STATIC = Path(str(files("console").joinpath("static")))

MOST_PAGES = 200
"""So many pages may be open at once; the next one is told to come back."""

STUCK_S = 10.0
"""A page that takes nothing for so long is cut off; it comes back by itself when it wakes."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Only the page's own files run; a name with script in it is text whatever happens."""


class Headers:
    """Puts the security headers on every answer, and has browsers ask each time whether a file changed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self.app(scope, receive, headed if scope["type"] == "http" else send)


def build(hub: Hub, field: Field) -> Starlette:
    """The application around a hub: `/`, `/static`, `/api/picture`, `/api/events`, `/healthz`, and `/r`, `/n`."""

    static = StaticFiles(directory=STATIC)

    async def page(request: Request) -> Response:
        return await static.get_response("index.html", request.scope)

    async def picture(request: Request) -> Response:
        return json(hub.whole())

    async def events(request: Request) -> Response:
        if len(hub.pages) >= MOST_PAGES:
            return json({"error": f"{MOST_PAGES} pages are open already: close one and try again"}, 503)
        return EventSourceResponse(hub.events(), ping=0, send_timeout=STUCK_S)

    async def health(request: Request) -> Response:
        told = {**hub.pulse(), "pages": len(hub.pages), "refused": hub.refused, "sentence": hub.link.sentence}
        return json(told, 200 if hub.link is Link.LIVE else 503)

    routes = [
        Route("/", page),
        Route("/api/picture", picture),
        Route("/api/events", events),
        Route("/healthz", health),
        *field.routes(),
        Mount("/static", static),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Headers)])


def json(body: dict[str, Any], status: int = 200) -> Response:
    """An answer in JSON that nobody keeps."""
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, "application/json")
