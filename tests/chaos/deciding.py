"""What every duty had to say: its inbox, read again from the first record, through its decisions and without the shell.

An inbox is a log, and a duty a function of a row and an event; so what a worker must have published and must remember
is known from the log alone, whatever was killed while the log was worked off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agents.durable import BadData, Duty, Output, Where
from agents.metrics import Metrics
from agents.worker import PLACES, made
from streams.policy import Policy
from tests.journey.kept import Kept
from wire.settings import Settings
from wire.topics import DEAD_LETTERS

SHOWN = {"zones": "zone.states", "barriers": "barrier.states", "incidents": "office.kpis"}
"""Where a duty shows its rows as they stand; how often it does depends on how its groups were cut."""


class Name(NamedTuple):
    """What a message is known by wherever it lies: its key there and its id, which comes from its cause."""

    key: str
    id: str


class Due(NamedTuple):
    """A message that had to be published: its bytes, and the event that caused it: inbox partition, instant (ms)."""

    value: bytes
    partition: int
    came_ms: int


@dataclass
class Decided:
    """What one duty had to publish (by topic, in the order of each key) and what it has to remember at the end."""

    outputs: dict[str, dict[Name, Due]] = field(default_factory=dict)
    rows: dict[tuple[int, str], bytes] = field(default_factory=dict)
    shown: dict[str, bytes] = field(default_factory=dict)
    done: dict[int, int] = field(default_factory=dict)


def decide(name: str, policy: Policy, settings: Settings, inbox: Iterable[Kept], metrics: Metrics) -> Decided:
    """Everything that a duty has to make of its inbox; records in the order of each partition."""
    duty: Duty[Any] = made(name, policy, settings, metrics)
    found, rows = Decided(), dict[tuple[int, str], Any]()
    for record in inbox:
        where = Where(record.partition, record.offset, record.at_ms)
        found.done[record.partition] = record.offset + 1
        head = tuple(record.headers.items())
        refused: BadData | None = None
        for key in keys(duty, record):
            place = record.partition, key.decode()
            try:
                row = rows[place] if place in rows else duty.thaw(key, None)
                outputs = duty.step(row, key, record.value, head, where)
            except BadData as error:
                refused = refused or error
                continue
            rows[place] = row
            publish(found, settings, outputs, record)
        if refused is not None:
            place_there = f"{settings.topic(PLACES[name].inputs)}/{record.partition}/{record.offset}"
            letters = found.outputs.setdefault(DEAD_LETTERS, {})
            name_there = letter(record.key, place_there, refused.reason, record.value)
            letters[name_there] = Due(record.value, record.partition, record.at_ms)
    for place, row in rows.items():
        for output in duty.settle(row, place[1].encode()):
            found.shown[(output.key or b"").decode()] = output.value or b""
        found.rows[place] = duty.freeze(row)
    return found


def keys(duty: Duty[Any], record: Kept) -> Sequence[bytes]:
    """The rows that a record concerns: its own, or for a Tick every one of the partition."""
    return (record.key.encode(),) if record.key else duty.keys(record.partition)


def publish(found: Decided, settings: Settings, outputs: Iterable[Output], cause: Kept) -> None:
    """Put down what one step says."""
    for output in outputs:
        key, value, head = (output.key or b"").decode(), output.value or b"", dict(output.headers)
        topic = output.topic.removeprefix(settings.prefix)
        due = Due(value, cause.partition, cause.at_ms)
        found.outputs.setdefault(topic, {}).setdefault(named(key, value, head), due)


def named(key: str, value: bytes, headers: Mapping[str, bytes]) -> Name:
    """The name of a message; a dead letter has no id of its own, and is known by where its message lay and why."""
    if "__connect.errors.offset" not in headers:
        return Name(key, headers["ce_id"].decode())
    words = (headers[f"__connect.errors.{word}"].decode() for word in ("topic", "partition", "offset"))
    return letter(key, "/".join(words), headers["tidegate.reason"].decode(), value)


def letter(key: str, place: str, reason: str, value: bytes) -> Name:
    """The name of a dead letter."""
    return Name(key, f"{place}/{reason}/{value[:300].decode('utf-8', 'replace')}")
