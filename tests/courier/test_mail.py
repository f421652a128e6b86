"""E-mail through real servers of our own: what is delivered, what is refused, and a server that goes away."""

import asyncio
import base64
import email
import email.policy
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from courier.account import opened
from courier.channels import mail
from courier.verdict import Verdict, Why
from streams.policy import Channel
from tests.courier.providers import SECRETS, sending


class Box:
    """A mail server's rules: whom it knows, and what it says to a message."""

    def __init__(self, said: str = "250 taken", unknown: tuple[str, ...] = (), rcpt: str = "250 OK") -> None:
        self.said, self.unknown, self.rcpt = said, unknown, rcpt
        self.letters: list[EmailMessage] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:
        if to in self.unknown:
            return "550 no such user"
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(to)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        data = envelope.content
        assert isinstance(data, bytes)
        parsed = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.letters.append(parsed)
        return self.said


@asynccontextmanager
async def post_office(box: Box, **options: Any) -> AsyncIterator[int]:
    """A real mail server with those rules; its port."""
    loop = asyncio.get_running_loop()

    def meet() -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without encryption; this machine is the only one on the line.
            warnings.simplefilter("ignore")
            return SMTP(box, loop=loop, **options)

    server = await loop.create_server(meet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def hanging_up(*replies: bytes, silent: bool = False) -> AsyncIterator[int]:
    """A server that gives so many replies, a line of ours each, and then goes away (or says nothing more)."""

    met: list[asyncio.Task[None] | None] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(asyncio.current_task())
        for reply in replies:
            writer.write(reply)
            await writer.drain()
            await reader.readline()
        while silent and await reader.readline():
            continue
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*filter(None, met), return_exceptions=True)


def channel(port: int, *to: str, **more: str) -> Channel:
    named: dict[str, Any] = {"tls": "none", **more}
    return Channel(
        "mail",
        "mail",
        to=to or ("duty@example.org",),
        sender="tide@example.org",
        server="127.0.0.1",
        port=port,
        **named,
    )


async def sent(by: Channel, **changes: Any) -> Verdict:
    account = opened(by)
    return await mail.deliver(mail.letter(sending(**changes), account), account, answer_s=3.0)


async def test_a_mail_arrives_as_it_was_written() -> None:
    box = Box()
    async with post_office(box) as port:
        verdict = await sent(channel(port, "duty@example.org", "chief@example.org"), level="I")
    assert (verdict.why, verdict.code) == (Why.ACCEPTED, "smtp 250")
    letter = box.letters[0]
    assert letter["Subject"] == "喷泉 1 升级 / Fountain 1 raised"
    assert letter["Message-ID"] == "<sending-1@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated" and letter["X-Priority"] == "1"
    assert letter["To"] == "duty@example.org, chief@example.org"
    text = letter.get_content()
    assert text.index("音乐喷泉 1 号升为响应。") < text.index("Music fountain 1: raised.")


async def test_only_level_one_says_that_it_is_urgent() -> None:
    assert mail.letter(sending(), opened(channel(1)))["X-Priority"] is None


async def test_the_same_sending_is_the_same_letter() -> None:
    first, second = (mail.letter(sending(), opened(channel(1))).as_bytes() for _ in range(2))
    assert first == second


SAID = [
    ("451 try again later", Why.LIMITED), ("421 going down", Why.BUSY), ("452 full", Why.LIMITED),
    ("552 too large", Why.TOO_LARGE), ("554 no", Why.REJECTED), ("550 not here", Why.NO_SUCH_ROBOT),
]  # fmt: skip


@pytest.mark.parametrize(("said", "why"), SAID)
async def test_what_the_server_says_to_a_message_is_what_counts(said: str, why: Why) -> None:
    async with post_office(Box(said)) as port:
        verdict = await sent(channel(port))
    assert (verdict.why, verdict.code) == (why, f"smtp {said[:3]}")


async def test_an_unknown_recipient_is_a_refusal_and_one_for_now_is_not() -> None:
    async with post_office(Box(unknown=("duty@example.org",))) as port:
        assert (await sent(channel(port))).result == "refused"
    async with post_office(Box(rcpt="450 greylisted")) as port:
        assert (await sent(channel(port))).result == "failed"


async def test_where_one_of_several_is_unknown_it_is_delivered_to_the_others_and_says_so() -> None:
    box = Box(unknown=("gone@example.org",))
    async with post_office(box) as port:
        verdict = await sent(channel(port, "gone@example.org", "duty@example.org"))
    assert (verdict.why, verdict.result) == (Why.PARTLY, "delivered")
    assert "gone@example.org (550)" in verdict.said and len(box.letters) == 1


async def test_a_wrong_password_is_a_refusal_and_is_not_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == SECRETS["MAIL_PASSWORD"].encode()
        return AuthResult(success=good, handled=False)

    options = {"authenticator": knows, "auth_require_tls": False, "auth_required": True}
    async with post_office(Box(), **options) as port:
        by = channel(port, user="tide", password="env:MAIL_PASSWORD")
        assert (await sent(by)).why is Why.ACCEPTED
        monkeypatch.setenv("MAIL_PASSWORD", "another-one")
        verdict = await sent(by)
    assert (verdict.why, verdict.result) == (Why.BAD_SECRET, "refused")
    assert "another-one" not in repr(verdict)
    assert base64.b64encode(b"another-one").decode() not in repr(verdict)


async def test_without_encryption_where_it_is_asked_for_nothing_is_sent() -> None:
    box = Box()
    async with post_office(box) as port:
        verdict = await sent(channel(port, tls="starttls"))
    assert verdict.result != "delivered" and box.letters == []


GREETED = (b"220 hello\r\n", b"250 hello\r\n", b"250 OK\r\n", b"250 OK\r\n")


@pytest.mark.parametrize("replies", [GREETED[:count] for count in range(1, 5)] + [(*GREETED, b"354 go on\r\n")])
async def test_a_server_that_goes_away_in_the_middle_has_delivered_nothing(replies: tuple[bytes, ...]) -> None:
    async with hanging_up(*replies) as port:
        verdict = await sent(channel(port))
    assert (verdict.why, verdict.result) == (Why.CUT_OFF, "failed")


async def test_a_server_that_greets_and_hangs_up_is_no_server() -> None:
    async with hanging_up() as port:
        verdict = await sent(channel(port))
    assert verdict.result == "failed"


async def test_a_server_that_says_nothing_more_is_left_after_a_while() -> None:
    async with hanging_up(b"220 hello\r\n", silent=True) as port:
        account = opened(channel(port))
        verdict = await mail.deliver(mail.letter(sending(), account), account, answer_s=0.2)
    assert (verdict.why, verdict.result) == (Why.NO_ANSWER, "failed")


async def test_no_server_at_all_is_a_failure_that_may_pass() -> None:
    async with post_office(Box()) as port:
        pass
    assert (await sent(channel(port))).why is Why.UNREACHABLE
