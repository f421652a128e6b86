"""The files of Apache Kafka: which ones, where they are kept, and how they come there.

Their coordinates, sizes and SHA-256 are locked in `jars.lock`. A file that is not byte for byte the locked one is
never run. Once all of them are in the cache, neither the network nor jgo is used.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache as once
from importlib.resources import files
from pathlib import Path
from typing import Any

from deploy.kafka import progress
from deploy.kafka.clock import pause
from deploy.kafka.faults import Fault, KafkaError, from_os

VERSION = "4.1.0"
# Without a binding of slf4j Kafka says nothing at all, errors included; one of slf4j 2 does not bind to Kafka's 1.7.
ROOTS = (f"org.apache.kafka:kafka_2.13:{VERSION}", "org.slf4j:slf4j-simple:1.7.36")
AT_ONCE = 4
TRIES = 3
AGAIN_S = 0.5
TIMEOUT_S = 20
ROOM_BYTES = 200_000_000  # jars 45 MB, twice for a moment; class cache 65 MB, twice for a moment


@dataclass(frozen=True, order=True)
class Jar:
    """One locked file: Maven coordinate `group:artifact:version`, size in bytes, SHA-256 in hexadecimal."""

    coordinate: str
    size_bytes: int
    sha256: str

    @property
    def filename(self) -> str:
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


@once
def locked() -> tuple[Jar, ...]:
    """The locked files, in the order of the class path."""
    text = (files("deploy.kafka") / "jars.lock").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Jar(coordinate, int(size), sha256) for coordinate, size, sha256 in rows)


def default_cache() -> Path:
    """Where downloads are kept: TIDEGATE_CACHE, or `tidegate` in the user's cache folder (XDG_CACHE_HOME, ~/.cache)."""
    if chosen := os.environ.get("TIDEGATE_CACHE"):
        return Path(chosen).expanduser().absolute()
    if home := os.environ.get("XDG_CACHE_HOME"):
        return Path(home).expanduser().absolute() / "tidegate"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "tidegate"


def home(cache: Path) -> Path:
    """The folder of this version of Kafka in the cache."""
    return cache / f"kafka-{VERSION}"


def checked(cache: Path) -> tuple[list[Path], list[Jar]]:
    """The paths of all locked files, and those that are missing. Raises KafkaError for one with a wrong byte."""
    paths = [home(cache) / "jars" / jar.filename for jar in locked()]
    missing = []
    for jar, path in zip(locked(), paths, strict=True):
        if wrong := _difference(jar, path):
            raise KafkaError(Fault.JAR_WRONG, str(path), wrong)
        if not path.exists():
            missing.append(jar)
    return paths, missing


def _difference(jar: Jar, path: Path) -> str:
    """How the file at `path` differs from the locked one; empty if it does not, or is not there."""
    try:
        size = path.stat().st_size
        if size != jar.size_bytes:
            return f"{size} bytes, locked {jar.size_bytes}"
        with path.open("rb") as f:
            found = hashlib.file_digest(f, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise from_os(error, path) from error
    return "" if found == jar.sha256 else f"SHA-256 {found[:12]}..., locked {jar.sha256[:12]}..."


def classpath(cache: Path) -> list[Path]:
    """The paths of Kafka's files, all of them checked; missing ones are downloaded first."""
    paths, missing = checked(cache)
    if missing:
        with alone(cache):
            _, missing = checked(cache)
            if missing:
                _download(missing, home(cache))
        paths, _ = checked(cache)
    return paths


def discard_wrong(cache: Path) -> None:
    """Remove files that are not the locked ones, so that they are downloaded again."""
    for jar in locked():
        path = home(cache) / "jars" / jar.filename
        if _difference(jar, path):
            path.unlink()


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Holds the cache for one process at a time: two set-ups at once would train and download twice."""
    try:
        home(cache).mkdir(parents=True, exist_ok=True)
        lock = (home(cache) / "lock").open("a")
    except OSError as error:
        raise from_os(error, home(cache)) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in (*home(cache).glob("incoming-*"), *home(cache).glob("train-*")):
            shutil.rmtree(left, ignore_errors=True)  # of a set-up that was killed
        yield


def _download(missing: list[Jar], folder: Path) -> None:
    size = sum(jar.size_bytes for jar in missing)
    if shutil.disk_usage(folder).free < ROOM_BYTES:
        raise KafkaError(Fault.DISK_FULL, str(folder), f"{ROOM_BYTES // 1_000_000} MB are needed")
    try:
        (folder / "jars").mkdir(exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=folder, prefix="incoming-") as incoming,
            progress.downloading(f"Downloading Apache Kafka {VERSION}", len(missing), size, folder) as arrived,
            ThreadPoolExecutor(AT_ONCE) as pool,
        ):
            context = _context(Path(incoming), arrived)
            try:
                for _ in pool.map(lambda jar: _fetch(context, jar, folder / "jars"), missing):
                    pass
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    except OSError as error:
        raise from_os(error, folder) from error


def _context(incoming: Path, arrived: Callable[[int], None]) -> Any:
    """jgo's pure Python resolver on a folder of its own, with the repositories of jgo's settings; no mvn, no ~/.m2."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext, PythonResolver

    @contextmanager
    def watched(_name: str, _size: int) -> Iterator[Callable[[int], None]]:
        yield arrived

    repositories = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    resolver = PythonResolver(progress_callback=watched)
    return MavenContext(
        resolver=resolver, repo_cache=incoming, local_repos=[], remote_repos=repositories, timeout=TIMEOUT_S
    )


def _fetch(context: Any, jar: Jar, folder: Path) -> None:
    """Download one file, compare it with the lock, and only then put it into its place."""
    group, artifact, version = jar.coordinate.split(":")
    wanted = context.project(group, artifact).at_version(version).artifact()
    for attempt in range(1, TRIES + 1):
        wanted.cached_path.unlink(missing_ok=True)
        try:
            path: Path = wanted.resolve()
        except (OSError, RuntimeError) as error:  # what requests raises is an OSError without a number
            if isinstance(error, OSError) and error.errno is not None:
                raise
            if attempt == TRIES:
                reason = getattr(error.args[0], "reason", error) if error.args else error  # urllib3's, inside requests'
                raise KafkaError(Fault.DOWNLOAD, jar.coordinate, str(reason)) from error
            pause(attempt * AGAIN_S)
            continue
        wrong = _difference(jar, path)
        if not wrong:
            path.replace(folder / jar.filename)
            return
    raise KafkaError(Fault.JAR_WRONG, jar.coordinate, f"the repository sent {wrong}")


def resolve_roots(folder: Path) -> list[Jar]:
    """Resolve and download the roots and all they need into `folder`: how `jars.lock` is made for a new version."""
    from jgo.maven import Dependency

    context = _context(folder, lambda _: None)
    parts = (root.split(":") for root in ROOTS)
    roots = [Dependency(context.project(g, a).at_version(v).artifact(), scope="compile") for g, a, v in parts]
    inputs, rest = context.resolver.resolve(roots)
    return sorted(_measured(dependency.artifact) for dependency in (*inputs, *rest))


def _measured(artifact: Any) -> Jar:
    data = artifact.resolve().read_bytes()
    coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
    return Jar(coordinate, len(data), hashlib.sha256(data).hexdigest())


def lock_text(jars: Iterable[Jar]) -> str:
    """The text of `jars.lock`."""
    head = f"# Apache Kafka {VERSION} and all it needs: coordinate, bytes, SHA-256.\n"
    made = "# Made by `python -m deploy.kafka lock`.\n"
    return head + made + "".join(f"{jar.coordinate} {jar.size_bytes} {jar.sha256}\n" for jar in jars)
