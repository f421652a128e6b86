"""What is known before any fault: what a replay of the frames decides, and that no lift is asked for without proof."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from backtest.recordings import Columns
from backtest.recordings import write as write_recording
from streams.policy import Policy
from streams.schemas import LEVELS, milliseconds
from tests.chaos.reckoning import Account
from tests.journey.city import City
from tests.journey.kept import Kept
from wire.topics import OFFICE_NOTICES, OFFICE_RECEIPTS


def foreknown(city: City, fed: Columns, barrier_inbox: Iterable[Kept], held: bool) -> dict[str, Account]:
    """A replay of the frames that were fed, beside what is on Kafka; held: the commands too are those of a replay."""
    path = city.folder / "fed.parquet"
    write_recording(path, [fed])
    replayed, commands = city.replay(path, crew="prompt"), city.commands()
    told = {str(line["notice"]) for line in map(orjson.loads, city.written(OFFICE_RECEIPTS)) if ended(line)}
    given: dict[tuple[str, str], set[str]] = {}
    for notice in map(orjson.loads, city.written(OFFICE_NOTICES)):
        # The same lowering, told directly and passed on by the office below, is delivered once.
        given.setdefault((str(notice["alert"]), str(notice["office"])), set()).add(str(notice["id"]))
    delivered = Account(due=len(given))
    delivered.missing = delivered.name(
        "not delivered", [(place, 0.0) for place, ids in given.items() if not ids & told]
    )
    found = {
        "alerts by replay": beside(replayed.alerts, city.alerts()),
        "notices by replay": beside(replayed.notices, city.notices()),
        "notices delivered": delivered,
        "lifts with proof": lifts(city.policy, map(orjson.loads, commands), barrier_inbox),
    }
    return found | ({"commands by replay": beside(replayed.commands, commands)} if held else {})


def beside(wanted: Sequence[bytes], found: Sequence[bytes]) -> Account:
    """Lines that had to come, byte for byte, and lines that came."""
    account = Account(due=len(wanted))
    account.missing = account.name("missing", [(line.decode()[:200], 0.0) for line in set(wanted) - set(found)])
    account.spurious = account.name("spurious", [(line.decode()[:200], 0.0) for line in set(found) - set(wanted)])
    return account


def ended(receipt: dict[str, Any]) -> bool:
    """Is the notice with its office, or was it overtaken by a newer one?"""
    return receipt["step"] in ("delivered", "superseded")


def lifts(policy: Policy, commands: Iterable[dict[str, Any]], inbox: Iterable[Kept]) -> Account:
    """Of each command to lift: was every zone that the barrier serves good and below its level, by its newest word?"""
    standings: dict[tuple[str, str], list[tuple[int, bool]]] = {}
    barriers = {barrier.id: barrier for barrier in policy.barriers}
    for record in inbox:
        said = record.said
        if said["kind"] == "standing":
            low = LEVELS.index(said["level"]) < barriers[said["barrier"]].deploy_at and said["quality"] == "good"
            standings.setdefault((said["barrier"], said["zone"]), []).append((int(said["at"]), low))
    account = Account()
    unproven: list[tuple[object, float]] = []
    for command in commands:
        if command["position"] != "lifted":
            continue
        account.due += 1
        at, barrier = milliseconds(command["at"]), barriers[command["barrier"]]
        for zone in barrier.zones:
            words = [word for word in standings.get((barrier.id, zone), []) if word[0] <= at]
            if not words or not max(words)[1]:
                unproven.append((f"lift of {barrier.id} at {command['at']}: {zone}", 0.0))
    account.spurious = account.name("without proof", unproven)
    return account
