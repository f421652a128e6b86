"""What the shell does with one event."""

from collections.abc import Sequence

import pytest

from agents.durable import BadData, Exit, Header, Output, Quiet, Where, group
from agents.durable.rows import MARK, pack, unpack
from tests.agents.durable.counting import Counting, Tally
from tests.agents.durable.in_memory import MEMORY, InMemory, deliver, events, shell_on, until_done
from tests.agents.durable.simulated import Left


async def test_a_bad_message_becomes_a_dead_letter_with_its_own_bytes_and_the_next_is_decided() -> None:
    log = InMemory()
    events(log, (b"a", b"\xff rubbish"), (b"a", b'{"c": 30}'))
    async with shell_on(log) as shell:
        await shell.adopt([0])
        await deliver(shell, log, [("ce_id", b"7")])
        await until_done(shell, 0, 2)
    (letter,) = log.topics["dead", 0]
    assert (letter.key, letter.value) == (b"a", b"\xff rubbish")
    headers = dict(letter.headers)
    assert headers.pop("__connect.errors.exception.message").startswith(b"not a count")
    assert headers == {
        "ce_id": b"7",
        "__connect.errors.topic": b"inputs",
        "__connect.errors.partition": b"0",
        "__connect.errors.offset": b"0",
        "__connect.errors.stage": b"parse",
        "tidegate.reason": b"format",
    }
    assert len(log.topics["outputs", 0]) == 1


class Counts(Quiet):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.frames = 0
        self.outputs = 0

    def decided(self, n_outputs: int, seconds: float) -> None:
        self.outputs += n_outputs

    def dead(self, reason: str) -> None:
        self.letters.append(reason)

    def group(self, frames: int, seconds: float) -> None:
        self.frames += frames


async def test_the_observer_is_told_of_outputs_groups_and_dead_letters() -> None:
    log, counts = InMemory(), Counts()
    events(log, (b"a", b"rubbish"), (b"a", b'{"c": 30}'))
    async with shell_on(log, observer=counts) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 2)
    assert (counts.letters, counts.frames, counts.outputs) == (["format"], 2, 1)


class Strict(Counting):
    """Knows one zone."""

    def thaw(self, key: bytes, payload: bytes | None) -> Tally:
        if key != b"a":
            raise BadData("unknown", f"there is no zone {key!r}")
        return super().thaw(key, payload)


async def test_an_unknown_key_leaves_no_row_behind() -> None:
    log = InMemory()
    events(log, (b"nowhere", b'{"c": 1}'), (MARK, b'{"c": 1}'), (b"a", b"rubbish"))
    async with shell_on(log, duty=Strict("outputs")) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 3)
    assert [dict(letter.headers)["tidegate.reason"] for letter in log.topics["dead", 0]] == [
        b"unknown",
        b"key",
        b"format",
    ]
    assert set(log.remembered(0)) == {MARK}


async def test_a_tick_concerns_every_zone_of_its_partition_and_creates_their_rows() -> None:
    log = InMemory()
    events(log, (None, b'"tick"'), (b"", b'"tick"'), (None, b"rubbish"))
    async with shell_on(log, duty=Counting("outputs", zones={0: [b"a", b"b"]})) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 3)
    rows = log.remembered(0)
    assert [unpack(rows[key])[1] for key in (b"a", b"b")] == [b"[0, 2]", b"[0, 2]"]
    assert len(log.topics["dead", 0]) == 1


async def test_a_bad_message_without_a_key_becomes_a_dead_letter_where_no_zone_lives_too() -> None:
    log = InMemory()
    events(log, (None, b"rubbish"), (None, b'"tick"'), (b"", b"rubbish"))
    async with shell_on(log, duty=Counting("outputs", zones={1: [b"a"]})) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 3)
    letters = [dict(letter.headers)["__connect.errors.offset"] for letter in log.topics["dead", 0]]
    assert letters == [b"0", b"2"]


async def test_what_no_dead_letter_can_hold_is_left_out_of_it_and_the_next_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group, "LETTER_BYTES", 1_000)
    log = InMemory()
    events(log, (b"a", b"\xff" * 1_001), (b"k" * 1_001, b"rubbish"), (b"a", b'{"c": 30}'))
    async with shell_on(log) as shell:
        await shell.adopt([0])
        await deliver(shell, log, [("ce_id", b"7")])
        await until_done(shell, 0, 3)
    for offset, letter in enumerate(log.topics["dead", 0]):
        headers = dict(letter.headers)
        assert (letter.key, letter.value) == (None, None)
        assert (headers["__connect.errors.offset"], headers["tidegate.reason"]) == (b"%d" % offset, b"format")
        assert int(headers["tidegate.left_out"]) > 1_000
    assert len(log.topics["outputs", 0]) == 1


async def test_what_a_row_has_applied_it_refuses_to_apply_again() -> None:
    log = InMemory()
    events(log, (b"a", b'{"c": 30}'), (b"b", b'{"c": 30}'))
    log.topics[MEMORY, 0] = [Output(MEMORY, 0, b"a", pack(0, 1, b"[30, 0]"))]
    async with shell_on(log) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 2)
    assert [record.key for record in log.topics["outputs", 0]] == [b"0-1-b-30"]


async def test_a_hole_in_the_inbox_ends_the_worker() -> None:
    async with shell_on(InMemory()) as shell:
        await shell.adopt([0])
        with pytest.raises(Left, match="offset 0 is due, 1 came") as caught:
            shell.take(0, 1, b"a", b'{"c": 1}', (), 0)
    assert caught.value.code is Exit.WORLD


async def test_events_of_a_partition_that_is_not_held_are_ignored() -> None:
    log = InMemory()
    async with shell_on(log) as shell:
        shell.take(0, 7, b"a", b'{"c": 30}', (), 0)
    assert not log.topics["outputs", 0]


async def test_an_error_while_deciding_ends_the_worker() -> None:
    class Faulty(Counting):
        def step(
            self, row: Tally, key: bytes, value: bytes, headers: Sequence[Header], where: Where
        ) -> Sequence[Output]:
            raise ZeroDivisionError("a fault in the program")

    async with shell_on(InMemory(), duty=Faulty("outputs")) as shell:
        await shell.adopt([0])
        with pytest.raises(Left, match=r"offset 0 cannot be decided.*a fault in the program"):
            shell.take(0, 0, b"a", b"", (), 0)
