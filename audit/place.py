"""Where the log is: a file of SQLite, or PostgreSQL by URL, with its password by reference only."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

FILE = "audit.db"
"""The name of the log below TIDEGATE_DATADIR, where no URL is given."""


class Unusable(ValueError):
    """What the settings say of the database cannot be; the sentence says what to write."""


class Away(RuntimeError):
    """The database is not there, does not answer or refuses: which, and what to do."""


class Damaged(RuntimeError):
    """The database is there, but is no whole log."""


@dataclass(frozen=True, slots=True)
class Place:
    """A database: `file` of SQLite, or else the URL of PostgreSQL, which never holds a password."""

    file: Path | None = None
    url: str = ""
    password: str = ""
    """The reference, `env:NAME` or `file:PATH`; what it names is read when a connection is made."""

    @property
    def shown(self) -> str:
        """As it may be written anywhere."""
        return str(self.file) if self.file is not None else self.url


def place_of(url: str, password: str, datadir: Path) -> Place:
    """The database that TIDEGATE_AUDIT_URL names (or none: a file below TIDEGATE_DATADIR); raises Unusable."""
    if not url:
        return Place(datadir / FILE)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = parts.path.removeprefix("/")
        if parts.netloc or not path:
            raise Unusable("TIDEGATE_AUDIT_URL: a file is named sqlite:///PATH, or sqlite:////PATH from the root")
        return Place(Path(path))
    if parts.scheme != "postgresql":
        raise Unusable(f"TIDEGATE_AUDIT_URL: {parts.scheme!r} is not known: write sqlite:///PATH or postgresql://…")
    if parts.password or any("pass" in name.lower() for name, _ in parse_qsl(parts.query)):
        raise Unusable(
            "TIDEGATE_AUDIT_URL holds a password: take it out, and name where it is with TIDEGATE_AUDIT_PASSWORD, as "
            "env:NAME or file:PATH"
        )
    return Place(None, url, password)


def with_password(place: Place, secret: str) -> str:
    """The URL of PostgreSQL as its driver takes it; never written anywhere."""
    parts = urlsplit(place.url)
    if not secret:
        return place.url
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{quote(user.rstrip(':'), safe='%')}:{quote(secret, safe='')}@{host}"))
