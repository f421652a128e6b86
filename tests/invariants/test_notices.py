"""Alarms and notices: a rise that nobody is shown, an end that is not told, a level I that waits, are found."""

from typing import Any

import pytest

from streams.invariants import NAMES, Violation, Watch
from streams.policy import Policy, load
from streams.schemas import instant
from tests.invariants.recorded import History, Message, names
from tests.journey.places import BEGIN, SITE, THRESHOLDS

LOWERED, LIFTED, HIDDEN, SAME, CROWDS, SEQUENCES, ENDS, APART = NAMES
CHANNELS = """channels:
  - {id: bell, kind: inbox}
  - {id: horn, kind: inbox}
offices:
"""
OFFICE, ZONE, EPISODE = "shore-street", "square", "episode-1"


def policy() -> Policy:
    site = SITE.replace("offices:\n", CHANNELS).replace(
        "parent: old-town}", "parent: old-town, channels: [bell, horn]}"
    )
    return load(site, THRESHOLDS)


def found_in(history: History) -> list[Violation]:
    watch = Watch(policy())
    found = [violation for topic, message in history for violation in watch.see(topic, message)]
    return found + watch.end()


def at(seconds: int) -> str:
    return instant(BEGIN + 1_000 * seconds)


def alert(sequence: int, before: str, after: str, seconds: int) -> tuple[str, Message]:
    lowered = before > after if "normal" not in (before, after) else after == "normal"
    return "zone.alerts", {
        "id": f"alert-{sequence}", "kind": "level", "zone": ZONE, "block": "market", "episode": EPISODE,
        "sequence": sequence, "at": at(seconds), "from": before, "to": after, "level": after, "peak": "I",
        "reason": "clear_held" if lowered else "raise_held", "quality": "good", "revision": "r",
        "people": 1.0, "lower": 1.0, "upper": 1.0, "rolling": 1.0,
        "limit": {"III": 200.0, "II": 300.0, "I": 400.0}[before if lowered else after],
    }  # fmt: skip


RISE, END = alert(1, "normal", "III", 0), alert(2, "III", "normal", 600)


def alarm(sequence: int, state: str, level: str, seconds: int, **signed: Any) -> tuple[str, Message]:
    blank = {"acked": None, "shelved": None, "out_of_service": None, "held": None}
    told = {"zone": ZONE, "at": at(seconds), "state": state, "level": level, "sequence": sequence}
    return "zone.alarms", told | blank | signed


def notice(name: str, kind: str, level: str, seconds: int) -> tuple[str, Message]:
    told = {"id": name, "office": OFFICE, "zone": ZONE, "kind": kind, "level": level, "at": at(seconds)}
    return "office.notices", told | {"episode": EPISODE, "barrier": None}


def receipt(name: str, step: str, seconds: int, level: str = "III", channel: str | None = None) -> tuple[str, Message]:
    told = {"office": OFFICE, "notice": name, "zone": ZONE, "episode": EPISODE, "level": level, "at": at(seconds)}
    return "office.receipts", told | {"step": step, "channel": channel}


TOLD: History = [
    RISE, notice("n1", "raise", "III", 0), receipt("n1", "queued", 1), receipt("n1", "sent", 1, channel="bell"),
    receipt("n1", "delivered", 2, channel="bell"),
]  # fmt: skip
ENDED: History = [
    END, notice("n2", "end", "normal", 600), receipt("n2", "queued", 601), receipt("n2", "sent", 601, channel="bell"),
]  # fmt: skip


def test_a_raise_and_its_end_told_once_break_nothing() -> None:
    assert found_in([*TOLD, *ENDED, receipt("n2", "delivered", 602, channel="bell")]) == []
    twice = [receipt("n2", "delivered", 602, channel="bell"), receipt("n2", "delivered", 603, channel="horn")]
    assert found_in([*TOLD, *ENDED, *twice, *twice]) == []


def test_an_end_that_a_provider_has_not_taken_yet_is_on_its_way() -> None:
    assert found_in([*TOLD, *ENDED, receipt("n2", "failed", 602, channel="bell")]) == []
    assert found_in(TOLD) == []


def test_a_raise_that_nobody_was_told_of_needs_no_end() -> None:
    assert found_in([RISE, notice("n1", "raise", "III", 0), receipt("n1", "failed", 2, channel="bell"), END]) == []


@pytest.mark.parametrize(
    "history",
    [
        [*TOLD, END],
        [*TOLD, END, notice("n2", "end", "normal", 600)],
        [*TOLD, *ENDED[:2], receipt("n2", "superseded", 601)],
        [
            *TOLD, *ENDED, receipt("n2", "delivered", 602, channel="bell"), notice("n3", "end", "normal", 600),
            receipt("n3", "delivered", 603, channel="bell"),
        ],
    ],
    ids=["nobody made it", "nothing became of it", "it was put aside", "it was told twice"],
)  # fmt: skip
def test_an_end_that_is_not_told_once_is_found(history: History) -> None:
    found = found_in(history)
    assert names(found) == {ENDS} and {each.thing for each in found} == {OFFICE}


def test_level_one_that_waits_for_a_channel_behind_another_is_found() -> None:
    ready = [notice("n1", "raise", "I", 0), receipt("n1", "queued", 1, "I"), receipt("n1", "sent", 1, "I", "bell")]
    at_once, later = receipt("n1", "sent", 1, "I", "horn"), receipt("n1", "sent", 31, "I", "horn")
    assert found_in([*ready, at_once, receipt("n1", "failed", 20, "I", "bell")]) == []
    found = found_in([*ready, receipt("n1", "failed", 20, "I", "bell"), later])
    assert names(found) == {ENDS} and "horn" in found[0].said


def test_an_alarm_that_calls_and_is_then_acked_or_shelved_by_a_person_breaks_nothing() -> None:
    calls, shelved = alarm(1, "unacked", "III", 0), {"by": "Lin Xia", "at": at(30)}
    assert found_in([RISE, calls, alarm(1, "acked", "III", 20), alarm(1, "shelved", "III", 30, shelved=shelved)]) == []
    assert (
        found_in([calls, RISE, END, alarm(2, "returned_unacked", "normal", 600), alarm(2, "normal", "normal", 700)])
        == []
    )


WORSE = alert(2, "III", "I", 60)


@pytest.mark.parametrize(
    "history",
    [
        [RISE, alarm(1, "acked", "III", 0)],
        [RISE, alarm(1, "unacked", "III", 0), WORSE, alarm(2, "acked", "I", 60)],
        [RISE, alarm(1, "unacked", "III", 0), WORSE, alarm(2, "shelved", "I", 60, shelved={"at": at(30)})],
        [RISE, alarm(1, "unacked", "III", 0), WORSE, alarm(2, "out_of_service", "I", 60)],
        [RISE, alarm(1, "unacked", "III", 0), alarm(1, "shelved", "III", 5, shelved={"at": at(-5)})],
        [RISE, alarm(1, "normal", "III", 0)],
        [RISE, alarm(1, "suppressed", "III", 0)],
        [RISE, alarm(1, "unacked", "III", 0), WORSE],
        [RISE, alarm(1, "unacked", "II", 0)],
        [alarm(7, "unacked", "III", 0)],
    ],
    ids=[
        "acked from the first", "an old ack", "an old shelf", "level I out of service", "an order before the rise",
        "silent", "suppressed", "never shown", "another level", "of an alert that never was",
    ],
)  # fmt: skip
def test_an_alarm_that_hides_a_rise_is_found(history: History) -> None:
    assert HIDDEN in names(found_in(history))


def test_a_restart_that_comes_back_lower_is_found() -> None:
    state = {"zone": ZONE, "at": at(10), "sequence": 1, "quality": "good", "rolling": 1.0}
    assert found_in([RISE, ("zone.states", state | {"level": "III"})]) == []
    assert names(found_in([RISE, ("zone.states", state | {"level": "normal"})])) == {HIDDEN}
