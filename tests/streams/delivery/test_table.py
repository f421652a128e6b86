"""The table of the machine: every row is lived through, and the page says what the code says."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest

from streams.delivery import clerk
from streams.delivery.machine import moved
from streams.delivery.state import Errand, Step
from streams.delivery.table import MEANING, TABLE, Event, Move
from tests.streams.delivery.night import QUIET_S, Night

PAGE = Path(__file__).resolve().parents[3] / "docs" / "machines" / "delivery.md"
WRITE = os.environ.get("TIDEGATE_WRITE") == "1"

STEPS: dict[Step, str] = {
    Step.NEW: "it has just come in",
    Step.WAITING: "it waits for the end of the quiet hours",
    Step.BEHIND: "it waits until the level I of its response has arrived",
    Step.QUEUED: "it is ready, and waits for room on a channel",
    Step.SENT: "it is on its way over at least one channel",
    Step.DELIVERED: "a provider has taken it; where it asks for somebody, the time to acknowledge runs",
    Step.ESCALATED: "nobody acknowledged it, and the office above was told",
    Step.UNREACHED: "no channel delivered it, and the office above was told; trying goes on",
    Step.OVERTAKEN: "it was sent, and a later notice of the response now speaks for it",
    Step.SUPERSEDED: "it was not sent, and a later notice of the response is told in its place",
    Step.ACKED: "a person has acknowledged it",
    Step.DONE: "a person says that what it asks for is done",
}


def walk(seed: int) -> None:
    """Half a day at the desk, drawn from a seed."""
    draw, night = Random(seed), Night()
    refusing = draw.random() < 0.5
    for turn in range(150):
        what, zone = draw.random(), draw.choice(night.zones)
        if what < 0.2:
            night.change(zone, draw.choice((0, 1, 2, 3, 3)))
        elif what < 0.21 and zone.level:
            # One that comes after a newer one of the same response, as from the office below.
            night.office.tell(
                zone.sequence - 1, "raise", "III", zone=zone.name, episode=zone.episode, alert=f"late {turn}"
            )
        elif what < 0.24:
            night.blind(zone)
        elif what < 0.27:
            # Many zones at once: more than a channel has room for.
            for other in night.many(12):
                night.change(other, draw.choice((0, 1, 2)))
        elif what < 0.5:
            passes = (1, 2, 5, 30, 60, 121, 300, 90_000 if what < 0.29 else 10)
            night.office.tick(night.office.second + draw.choice(passes))
        elif what < 0.72 and night.pending():
            result = draw.choice(("delivered", "failed", "failed", "refused" if refusing else "failed"))
            night.office.answer(draw.choice(night.pending()), result)
        elif what < 0.85 and night.known():
            by, said = draw.choice(("Lin", "Chen")), draw.choice(("acked", "done"))
            night.office.ack(draw.choice(night.known()[-30:]), by, said)
        night.check(restart=turn % 10 == 0)
    for zone in night.zones:
        night.change(zone, 0)
    for notice in night.known()[::3]:
        night.office.ack(notice, "Wu", draw.choice(("acked", "done")))
    night.recover()
    for notice in night.known():
        night.office.ack(notice, "Zhou", draw.choice(("acked", "done")))


def blind_and_late(what: str) -> None:
    """Nobody answers to counts that cannot be trusted, until a response has begun; then somebody does."""
    night = Night()
    zone = night.zones[0]
    night.office.tick(QUIET_S)
    notice = night.blind(zone)
    night.office.answer(night.pending()[0])
    night.office.tick(QUIET_S + 700)
    night.change(zone, 1)
    night.office.ack(notice, what=what)
    night.check()


@cache
def lived() -> frozenset[tuple[Step, Event]]:
    """Every transition of some walks, each under everything that must hold at any time."""
    seen: set[tuple[Step, Event]] = set()

    def noted(errand: Errand, event: Event, at: int) -> tuple[Errand, Move | None]:
        found = moved(errand, event, at)
        if found[1] is not None:
            seen.add((errand.step, event))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clerk, "moved", noted)
        blind_and_late("acked")
        blind_and_late("done")
        for seed in range(80):
            walk(seed)
            if seen == set(TABLE):
                break
    return frozenset(seen)


def test_every_transition_of_the_table_is_lived_through() -> None:
    assert set(TABLE) - lived() == set()


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("event", list(Event))
def test_what_the_table_does_not_name_changes_nothing(step: Step, event: Event) -> None:
    errand = Errand("n", "a", 1, "2026-01-01T00:00:00.000Z", "III", "raise", "street", "文", "text", step)
    changed, move = moved(errand, event, 5)
    if (step, event) in TABLE:
        assert move is not None and changed.step is move.to
    else:
        assert move is None and changed is errand


def test_every_sentence_is_said_in_both_languages() -> None:
    for move in TABLE.values():
        assert any("\u4e00" <= mark <= "\u9fff" for mark in move.zh) and move.zh.endswith("。")
        assert move.en.endswith(".")


def page() -> Iterator[str]:
    """The page, from the table."""
    yield "# The delivery of a notice\n"
    yield "One machine for each notice on its way to one office. This page is written from `streams/delivery/table.py`"
    yield "and held against it by a test. What it means for an office stands in [notices](../notices.md).\n"
    yield "Each row makes one receipt on `office.receipts`, with the step that is named here and the sentence.\n"
    yield "| step | means |\n|---|---|"
    yield from (f"| `{step}` | {said} |" for step, said in STEPS.items())
    yield "\n| event | means |\n|---|---|"
    yield from (f"| `{event}` | {said} |" for event, said in MEANING.items())
    yield "\n| step | event | to | receipt | 中文 | sentence |\n|---|---|---|---|---|---|"
    for step in Step:
        for event in Event:
            if move := TABLE.get((step, event)):
                yield f"| `{step}` | `{event}` | `{move.to}` | `{move.receipt}` | {move.zh} | {move.en} |"
    yield "\nWhat stands in no row changes nothing and makes no receipt."


def test_the_page_is_the_table() -> None:
    text = "\n".join(page()) + "\n"
    if WRITE:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "TIDEGATE_WRITE=1 pytest tests/streams/delivery/test_table.py"
