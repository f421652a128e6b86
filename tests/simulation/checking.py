"""Everything that must hold of an evening, in one list of sentences; an empty one is a good evening."""

from collections.abc import Callable
from typing import Any

from agents.durable import Where
from tests.simulation.cluster import Parts
from tests.simulation.evening import Evening, live
from tests.simulation.history import SHELL_FAULTS, History
from tests.simulation.loop import Stuck
from tests.simulation.plain import differences, plainly
from tests.simulation.truth import Truth
from tests.simulation.watching import violations
from wire.topics import BARRIER_COMMANDS, ZONE_ALERTS

Look = Callable[[str, bytes, Any, Where], None]


def faults(story: History, parts: Parts | None = None, look: Look | None = None) -> list[str]:
    """What is wrong with the evening of a history; its first word is the check that found it."""
    try:
        evening = live(story, parts)
    except Stuck as error:
        return [f"endless: {error}"]
    truth = Truth(evening)

    def both(name: str, key: bytes, row: Any, where: Where) -> None:
        truth.look(name, key, row, where)
        if look is not None:
            look(name, key, row, where)

    plain = plainly(evening, both)
    found = [*evening.wrong, *differences(evening, plain), *truth.violations(plain), *violations(evening)]
    return found or calm(story, evening, parts)


def calm(story: History, evening: Evening, parts: Parts | None) -> list[str]:
    """The same evening without a fault of the workers: where none lasted, alerts and commands are the same."""
    shell = [each for each in story.happenings if each.kind in SHELL_FAULTS]
    if not shell or any(each.beats for each in shell) or story.seed % 4:
        return []
    twin = decisions(live(story.without(*SHELL_FAULTS), parts))
    mine = decisions(evening)
    return [
        f"twin: {name!r} differs from an evening without faults"
        for name in {*mine, *twin}
        if mine.get(name) != twin.get(name)
    ]


def decisions(evening: Evening) -> dict[bytes, bytes | None]:
    """Alerts and commands by their id."""
    found: dict[bytes, bytes | None] = {}
    for (topic, _), records in evening.broker.topics.items():
        if topic in (ZONE_ALERTS, BARRIER_COMMANDS):
            for record in records:
                found[dict(record.headers)["ce_id"]] = record.value
    return found
