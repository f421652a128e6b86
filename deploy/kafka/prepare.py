"""Brings everything for a fast and offline start into the cache, once."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from deploy.kafka import format, jars, progress, runtime
from deploy.kafka.cluster import Kafka
from deploy.kafka.faults import KafkaError, from_os

CLASS_CACHES = 4  # of 65 MB; each virtual environment has a Java runtime, and so a class cache, of its own


class _Trainee(Kafka):
    """A broker that writes down, when it stops, which classes it needed and how they were linked."""

    def __init__(self, data: Path, cache: Path, made: Path) -> None:
        super().__init__(data, cache=cache)
        self._made = made

    def _class_cache_options(self) -> list[str]:
        return [f"-XX:AOTCacheOutput={self._made}"]


def prepare(cache: Path | None = None) -> None:
    """Download Apache Kafka, and train the class cache with which it starts in half the time; nothing if that is done.

    Files in the cache that are not the locked ones are downloaded again. Raises KafkaError.
    """
    cache = cache or jars.default_cache()
    jars.discard_wrong(cache)
    classpath = jars.classpath(cache)
    format.template(cache, classpath)
    made = runtime.class_cache(runtime.java(), classpath)
    if made is None or made.exists():
        return
    with jars.alone(cache):
        if made.exists():
            return
        with progress.working(f"Preparing fast starts of Apache Kafka {jars.VERSION} (once, about 10 s)"):
            _train(cache, made)


def _train(cache: Path, made: Path) -> None:
    new = made.with_suffix(".new")
    try:
        with tempfile.TemporaryDirectory(dir=made.parent, prefix="train-") as data, _Trainee(Path(data), cache, new):
            pass
        with contextlib.suppress(FileNotFoundError):  # the JVM could not make one: starts are slower, nothing else
            new.replace(made)
        kept = sorted(made.parent.glob("classes-*.aot"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in kept[CLASS_CACHES:]:
            old.unlink()
    except OSError as error:
        raise from_os(error, made) from error
    except KafkaError:
        new.unlink(missing_ok=True)
        raise
