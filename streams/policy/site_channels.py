"""The ways by which an office is told (site.yaml, `channels`): what each kind needs, and how its entry is read.

Secrets are named (`env:NAME`, `file:PATH`), never written; an address that nobody can listen in on is asked for.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from streams.policy.draft import Draft
from streams.policy.site import Channel
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.quantities import whole
from streams.policy.text.tree import Items

REFERENCES = ("env:", "file:")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
TLS = ("starttls", "implicit", "none")
"""How a mail server is spoken to: encrypted after a greeting, from the first byte, or not at all."""

MAIL_PORTS = {"starttls": 587, "implicit": 465, "none": 25}

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "webhook": (("url", "secret"), ()),
    "mail": (("to", "from", "server"), ("port", "user", "password", "tls")),
    "wecom": (("key",), ("url",)),
    "dingtalk": (("token",), ("secret", "url")),
    "feishu": (("token",), ("secret", "url")),
    "inbox": ((), ()),
}
"""What an entry of each kind must say, and what it may say, besides `id` and `kind`."""

SECRETS = ("secret", "key", "token", "password")
ALL_KEYS = ("id", "kind", *dict.fromkeys(key for needs in KINDS.values() for keys in needs for key in keys))
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


def read_channel(spot: Spot, draft: Draft) -> Channel | None:
    """One entry of `channels`; what its kind does not know is refused with the key that was probably meant."""
    kind = Fields(spot, ALL_KEYS).get("kind") if _speaks(spot) else None
    known = f.choice(*KINDS)(kind) if kind is not None else None
    must, may = KINDS.get(known or "", ((), ALL_KEYS[2:]))
    fields = Fields(spot, ("id", "kind", *must, *may))
    name = fields.required("id", draft.declare("channel"))
    fields.required("kind", lambda where: known)
    found: dict[str, Any] = {key: value for key in must if (value := fields.required(key, READERS[key])) is not None}
    found |= {key: value for key in may if known and (value := fields.optional(key, READERS[key], None)) is not None}
    if name is None or known is None:
        return None
    channel = Channel(name, known, **{"sender" if key == "from" else key: value for key, value in found.items()})
    return _mail(channel, fields) if known == "mail" else channel


def _speaks(spot: Spot) -> bool:
    """Whether every key is one of some kind; otherwise it is the entry's own fields that say what is wrong."""
    pairs = getattr(spot.node, "pairs", ())
    return bool(pairs) and all(key.text in ALL_KEYS for key, _ in pairs)


def _mail(channel: Channel, fields: Fields) -> Channel:
    """The usual port for the kind of encryption; a password is never sent where others can read it."""
    if channel.tls == "none" and channel.password and channel.server not in LOOPBACK:
        where = fields.get("password")
        if where is not None:
            where.wrong("password_in_clear", found=channel.server)
    port = channel.port or MAIL_PORTS[channel.tls]
    mail = (channel.to, channel.sender, channel.server, port, channel.user, channel.password, channel.tls)
    return Channel(channel.id, channel.kind, "", "", "", "", *mail)


def reference(spot: Spot) -> str | None:
    """Where a secret is; the secret itself is refused, and is not repeated in the sentence that says so."""
    found = f.scalar(spot)
    if found is None:
        return None
    if not any(found.startswith(start) and found != start for start in REFERENCES) or found != found.strip():
        spot.wrong("secret_written")
        return None
    return found


def address(spot: Spot) -> str | None:
    """Where a provider listens: https, or http on this machine; or a reference, if the address is itself a secret."""
    found = f.scalar(spot)
    if found is None or (found.startswith(REFERENCES) and found not in REFERENCES):
        return found
    wrong = unfit_address(found)
    if wrong is not None:
        # The path of an address is often a secret too, so what is written is not said again.
        spot.wrong(wrong)
        return None
    return found


def unfit_address(text: str) -> str | None:
    """The phrase for what is wrong with an address; None when nothing is."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "not_address"
    if parts.username is not None or parts.query or parts.fragment:
        return "address_secret"
    if parts.scheme not in ("http", "https") or not host or not text.isprintable() or " " in text:
        return "not_address"
    return "address_in_clear" if parts.scheme == "http" and host not in LOOPBACK else None


def mailbox(spot: Spot) -> str | None:
    """An e-mail address."""
    found = f.text(spot)
    if found is not None and not _ADDRESS.fullmatch(found):
        spot.wrong("not_mailbox", found=found)
        return None
    return found


def mailboxes(spot: Spot) -> tuple[str, ...] | None:
    """One e-mail address, or a list of them."""
    if not isinstance(spot.node, Items):
        only = mailbox(spot)
        return None if only is None else (only,)
    if not spot.node.nodes:
        spot.wrong("empty_list")
    found = [mailbox(item) for item in f.items(spot)]
    return tuple(one for one in found if one is not None) or None


def port(spot: Spot) -> int | None:
    """A port's number."""
    value = f.quantity(spot, whole, "not_whole")
    if value is not None and not 0 < value <= 65_535:
        spot.wrong("out_of_range", found=spot.shown(), least=1, most=65_535)
        return None
    return value


READERS: dict[str, Callable[[Spot], object]] = {
    "url": address,
    "to": mailboxes,
    "from": mailbox,
    "server": f.text,
    "port": port,
    "user": f.text,
    "tls": f.choice(*TLS),
    **dict.fromkeys(SECRETS, reference),
}


def known_channels(spot: Spot, draft: Draft) -> tuple[str, ...] | None:
    """The channels of an office, in the order in which they are tried: each declared, each once."""
    found: list[str] = []
    for item in f.items(spot):
        name = draft.known("channel")(item)
        if name in found:
            item.wrong("listed_twice", found=name)
        elif name is not None:
            found.append(name)
    return tuple(found)
