"""The format of a node: the two files without which Kafka does not take a folder for its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deploy.kafka import jars, runtime
from deploy.kafka.faults import Fault, KafkaError, from_os
from deploy.kafka.properties import node_properties, rendered
from deploy.kafka.storage import Identity, new_uuid, write_whole

HEAP = "96m"
FORMAT_S = 60


def formatted(data: Path, number: int, identity: Identity) -> bool:
    """Whether node `number` has its format; KafkaError if what is there is another cluster's or unreadable."""
    path = data / f"n{number}" / "meta.properties"
    if not path.exists():
        begun = {"bootstrap.checkpoint", ".meta.properties.new"}  # a format that was interrupted
        if path.parent.exists() and {entry.name for entry in path.parent.iterdir()} - begun:
            raise KafkaError(Fault.DATA_UNUSABLE, str(path), "it is missing, though there are records beside it")
        return False
    try:
        text = path.read_text("utf-8", "replace")
    except OSError as error:
        raise from_os(error, path) from error
    found = dict(line.strip().split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    for name, wanted in (("cluster.id", identity.cluster), ("node.id", str(number))):
        if found.get(name) != wanted:
            raise KafkaError(Fault.DATA_UNUSABLE, str(path), f"{name} is {found.get(name)!r}, expected {wanted!r}")
    return True


def format_node(data: Path, number: int, identity: Identity, template: Path) -> None:
    """Format a node by its two files, as Kafka's own tool would in a second: the template and the node's identity."""
    folder = data / f"n{number}"
    try:
        folder.mkdir(exist_ok=True)
        shutil.copyfile(template, folder / "bootstrap.checkpoint")
        meta = {"version": "1", "cluster.id": identity.cluster, "node.id": str(number), "directory.id": new_uuid()}
        write_whole(folder / "meta.properties", "".join(f"{name}={value}\n" for name, value in meta.items()))
    except OSError as error:
        raise from_os(error, folder) from error


def template(cache: Path, classpath: Sequence[Path]) -> Path:
    """The file that every fresh node of this version of Kafka begins with; made once, by Kafka's own tool (1 s)."""
    kept = jars.home(cache) / "bootstrap.checkpoint"
    if kept.exists():
        return kept
    try:
        with tempfile.TemporaryDirectory(dir=jars.home(cache), prefix="format-") as name:
            folder = Path(name)
            (folder / "server.properties").write_text(rendered(node_properties(1, [1], [2], {})), "ascii")
            arguments = ("format", "-t", new_uuid(), "-c", "server.properties")
            command = runtime.command(runtime.java(), classpath, "kafka.tools.StorageTool", *arguments, heap=HEAP)
            done = subprocess.run(
                command, cwd=folder, env=runtime.environment(), capture_output=True, text=True, timeout=FORMAT_S
            )
            made = folder / "n1" / "bootstrap.checkpoint"
            if done.returncode or not made.exists():
                said = (done.stderr or done.stdout).strip().splitlines()
                raise KafkaError(Fault.NOT_RUNNING, "Kafka's format tool", said[-1] if said else str(done.returncode))
            made.replace(kept)
    except OSError as error:
        raise from_os(error, kept) from error
    return kept
