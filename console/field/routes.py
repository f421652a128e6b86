"""The addresses of the pages for the field: /r/TOKEN for a crew, /n/TOKEN for an office.

A look changes nothing (messengers open links to preview them); a tap is posted, and answered by a redirection to what
became of it, so that a reload never posts again.  The token is the whole of what its holder may do: no cookies, no
names, no passwords.  It is never written to a log.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import get_args
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.field import words
from console.field.allowance import Allowance
from console.field.desk import Desk, What
from console.field.frame import sentence
from console.field.notice_page import notice_page
from console.field.report_page import Now, Told, report_page
from console.field.sense import MAY_SAY, SAID, Fate, is_superseded
from console.picture import instant
from console.push import Hub, Link
from streams.policy import Barrier, Office, Policy
from streams.schemas import Words
from wire.links import PATHS, AckLink, LinkRefused, Links, Refusal, ReportLink

LOG = logging.getLogger("tidegate.console")

LARGEST_FORM = 8_192
LONGEST_NOTE = 500

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}
"""No script at all, and forms to nowhere else; nothing of it stays on the phone."""


class Refused(Exception):
    """A page that is not given, or a word that is not taken: its sentence and its status."""

    def __init__(self, text: Words, status: int) -> None:
        self.text, self.status = text, status
        super().__init__(text.en)


@dataclass(frozen=True)
class Field:
    """What the pages work with; `links` is None where no secret is set and the pages are not in use."""

    hub: Hub
    policy: Policy
    links: Links | None
    desk: Desk
    phone: str
    elapsed_ms: Callable[[], int]
    allowance: Allowance

    def routes(self) -> list[Route]:
        """The addresses."""
        crew, office = f"/{PATHS['report']}/{{token}}", f"/{PATHS['acknowledge']}/{{token}}"
        return [
            Route(crew, self.guarded(self.crew), methods=["GET", "POST"]),
            Route(office, self.guarded(self.office), methods=["GET", "POST"]),
        ]

    def guarded(
        self, handle: Callable[[Request, Links], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The page, or the sentence that says why not; what is refused is logged without the link."""

        async def answer(request: Request) -> Response:
            try:
                if self.links is None:
                    raise Refused(words.NO_LINKS, 404)
                return await handle(request, self.links)
            except LinkRefused as refused:
                text, status = refused.why.text, 410 if refused.why is Refusal.EXPIRED else 403
            except Refused as refused:
                text, status = refused.text, refused.status
            LOG.warning("%s of a page for the field: refused: %s", request.method, text.en)
            return shown(sentence(self.policy.site.name, text, self.phone), status)

        return answer

    async def crew(self, request: Request, links: Links) -> Response:
        """A crew looks or reports."""
        token = request.path_params["token"]
        link = links.open_report(token, self.desk.wall_ms())
        self.limit(token)
        barrier = next((each for each in self.policy.site.barriers if each.id == link.barrier), None)
        if barrier is None:
            raise Refused(words.NOT_HERE, 404)
        if request.method == "POST":
            return await self.reported(request, link)
        return self.crew_page(request, link, barrier)

    async def reported(self, request: Request, link: ReportLink) -> Response:
        """A crew's word, taken or refused with its sentence."""
        told = await form(request)
        what, note = told.get("position", ""), told.get("note", "").strip()
        said = next((each for each in SAID if each == what), None)
        if said is None:
            raise Refused(words.NOT_UNDERSTOOD, 400)
        if said not in MAY_SAY[link.position]:
            raise Refused(words.NOT_BY_THIS_LINK, 403)
        if is_superseded(link, self.hub.picture):
            raise Refused(words.SUPERSEDED, 409)
        if said == "failed" and not note:
            raise Refused(words.NO_REASON, 400)
        name = await self.desk.report(link, said, note, told.get("seen", "")[:100])
        return back(request, name)

    def crew_page(self, request: Request, link: ReportLink, barrier: Barrier) -> Response:
        """How things stand for a crew, and what became of its last word."""
        name = request.query_params.get("told", "")
        sent, fate = self.desk.sent(name), self.desk.fate_of_report(link, name)
        said = next((each for each in MAY_SAY[link.position] if sent is not None and each == sent.what), None)
        told: Told | None = None
        if sent is not None and fate is not None and said is not None:
            answer = self.hub.picture.answers.get((link.barrier, sent.at, link.crew))
            why = Words(zh=answer.text.zh, en=answer.text.en) if answer is not None else None
            told = (fate, said, why if fate is Fate.REFUSED else None)
            if fate is Fate.REFUSED:
                LOG.warning("a report on %s was refused: %s", link.barrier, why.en if why else "")
        body = report_page(link, barrier, self.now(request, told))
        return shown(body, 503 if fate is Fate.LOST else 200)

    async def office(self, request: Request, links: Links) -> Response:
        """An office looks or acknowledges."""
        token = request.path_params["token"]
        link = links.open_acknowledge(token, self.desk.wall_ms())
        self.limit(token)
        office = next((each for each in self.policy.site.offices if each.id == link.office), None)
        if office is None:
            raise Refused(words.NOT_HERE, 404)
        if request.method == "POST":
            return await self.acknowledged(request, link, office)
        name = request.query_params.get("told", "")
        sent, fate = self.desk.sent(name), self.desk.fate_of_ack(link, name)
        told = (fate, sent.what) if fate is not None and sent is not None else None
        page = notice_page(link, office, self.now(request), told, self.report_path(link, office, links))
        return shown(page, 503 if fate is Fate.LOST else 200)

    def report_path(self, link: AckLink, office: Office, links: Links) -> str | None:
        """Where the office that sends the crew reports on the barrier that its notice is about; None where it is about
        none, nothing is asked of it, or another office answers for it."""
        picture = self.hub.picture
        notice = picture.notices.get(link.notice)
        if notice is None or notice.barrier is None or notice.office != link.office:
            return None
        command = picture.commands.get(notice.barrier)
        barrier = next((each for each in self.policy.site.barriers if each.id == notice.barrier), None)
        if command is None or barrier is None:
            return None
        if office.id not in {self.policy.offices_for(zone)[0].id for zone in barrier.zones}:
            return None
        crew = link.person or office.name.zh or office.id
        asked_at = instant(command.at)
        token = links.report(
            ReportLink(
                barrier.id, command.episode, command.sequence, command.id, command.position, asked_at, crew,
                link.expires,
            )
        )  # fmt: skip
        return f"/{PATHS['report']}/{token}"

    async def acknowledged(self, request: Request, link: AckLink, office: Office) -> Response:
        """An office's word."""
        told = await form(request)
        what: What | None = next((each for each in get_args(What) if each == told.get("what")), None)
        if what is None:
            raise Refused(words.NOT_UNDERSTOOD, 400)
        by = link.person or office.name.zh or office.id
        return back(request, await self.desk.acknowledge(link, what, by, told.get("note", "").strip()))

    def limit(self, token: str) -> None:
        """Only so many calls in a minute for each link; only links that are good come here."""
        wait_s = self.allowance.wait_s(sha256(token.encode()).hexdigest(), self.elapsed_ms())
        if wait_s:
            raise Refused(words.too_often(wait_s), 429)

    def now(self, request: Request, told: Told | None = None) -> Now:
        """What a page is drawn from."""
        is_live, path = self.hub.link is not Link.AWAY, request.url.path
        # Whoever waits for an answer looks again at what became of it.
        name = request.query_params.get("told", "")
        look = f"{path}?told={name}" if self.desk.sent(name) is not None else path
        return Now(self.policy, self.hub.picture, is_live, self.desk.wall_ms(), self.phone, path, look, told)


async def form(request: Request) -> dict[str, str]:
    """The fields of a small form of our own pages; raises Refused."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(words.FROM_ELSEWHERE, 403)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise Refused(words.TOO_LONG, 413)
    try:
        fields = dict(parse_qsl(body.decode("ascii"), max_num_fields=8, errors="strict"))
    except ValueError:
        raise Refused(words.NOT_UNDERSTOOD, 400) from None
    # A form sends each end of a line as two letters, where the field on the page counted one.
    fields = {name: text.replace("\r\n", "\n") for name, text in fields.items()}
    if len(fields.get("note", "")) > LONGEST_NOTE:
        raise Refused(words.TOO_LONG, 413)
    return fields


def back(request: Request, name: str) -> Response:
    """To the page that says what became of it."""
    return RedirectResponse(f"{request.url.path}?told={name}", 303, HEADERS)


def shown(body: bytes, status: int) -> Response:
    """A page."""
    return Response(body, status, HEADERS, "text/html; charset=utf-8")
