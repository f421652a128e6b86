"""The broker's folder: who the cluster is, which ports it has, and who is using it."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import shutil
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from deploy.kafka import jars, ports
from deploy.kafka.clock import Bound, pause
from deploy.kafka.faults import Fault, KafkaError, from_os

IDENTITY = "cluster.json"
LOCK = "lock"
LEAST_ROOM_BYTES = 64 * 1024 * 1024  # with less a broker starts and falls over at its first segments
FREED_WITHIN_S = 15.0  # a Java process that was told to end may take this long
LOOKED_AT_S = 1.0  # whoever asks who holds a folder holds it himself for a moment
LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Identity:
    """What a cluster must find again at its next start: its name, Kafka's version, and the ports of its nodes."""

    cluster: str
    kafka: str
    clients: tuple[int, ...]
    controllers: tuple[int, ...]

    @property
    def nodes(self) -> int:
        return len(self.clients)


@dataclass(frozen=True)
class Holder:
    """Who uses a broker's folder: process number (0: it has not said) and what it is."""

    pid: int
    role: str

    @property
    def alive(self) -> bool:
        """Whether it still runs; its Java processes may outlive it for a moment and hold the folder."""
        return is_alive(self.pid)


def new_uuid() -> str:
    """A random identifier as Kafka writes it; none begins with a dash, which its tools would read as an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def ensure_room(data: Path) -> None:
    """Make the folder `data` if it is not there, and see that a broker has room in it."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise from_os(error, data) from error
    if free < LEAST_ROOM_BYTES:
        why = f"{free // 1_000_000} MB free, {LEAST_ROOM_BYTES // 1_000_000} MB needed"
        raise KafkaError(Fault.DISK_FULL, str(data), why)


def opened(data: Path, nodes: int, port: int | None) -> Identity:
    """The identity kept in `data`, or a new one; its ports free at this moment, and kept again if they changed."""
    path = data / IDENTITY
    try:
        known = identity_of(data)
        if known is None and any((data / f"n{i}").exists() for i in (1, 2, 3)):
            raise KafkaError(Fault.DATA_UNUSABLE, str(path), "it is missing, though there are records beside it")
        if known is not None and known.nodes != nodes:
            raise KafkaError(Fault.DATA_UNUSABLE, str(data), f"it belongs to {known.nodes} node(s), asked for {nodes}")
        identity = _with_ports(known, nodes, port)
        if identity != known:
            write_whole(path, json.dumps(asdict(identity)))
    except OSError as error:
        raise from_os(error, data) from error
    return identity


def identity_of(data: Path) -> Identity | None:
    """What `data` keeps of its cluster; None if there is none yet. Raises KafkaError if it cannot be read."""
    path = data / IDENTITY
    try:
        text = path.read_text("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise from_os(error, path) from error
    try:
        found: dict[str, Any] = json.loads(text)
        found["clients"], found["controllers"] = tuple(found["clients"]), tuple(found["controllers"])
        identity = Identity(**found)
        if len(identity.clients) != len(identity.controllers) or not all(
            isinstance(p, int) for p in identity.clients + identity.controllers
        ):
            raise ValueError("the ports do not fit together")
    except (ValueError, TypeError, KeyError) as error:
        raise KafkaError(Fault.DATA_UNUSABLE, str(path), f"it cannot be read: {error}") from error
    return identity


def _with_ports(known: Identity | None, nodes: int, port: int | None) -> Identity:
    """Ports that are free now: those asked for or none, those remembered if they can be had, else new ones."""
    if port is not None:
        clients = tuple(range(port, port + nodes))
        if port < 1 or clients[-1] > 65_535:
            raise KafkaError(Fault.SETTING, f"port={port}", "1 to 65535")
        if taken := [p for p in clients if not ports.is_free(p)]:
            raise KafkaError(Fault.PORT_TAKEN, ", ".join(f"{ports.LOOPBACK}:{p}" for p in taken))
    elif known is not None and all(map(ports.is_free, known.clients)):
        clients = known.clients
    else:
        clients = tuple(ports.choose(nodes))
    if known is not None and not set(known.controllers) & set(clients) and all(map(ports.is_free, known.controllers)):
        controllers = known.controllers
    else:
        controllers = tuple(ports.choose(nodes, avoid=clients))
    if known is None:
        return Identity(new_uuid(), jars.VERSION, clients, controllers)
    return replace(known, clients=clients, controllers=controllers)


def write_whole(path: Path, text: str) -> None:
    """Write a whole file or nothing of it."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, "utf-8")
    new.replace(path)


def claim(data: Path, role: str) -> IO[str]:
    """Hold `data` for this process and the Java processes that inherit the file; KafkaError if another one holds it.

    `role` says what this process is. The hold ends with the last process that has the file open, so what a dying
    broker still holds is waited for.
    """
    ensure_room(data)
    try:
        lock = (data / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise from_os(error, data) from error
    waited = Bound(FREED_WITHIN_S)
    while not _locked(lock):
        lock.seek(0)
        held = _holder(lock.read())
        if waited.over or (held.alive and waited.waited_s > LOOKED_AT_S):
            lock.close()
            raise KafkaError(Fault.DATA_BUSY, str(data), f"process {held.pid}, {held.role}" if held.alive else "")
        pause(LOOK_EVERY_S)
    try:
        lock.truncate(0)
        os.write(lock.fileno(), f"{os.getpid()} {role}".encode())
    except OSError as error:
        lock.close()
        raise from_os(error, data) from error
    return lock


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(text: str) -> Holder:
    pid, _, role = text.strip().partition(" ")
    return Holder(int(pid) if pid.isdigit() else 0, role or "another program")


def holder(data: Path) -> Holder | None:
    """Who uses `data`, or None."""
    try:
        with (data / LOCK).open("r+", encoding="utf-8") as lock:
            return None if _locked(lock) else _holder(lock.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise from_os(error, data) from error


def is_alive(pid: int) -> bool:
    """Whether there is a process of this number."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def release(lock: IO[str]) -> None:
    """Let go of what `claim` gave."""
    with contextlib.suppress(OSError):
        lock.truncate(0)
    lock.close()
