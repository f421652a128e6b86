"""A decision as a Kafka record: topic, partition of its key, CloudEvents headers, JSON."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
import orjson
from pydantic import ValidationError

from agents.durable import BadData, Header, Output, Where
from streams.alerts import alerts, standings
from streams.barrier.telling import Messages
from streams.block import NOTHING, Outcome, State, reading_of
from streams.columns import Frame, Unreadable
from streams.desk import Desk
from streams.orders import obey
from streams.persons import count
from streams.records import FUTURE, NEVER, STANDING, TROUBLE
from streams.refusals import REFUSALS
from streams.schemas import INSTANT_MAX_MS, CountOrder, Tick, ZoneOrder, identity, instant, said
from streams.troubles import troubles
from wire.batches import headers
from wire.settings import Settings
from wire.topics import (
    BARRIER_ALERTS,
    BARRIER_ANSWERS,
    BARRIER_COMMANDS,
    BARRIER_INPUTS,
    BLOCK_INPUTS,
    BY_NAME,
    DEAD_LETTERS,
    OFFICE_INPUTS,
    OFFICE_NOTICES,
    SENSOR_ALERTS,
    ZONE_ALARMS,
    ZONE_ALERTS,
    ZONE_ANSWERS,
    ZONE_COUNTS,
    partition_of,
)

LEAP_MS = 86_400_000
"""A day: idle steps of a day are closed in a moment, those of decades keep a block busy for good."""

Event = Frame | Tick | CountOrder | ZoneOrder
Given = ParamSpec("Given")
Found = TypeVar("Found")


def readable(parse: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """What `parse` makes of a message; what it cannot read becomes a dead letter, with its own words."""
    try:
        return parse(*given, **named)
    except Unreadable as error:
        raise BadData(error.reason, str(error)) from error


def only_ticks(value: bytes) -> None:
    """Refuse what came without a key into a partition where nothing lives, unless it is a Tick."""
    try:
        Tick.model_validate_json(value)
    except ValidationError as error:
        raise BadData("key", f"only a Tick needs no key, and this is none: {said(error)}") from error


def refuse_future(event: Event, where: Where, row: Desk, settings: Settings) -> None:
    """Refuse what says that it came, or ticked, too far ahead: it would close the steps of years to come."""
    newest = event.seen if isinstance(event, Frame) else event.at
    if not isinstance(newest, int):
        newest = int(np.max(newest, initial=0))
    if settings.clock == "wall":
        latest = where.seen_ms + row.block.plan.policy.site.time.skew_ms
    else:
        latest = leap(event, int(row.block.block["tick_at"]))
    if newest > latest:
        word, sentence = REFUSALS[FUTURE]
        raise BadData(word, f"{instant(min(newest, INSTANT_MAX_MS))}: {sentence}", "apply")


def leap(event: Event, told_at: int) -> int:
    """How far ahead a feed may be believed: up to `LEAP_MS` after the newest Tick of its block, but a Tick always.

    told_at: that Tick's instant, epoch ms or NEVER.

    A feed sends the Tick of a second before the readings of that second (backtest.feeding), over any gap, so that no
    honest frame is refused.  A block that no Tick has come to yet believes its first frame.
    """
    return INSTANT_MAX_MS if isinstance(event, Tick) or told_at == NEVER else told_at + LEAP_MS


def envelope(settings: Settings, topic: str, kind: str, key: str, message: dict[str, Any], identity: str) -> Output:
    """One message under its key."""
    name, value = key.encode(), orjson.dumps(message)
    return Output(settings.topic(topic), partition_of(topic, name), name, value, headers(kind, identity))


def ordered(settings: Settings, row: Desk, order: CountOrder | ZoneOrder, arrived: int) -> tuple[Outcome, list[Output]]:
    """A person's order to a zone, which arrived then (epoch ms): what it changed, and its answer."""
    if isinstance(order, CountOrder):
        outcome, said = readable(count, row.block, order, arrived)
        return outcome, [envelope(settings, ZONE_COUNTS, "count", said["zone"], said, said["id"])]
    said = obey(row, order, arrived)
    return NOTHING, [envelope(settings, ZONE_ANSWERS, "answer", said["zone"], said, said["id"])]


def annunciated(settings: Settings, row: Desk, event: Event, outcome: Outcome) -> list[Output]:
    """The alarms that an event has changed, by what the block decided or by the time it is."""
    row.hear(outcome.changes)
    if isinstance(event, Tick):
        row.tick(event.at)
    return [
        envelope(settings, ZONE_ALARMS, "alarm", a["zone"], a, identity("alarm", *map(str, a.values())))
        for a in row.tell()
    ]


def decided(settings: Settings, row: State, outcome: Outcome) -> list[Output]:
    """What a block has decided: alerts of its zones, troubles of its sensors, and its zones' words to barriers."""
    changes, outputs = outcome.changes, []
    if not len(changes):
        return []
    kinds = set(changes["kind"].tolist())
    if min(kinds) < STANDING:
        outputs += [envelope(settings, ZONE_ALERTS, "alert", a["zone"], a, a["id"]) for a in alerts(row, changes)]
    if TROUBLE in kinds:
        found = troubles(row, changes)
        outputs += [envelope(settings, SENSOR_ALERTS, "trouble", t["sensor"], t, t["id"]) for t in found]
    for word in standings(row, changes) if STANDING in kinds else ():
        identity = f"{word['barrier']}/{word['zone']}/{word['at']}"
        outputs.append(envelope(settings, BARRIER_INPUTS, "standing", word["barrier"], word, identity))
    return outputs


def of_barrier(settings: Settings, said: Messages) -> list[Output]:
    """What a barrier's machine has said; each notice is published, and put before the office that it is for."""
    to = ((BARRIER_COMMANDS, "command", said.commands), (BARRIER_ALERTS, "barrier-alert", said.alerts),
          (BARRIER_ANSWERS, "barrier-answer", said.answers))  # fmt: skip
    outputs = [envelope(settings, topic, kind, m["barrier"], m, m["id"]) for topic, kind, found in to for m in found]
    return outputs + [output for notice in said.notices for output in told_to(settings, notice)]


def refused(settings: Settings, frame: Frame, row: Any, key: bytes, where: Where) -> Output:
    """The dead letter of one reading of a frame that is otherwise good."""
    word, sentence = REFUSALS[int(row["reason"])]
    told: tuple[Header, ...] = (
        ("__connect.errors.topic", settings.topic(BLOCK_INPUTS).encode()),
        ("__connect.errors.partition", str(where.partition).encode()),
        ("__connect.errors.offset", str(where.offset).encode()),
        ("__connect.errors.stage", b"apply"),
        ("__connect.errors.exception.message", sentence.encode()),
        ("tidegate.reason", word.encode()),
    )
    value = orjson.dumps(reading_of(frame, int(row["row"])))
    partition = where.partition % BY_NAME[DEAD_LETTERS].partitions
    return Output(settings.topic(DEAD_LETTERS), partition, key, value, told)


def told_to(settings: Settings, notice: dict[str, Any]) -> list[Output]:
    """A notice, for whoever reads notices, and as a word into the inbox of its office."""
    office, identity = notice["office"], notice["id"]
    word = {"kind": "notice", "notice": notice}
    return [
        envelope(settings, OFFICE_NOTICES, "notice", office, notice, identity),
        envelope(settings, OFFICE_INPUTS, "notice", office, word, identity),
    ]
