"""Everything that the demo runs on this machine: the broker, the topics, a worker, the page; started fast, stopped in
order, and nothing left behind."""

from __future__ import annotations

import fcntl
import shutil
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from secrets import token_urlsafe
from types import TracebackType
from typing import IO, Self

from deploy.kafka import Kafka
from tidegate.live.children import Child
from wire import admin
from wire.settings import Settings

USUAL_PORT = 8645
"""Where the page is when nobody says otherwise and nobody else is there."""

HOST = "127.0.0.1"


class Busy(RuntimeError):
    """Another demo is running in this folder."""


class Stage:
    """The demo's processes, with their data in `folder`, fresh each time; use it as a context manager.

    `say` is told what is being done.  The page is served at `port` (None: a usual one, or any free one), or not at all
    when `with_page` is false.  Raises `Busy`, `KafkaError` and `ChildEnded`.
    """

    def __init__(
        self, settings: Settings, folder: Path, port: int | None, with_page: bool, say: Callable[[str], None]
    ) -> None:
        self.settings = settings
        self.folder = folder
        self.address = ""
        self._port, self._with_page, self._say = port, with_page, say
        self._lock: IO[str] | None = None
        self._kafka = Kafka(folder / "kafka")
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        self._lock = claimed(self.folder)
        try:
            self._start()
        except BaseException:
            self.kill()
            raise
        return self

    def _start(self) -> None:
        for old in self.folder.iterdir():
            if old.name != LOCK:
                shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink()
        self._say("starting Apache Kafka")
        self._kafka.start()
        self.settings = self.settings.model_copy(update={"kafka": self._kafka.bootstrap})
        self._say(f"Apache Kafka runs at {self._kafka.bootstrap}; making the topics")
        with closing(admin.connect(self.settings)) as client:
            admin.apply(client, self.settings)
        environment = {
            "TIDEGATE_KAFKA": self.settings.kafka,
            "TIDEGATE_PREFIX": self.settings.prefix,
            "TIDEGATE_SITE": str(self.settings.site.absolute()),
            "TIDEGATE_THRESHOLDS": str(self.settings.thresholds.absolute()),
            "TIDEGATE_DATADIR": str(self.folder),
            "TIDEGATE_ARCHIVE_DIR": str(self.folder / "history"),
            "TIDEGATE_SIMULATED": "true",
        }
        port = _free(USUAL_PORT) if self._port is None else self._port
        if self._with_page and port:
            environment |= self._linked(port)
        self._say("starting the worker" + (" and the page" if self._with_page else ""))
        self._children.append(Child("worker", ["worker", "--clock", "feed"], environment, self.folder))
        self._children.append(Child("courier", ["courier"], environment, self.folder))
        if self._with_page:
            self._children.append(Child("console", ["console", "--port", str(port)], environment, self.folder))

    def _linked(self, port: int) -> dict[str, str]:
        """What signs the links of crews and offices, new for each demo, and where they lead to."""
        secret = self.folder / "link.secret"
        secret.touch(0o600)
        secret.write_text(token_urlsafe(32), encoding="ascii")
        return {"TIDEGATE_LINK_SECRET": f"file:{secret}", "TIDEGATE_PUBLIC_URL": f"http://{HOST}:{port}"}

    def page(self) -> str:
        """The page's address, once it answers."""
        if not self.address:
            self.address = self._children[-1].first_line()
        return self.address

    def check(self) -> None:
        """Raise `ChildEnded` or `KafkaError` if a part has ended by itself."""
        for child in self._children:
            child.check()
        for error in self._kafka.failures().values():
            raise error

    def stop(self) -> None:
        """Stop everything, the broker last; an interrupt meanwhile ends all of it at once."""
        try:
            for child in reversed(self._children):
                child.stop()
            self._kafka.stop()
        except KeyboardInterrupt:
            self.kill()
        self._release()

    def kill(self) -> None:
        """End everything at once."""
        for child in self._children:
            child.kill()
        self._kafka.stop(now=True)
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(KeyboardInterrupt):
            self._say("stopping")
        self.stop()


LOCK = "lock"


def claimed(folder: Path) -> IO[str]:
    """The folder is ours until the file is closed."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Busy(f"another demo is running in {folder}: stop that one first, or set TIDEGATE_DATADIR") from error
    return lock


def _free(usual: int) -> int:
    """The usual port if nobody has it, else 0: any free one."""
    with suppress(OSError), socket.create_server((HOST, usual)):
        return usual
    return 0
