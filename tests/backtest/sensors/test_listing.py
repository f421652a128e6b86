"""What is said of a sensor at the end: the worst it showed, and one line though two blocks know it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backtest.sensors.listing import SHOWN_FIRST, Spell, judged, merged, spells_of, worst
from streams.troubles import KINDS


def said(**more: Any) -> dict[str, Any]:
    plain = {
        "health": "good", "troubles": [], "silent_share": 0.0, "in_total": 10, "out_total": 4, "bias": 0.01,
        "bias_error": 0.02, "drift_per_hour": 1.0, "last_calibration": None, "applied": 9,
        "refused": {}, "verdicts": {},
    }  # fmt: skip
    return plain | more


def spell(kind: str, ended: str | None = "2026-01-01T01:00:00.000Z") -> Spell:
    return Spell("cam", kind, "hall", "2026-01-01T00:00:00.000Z", ended, 32.0, {"zh": "", "en": ""})


def test_every_kind_of_trouble_has_its_place_in_the_order() -> None:
    assert set(SHOWN_FIRST) == set(KINDS) - {"good"}


@given(st.sets(st.sampled_from(SHOWN_FIRST)))
def test_health_is_one_of_what_was_there_and_nothing_that_was_there_is_worse(kinds: set[str]) -> None:
    health = worst(kinds)
    assert health in kinds or (health == "good" and not kinds)
    assert all(SHOWN_FIRST.index(health) <= SHOWN_FIRST.index(kind) for kind in kinds)


def test_what_is_over_counts_for_health_and_not_for_now() -> None:
    judgement = judged(said(troubles=["silent"], silent_share=0.2), [spell("stuck"), spell("silent", None)])
    assert (judgement["health"], judgement["now"]) == ("stuck", "silent")
    assert [each["kind"] for each in judgement["troubles"]] == ["stuck", "silent"]


def test_silence_counts_when_it_was_long_or_lasts() -> None:
    assert judged(said(silent_share=0.01), [spell("silent")])["health"] == "good"
    assert judged(said(silent_share=0.06), [spell("silent")])["health"] == "silent"
    assert judged(said(silent_share=0.01, troubles=["silent"]), [spell("silent", None)])["health"] == "silent"


def test_what_two_blocks_heard_is_not_counted_twice() -> None:
    vague = said(bias=0.03, bias_error=0.05, refused={"too_old": 2}, last_calibration="2026-01-01T00:00:00.000Z")
    sure = said(bias=0.01, bias_error=0.01, refused={"too_old": 2, "empty": 1}, troubles=["rate"])
    for one, other in ((vague, sure), (sure, vague)):
        whole = merged(one, other)
        assert (whole["in_total"], whole["applied"], whole["bias"], whole["bias_error"]) == (10, 9, 0.01, 0.01)
        assert whole["refused"] == {"too_old": 2, "empty": 1} and whole["troubles"] == ["rate"]
        assert whole["last_calibration"] == "2026-01-01T00:00:00.000Z"


def told(before: str, after: str, at: str, zone: str = "hall") -> dict[str, Any]:
    return {"sensor": "cam", "zone": zone, "at": at, "from": before, "to": after, "figure": 1.0, "text": {}}


def test_each_beginning_is_joined_to_its_own_end() -> None:
    spells = spells_of(
        [
            told("good", "silent", "1"),
            told("good", "stuck", "2"),
            told("good", "silent", "2", "yard"),
            told("silent", "good", "3"),
            told("good", "silent", "4"),
            told("stuck", "good", "5"),
        ]
    )
    assert [(each.kind, each.zone, each.begun, each.ended) for each in spells] == [
        ("silent", "hall", "1", "3"),
        ("stuck", "hall", "2", "5"),
        ("silent", "yard", "2", None),
        ("silent", "hall", "4", None),
    ]
