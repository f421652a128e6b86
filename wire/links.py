"""Signed links that expire: one for a crew to report on a barrier, one for an office to acknowledge a notice.

A link is its own key: whoever holds it may do the one thing that it is for, under the name that it carries, until it
expires.  It is signed (HMAC-SHA256 by itsdangerous) with a key derived for its purpose, so that a link for reports can
never acknowledge and the other way round.  What is signed can be read by its holder: it holds no secret.
Time is an argument everywhere.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import orjson
from itsdangerous import BadData, BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from pydantic import SecretStr

from streams.schemas import INSTANT_MAX_MS, Position, Words
from wire.secrets import SecretMissing, secret
from wire.settings import Settings

Purpose = Literal["report", "acknowledge"]
PATHS: dict[Purpose, str] = {"report": "r", "acknowledge": "n"}
"""Where the pages are: one letter, since a link is sent in short messages."""

SALT = b"tidegate.link."
SHORTEST_SECRET = 32
"""Characters of a secret; 32 of base64 hold 192 bits, which nobody guesses."""

SIGNATURE = len(base64_encode(sha256().digest()))
LONGEST = 2_000
"""Characters of a link's token; ours have about 300, so a longer one is not ours and is not even looked at."""


class LinkRefused(ValueError):
    """A link that opens nothing; `why` says so in both languages, and nothing of what the link holds."""

    def __init__(self, why: "Refusal") -> None:
        self.why = why
        super().__init__(why.text.en)


class Refusal(StrEnum):
    """Why a link opens nothing; `text` is what its holder reads."""

    CUT = "cut"
    FORGED = "forged"
    EXPIRED = "expired"
    OTHER_PURPOSE = "other_purpose"
    OTHER_SITE = "other_site"

    @property
    def text(self) -> Words:
        """The sentence."""
        return SENTENCES[self]


SENTENCES = {
    Refusal.CUT: Words(
        zh="链接不完整。请从原消息中重新打开或完整复制。",
        en="The link is incomplete. Open it from the message again, or copy the whole of it.",
    ),
    Refusal.FORGED: Words(
        zh="链接无效：不是本系统签发的，或内容已被改动。请向指挥中心索取新链接。",
        en="The link is not valid: it was not made here, or it was changed. Ask the operations centre for a new one.",
    ),
    Refusal.EXPIRED: Words(
        zh="链接已过期。请向指挥中心索取新链接。",
        en="The link has expired. Ask the operations centre for a new one.",
    ),
    Refusal.OTHER_PURPOSE: Words(
        zh="这个链接不能用于此页：现场上报与通知签收使用不同的链接。请打开对应的那一个。",
        en="The link is for another page: reports from the field and acknowledgements each have their own. "
        "Open the one that is meant for this.",
    ),
    Refusal.OTHER_SITE: Words(
        zh="这个链接属于另一个现场。请向指挥中心核对。",
        en="The link belongs to another site. Check with the operations centre.",
    ),
}


@dataclass(frozen=True, slots=True)
class ReportLink:
    """A crew may report on one barrier about one command, under its name; instants in epoch milliseconds.

    position and asked_at: what the command asks and when it was given, so that the page can say so by itself.
    """

    barrier: str
    episode: str
    sequence: int
    command: str
    position: Position
    asked_at: int
    crew: str
    expires: int


@dataclass(frozen=True, slots=True)
class AckLink:
    """An office may acknowledge one notice; `person` names who was sent the link, else it is the office."""

    office: str
    notice: str
    expires: int
    person: str = ""


Link = TypeVar("Link", ReportLink, AckLink)


class Links:
    """Signs links of one site and opens them again.

    secrets: the newest first; it signs, and all of them open, so that a secret is changed without a link dying.
    """

    def __init__(self, secrets: Sequence[SecretStr], site: str) -> None:
        if not secrets:
            raise ValueError("a link needs a secret to be signed with")
        self.site = site
        keys = [each.get_secret_value() for each in reversed(secrets)]
        self._signers: dict[Purpose, Signer] = {
            purpose: Signer(keys, salt=SALT + purpose.encode(), key_derivation="hmac", digest_method=sha256)
            for purpose in PATHS
        }

    def report(self, link: ReportLink) -> str:
        """The token of a report link."""
        return self._signed("report", link)

    def acknowledge(self, link: AckLink) -> str:
        """The token of an acknowledgement link."""
        return self._signed("acknowledge", link)

    def open_report(self, token: str, now_ms: int) -> ReportLink:
        """What a report link holds; raises LinkRefused."""
        return self._opened("report", ReportLink, token, now_ms)

    def open_acknowledge(self, token: str, now_ms: int) -> AckLink:
        """What an acknowledgement link holds; raises LinkRefused."""
        return self._opened("acknowledge", AckLink, token, now_ms)

    def _signed(self, purpose: Purpose, link: ReportLink | AckLink) -> str:
        if not 0 <= link.expires <= INSTANT_MAX_MS:
            raise ValueError(f"a link cannot expire at {link.expires} ms")
        held = base64_encode(orjson.dumps([self.site, *astuple(link)]))
        token = self._signers[purpose].sign(held).decode()
        if len(token) > LONGEST:
            raise ValueError(f"a link of {len(token)} characters is too long: give shorter names")
        return token

    def _opened(self, purpose: Purpose, kind: type[Link], token: str, now_ms: int) -> Link:
        held = self._held(purpose, token)
        site, *fields = held
        if site != self.site:
            raise LinkRefused(Refusal.OTHER_SITE)
        link = kind(*fields)
        if now_ms >= link.expires:
            raise LinkRefused(Refusal.EXPIRED)
        return link

    def _held(self, purpose: Purpose, token: str) -> list[Any]:
        """What is signed, once the signature has been found good; nothing is read before that."""
        body, dot, signature = token.rpartition(".")
        if len(token) > LONGEST or not token.isascii():
            raise LinkRefused(Refusal.FORGED)
        if not dot or len(signature) < SIGNATURE:
            raise LinkRefused(Refusal.CUT)
        if not written_once(signature):
            raise LinkRefused(Refusal.FORGED)
        for each, signer in self._signers.items():
            try:
                signer.unsign(token)
            except BadSignature:
                continue
            if each != purpose:
                raise LinkRefused(Refusal.OTHER_PURPOSE)
            held: list[Any] = orjson.loads(base64_decode(body))
            return held
        raise LinkRefused(Refusal.FORGED)


def written_once(signature: str) -> bool:
    """Is this the one way to write these bytes?  Base64 is read leniently: the last character has bits to spare, and
    characters that are none are passed over; so one link could be written in many ways, and counted as many."""
    try:
        return base64_encode(base64_decode(signature)).decode() == signature
    except BadData:
        return False


def secrets_of(references: str) -> list[SecretStr]:
    """The secrets that `TIDEGATE_LINK_SECRET` names, the newest first: references with commas between them.

    Raises SecretMissing with what to do; a sentence names the reference, never the secret.
    """
    named = [reference.strip() for reference in references.split(",") if reference.strip()]
    if not named:
        raise SecretMissing(
            "no secret signs the links: set TIDEGATE_LINK_SECRET to env:NAME or file:PATH; "
            "`openssl rand -base64 32` makes a good one"
        )
    found = [secret(reference) for reference in named]
    for reference, value in zip(named, found, strict=True):
        if len(value.get_secret_value()) < SHORTEST_SECRET:
            raise SecretMissing(
                f"{reference}: a secret that signs links has at least {SHORTEST_SECRET} characters: "
                "`openssl rand -base64 32` makes a good one"
            )
    return found


def links_of(settings: Settings, site: str) -> Links:
    """The links of a site under the settings; raises SecretMissing."""
    return Links(secrets_of(settings.link_secret), site)


class NoAddress(ValueError):
    """Nobody has said where the pages are reached from outside."""


def address(settings: Settings, purpose: Purpose, token: str) -> str:
    """The whole link, as it is sent; raises NoAddress."""
    url = urlsplit(settings.public_url)
    if url.scheme not in ("https", "http") or not url.netloc or url.query or url.fragment:
        raise NoAddress(
            f"TIDEGATE_PUBLIC_URL is {settings.public_url!r}: set it to the address at which phones reach the pages, "
            "as https://gate.example.org"
        )
    return f"{settings.public_url.rstrip('/')}/{PATHS[purpose]}/{token}"
