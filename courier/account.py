"""A channel of the site with its secrets at hand; they are looked up anew for each message, so that they may change."""

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

from courier.verdict import masked
from streams.policy import Channel
from wire.secrets import SecretMissing, secret


class Unfit(ValueError):
    """A channel cannot be used as it is set up; the sentence says what to do, and holds no secret."""


@dataclass(frozen=True)
class Account:
    """A channel, and what its references stand for by the name of the key."""

    channel: Channel
    secrets: dict[str, SecretStr] = field(default_factory=dict)

    def value(self, key: str) -> str:
        """A secret, to be put into a request and nowhere else; empty if the channel has none of that name."""
        held = self.secrets.get(key)
        return held.get_secret_value() if held is not None else ""

    @property
    def address(self) -> str:
        """The `url` of the channel, if it says one."""
        return self.value("url") or self.channel.url

    def hidden(self) -> tuple[str, ...]:
        """Every secret in every form in which it could come back to us."""
        plain = [held.get_secret_value() for held in self.secrets.values()]
        if self.channel.user and self.channel.password:
            # AUTH PLAIN (RFC 4616): a mail server that does not know it repeats the whole of it.
            plain.append(f"\0{self.channel.user}\0{self.value('password')}")
        parts = [part for text in plain for part in (text, *text.split()) if part]
        return tuple({form for part in parts for form in forms(part)})

    def mask(self, text: str) -> str:
        """A text in which none of the secrets stands any more."""
        return masked(text, self.hidden())


def forms(secret: str) -> tuple[str, ...]:
    """A secret as it may stand in an address, in JSON, or in what a mail client says to its server."""
    encoded = base64.b64encode(secret.encode()).decode()
    return secret, quote(secret, safe=""), quote_plus(secret), quote(secret), json.dumps(secret)[1:-1], encoded


def opened(channel: Channel) -> Account:
    """The account of a channel; raises Unfit when one of its secrets is not where its reference says."""
    found = {}
    for key in ("url", "secret", "key", "token", "password"):
        reference = getattr(channel, key)
        if reference and (key != "url" or reference.startswith(("env:", "file:"))):
            try:
                found[key] = secret(reference)
            except SecretMissing as error:
                raise Unfit(f"{channel.id}: {key}: {error}") from None
    return Account(channel, found)
