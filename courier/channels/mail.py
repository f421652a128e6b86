"""E-mail by SMTP: plain text, encrypted on the way, with the sending's id as its own."""

import asyncio
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiohttp
import aiosmtplib

from courier import wording
from courier.account import Account
from courier.post import ANSWER_S, Links
from courier.verdict import Verdict, Why
from streams.schemas import Sending

MOST = 100_000
"""Bytes of text; mail servers take megabytes, people do not."""


def letter(sending: Sending, account: Account, links: Links = ()) -> EmailMessage:
    """The message as it goes out; the same sending is the same message, to the byte."""
    channel = account.channel
    message = EmailMessage(policy=SMTP)
    message["Subject"] = wording.fitting(wording.subject(sending), 400)
    message["From"] = channel.sender
    message["To"] = ", ".join(channel.to)
    message["Date"] = format_datetime(datetime.fromisoformat(sending.at))
    message["Message-ID"] = f"<{sending.id}@{channel.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if sending.urgent:
        message["X-Priority"] = "1"
        message["Importance"] = "high"
    message.set_content(wording.text(sending, MOST, links) + "\n", cte="base64")
    return message


def shown(sending: Sending, account: Account, links: Links, at_ms: int) -> dict[str, object]:
    """What would be sent, and through which server."""
    message, channel = letter(sending, account, links), account.channel
    server = {"host": channel.server, "port": channel.port, "tls": channel.tls, "user": channel.user}
    password = {"password": account.value("password")} if channel.password else {}
    headers = {name: str(value) for name, value in message.items()}
    return {"server": {**server, **password}, "headers": headers, "text": message.get_content()}


async def send(sending: Sending, account: Account, http: aiohttp.ClientSession, links: Links = ()) -> Verdict:
    """Send it; delivered once the server has taken the whole message for at least one recipient."""
    return await deliver(letter(sending, account, links), account)


async def deliver(message: EmailMessage, account: Account, answer_s: float = ANSWER_S) -> Verdict:
    """One conversation with the mail server, bounded as a whole."""
    channel = account.channel
    client = aiosmtplib.SMTP(
        hostname=channel.server,
        port=channel.port,
        use_tls=channel.tls == "implicit",
        start_tls=channel.tls == "starttls",
        timeout=answer_s,
    )
    try:
        async with asyncio.timeout(answer_s):
            await client.connect()
            if channel.user or channel.password:
                await client.login(channel.user, account.value("password"))
            refused, said = await client.send_message(message)
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        return judged(error, answer_s)
    finally:
        await leave(client)
    if refused:
        words = f"{said}; refused: " + ", ".join(f"{to} ({code})" for to, (code, _) in refused.items())
        return Verdict(Why.PARTLY, "smtp 250", words)
    return Verdict(Why.ACCEPTED, "smtp 250", said)


async def leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye; the server has answered for the message already, so how it takes this is nobody's business."""
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await client.quit()
    client.close()


def judged(error: Exception, answer_s: float) -> Verdict:
    """What a failed conversation means: 5xx is for good, 4xx and silence are for now."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [refused.code for refused in error.recipients]
        said = "; ".join(f"{refused.recipient}: {refused.message}" for refused in error.recipients)
        return by_reply(400 if any(code < 500 for code in codes) else codes[0], said)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if error.code in (530, 534, 535, 538):
            return Verdict(Why.BAD_SECRET, f"smtp {error.code}", error.message)
        return by_reply(error.code, error.message)
    if isinstance(error, aiosmtplib.SMTPConnectTimeoutError):
        return Verdict(Why.UNREACHABLE, "connect", type(error).__name__)
    if isinstance(error, TimeoutError):
        return Verdict(Why.NO_ANSWER, "timeout", f"no answer within {answer_s:g} s")
    if isinstance(error, aiosmtplib.SMTPConnectError):
        return Verdict(Why.UNREACHABLE, "connect", type(error).__name__)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return Verdict(Why.REJECTED, "smtp", error.message)
    if isinstance(error, ConnectionError):
        return Verdict(Why.CUT_OFF, "closed", type(error).__name__)
    return Verdict(Why.UNREACHABLE, "connect", type(error).__name__)


def by_reply(code: int, said: str) -> Verdict:
    """What a reply of the mail server means (RFC 5321 section 4.2; 450 to 452 are its ways to say not now)."""
    if 400 <= code < 500:
        return Verdict(Why.LIMITED if code in (450, 451, 452) else Why.BUSY, f"smtp {code}", said)
    if code in (552, 523):
        return Verdict(Why.TOO_LARGE, f"smtp {code}", said)
    return Verdict(Why.NO_SUCH_ROBOT if code in (550, 551, 553) else Why.REJECTED, f"smtp {code}", said)
