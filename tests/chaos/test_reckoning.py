"""The reckoning is itself tried: each defect that a siege could cause is planted in what lies on Kafka, and found."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from agents.durable.rows import MARK, pack, pack_mark
from tests.chaos.deciding import Decided, Due, Name
from tests.chaos.reckoning import reckon, remembered
from tests.chaos.resuming import Track, tracks
from tests.journey.kept import Kept
from wire.topics import BARRIER_INPUTS, ZONE_ALERTS

OLD, NEW = 11, 12
DUE = [Name("fountain", "a"), Name("fountain", "b"), Name("square", "c")]
Records = list[Kept]


def decided() -> Decided:
    """Three alerts that a duty had to make of one partition, and the row that it keeps."""
    outputs = {ZONE_ALERTS: {name: Due(name.id.encode(), 0, 1_000) for name in DUE}}
    return Decided(outputs, {(0, "lakeside"): b"row"}, {}, {0: 7})


def written() -> Records:
    """The alerts as they lie in the topic when all went well; the first again, by a worker that took over."""
    names = [DUE[0], DUE[0], DUE[1], DUE[2]]
    return [
        Kept(0, offset, name.key, name.id.encode(), {"ce_id": name.id.encode()}, 2_000)
        for offset, name in enumerate(names)
    ]


def memory() -> Records:
    """The memory when all went well: the row twice, and the mark."""
    values = [
        ("lakeside", pack(3, OLD, b"before")),
        ("lakeside", pack(6, NEW, b"row")),
        (MARK.decode(), pack_mark(7, NEW, 0)),
    ]
    return [Kept(0, offset, key, value, {}, 3_000) for offset, (key, value) in enumerate(values)]


def lost(records: Records) -> Records:
    return records[:2] + records[3:]


def invented(records: Records) -> Records:
    return [*records, replace(records[0], offset=9, headers={"ce_id": b"d"})]


def twofold(records: Records) -> Records:
    return [*records, replace(records[0], offset=9, value=b"another")]


def altered(records: Records) -> Records:
    return [records[0], records[1], replace(records[2], value=b"other"), records[3]]


def turned(records: Records) -> Records:
    return [replace(records[2], offset=0), replace(records[0], offset=1), records[3]]


def test_what_is_as_it_had_to_be_is_right_and_a_repeat_under_the_same_id_is_told_apart() -> None:
    account = reckon(ZONE_ALERTS, [decided()], written())
    assert account.right and (account.due, account.repeated) == (3, 1)
    assert remembered("notices", decided(), memory(), []).right


@pytest.mark.parametrize(
    ("plant", "figure"),
    [(lost, "missing"), (invented, "spurious"), (twofold, "doubled"), (altered, "doubled"), (turned, "disorder")],
)
def test_each_defect_of_a_topic_is_found_and_named(plant: Callable[[Records], Records], figure: str) -> None:
    account = reckon(ZONE_ALERTS, [decided()], plant(written()))
    assert getattr(account, figure) == 1
    assert not account.right and account.examples


def test_what_comes_from_outside_into_an_inbox_is_nobodys_output() -> None:
    standing = Name("north", "a")
    duty = Decided({BARRIER_INPUTS: {standing: Due(b"a", 0, 0)}})
    heads = [{"ce_id": b"a", "ce_type": b"tidegate.standing"}, {"ce_id": b"t", "ce_type": b"tidegate.tick"}]
    records = [Kept(0, offset, "north", head["ce_id"], head) for offset, head in enumerate(heads)]
    assert reckon(BARRIER_INPUTS, [duty], records).right


def forgotten(records: Records) -> Records:
    return [records[0], records[2]]


def unfinished(records: Records) -> Records:
    return [*records[:2], replace(records[2], value=pack_mark(6, NEW, 0))]


def foreign(records: Records) -> Records:
    return [*records, replace(records[0], key="harbour", offset=9)]


@pytest.mark.parametrize("plant", [forgotten, unfinished, foreign])
def test_each_defect_of_a_memory_is_found_and_named(plant: Callable[[Records], Records]) -> None:
    account = remembered("notices", decided(), plant(memory()), [])
    assert account.state_error == 1 and account.examples


def test_what_a_zombie_wrote_after_its_successor_is_stale() -> None:
    records = [*memory(), Kept(0, 9, "lakeside", pack(4, OLD, b"old"), {}, 4_000)]
    account = remembered("notices", decided(), records, [])
    assert (account.stale, account.state_error) == (1, 0)


def test_a_zone_that_is_shown_otherwise_than_it_stands_is_found() -> None:
    stands = replace(decided(), shown={"fountain": b"II"})
    shown = [Kept(0, 0, "fountain", b"II", {}), Kept(0, 1, "fountain", b"normal", {})]
    assert remembered("zones", stands, memory(), shown[:1]).right
    assert remembered("zones", stands, memory(), shown).state_error == 1


TRACK = Track([0, 1_000, 2_000, 3_000], [100, 1_100, 9_000], [1, 2, 4])


@pytest.mark.parametrize(("at_ms", "resumed_ms"), [(500, 600), (1_500, 7_500), (2_500, 6_500), (3_500, 0.0)])
def test_decisions_have_resumed_when_something_that_came_later_is_durable(at_ms: float, resumed_ms: float) -> None:
    assert TRACK.resumed_ms(at_ms) == resumed_ms


def test_a_partition_that_decides_nothing_any_more_never_resumed() -> None:
    assert TRACK._replace(marked_ms=[100], marked=[1]).resumed_ms(500) is None


def test_an_event_waits_from_its_coming_to_the_mark_that_covers_it() -> None:
    assert list(TRACK.latencies()) == [(100, 100), (1_100, 100), (9_000, 7_000)]


def test_tracks_come_from_the_marks_of_a_memory_and_never_go_back() -> None:
    inbox = [Kept(0, offset, "", b"", {}, 1_000 * offset) for offset in range(3)]
    marks = [
        Kept(0, at, MARK.decode(), pack_mark(following, NEW, 0), {}, 500 + 1_000 * at)
        for at, following in enumerate([1, 3, 2])
    ]
    assert tracks(inbox, marks) == {0: Track([0, 1_000, 2_000], [500, 1_500], [1, 3])}
