"""Which office is told what, in both languages."""

from typing import Any

import pytest

from streams.alerts import alerts
from streams.memory import begin
from streams.notices import advance, kind_of
from tests.streams.square import CAMERA, counted, policy, take, tick


def told(counts: list[int], until: float) -> list[dict[str, Any]]:
    """The notices of an evening: a count every ten seconds, then the clock."""
    made = policy(CAMERA)
    state = begin(made, "block")
    said = []
    for place, count in enumerate(counts):
        said += alerts(state, take(state, counted(place * 10, count)))
    said += alerts(state, tick(state, until))
    return [notice for alert in said for notice in told_of(alert)]


def test_level_three_concerns_the_office_of_the_zone_alone() -> None:
    assert [(n["office"], n["kind"], n["level"]) for n in told([65, 0], 20)] == [
        ("street", "raise", "III"), ("street", "end", "normal"),
    ]  # fmt: skip


def test_level_two_and_one_go_up_to_district_and_city_and_so_does_their_end() -> None:
    found = [(n["office"], n["kind"], n["level"]) for n in told([100, 0], 20)]
    offices = ("street", "district", "city")
    steps = (("raise", "I"), ("lower", "II"), ("lower", "III"), ("end", "normal"))
    assert found == [(office, kind, level) for kind, level in steps for office in offices]


def test_who_was_told_of_a_raise_is_told_of_exactly_one_end() -> None:
    found = told([65, 75, 65, 0, 65, 0], 60)
    for office in ("street", "district", "city"):
        kinds = [n["kind"] for n in found if n["office"] == office]
        assert kinds.count("end") == {"street": 2, "district": 1, "city": 1}[office]


def test_a_text_names_zone_level_limit_and_figures_in_both_languages() -> None:
    (notice,) = told([65], 10)
    zh, en = notice["text"]["zh"], notice["text"]["en"]
    assert all(part in zh for part in ("广场", "三级响应", "65", "60", "01-01 00:00:01"))
    assert all(part in en for part in ("Square", "level III", "65", "60", "01-01 00:00:01"))
    assert "{" not in zh + en


def test_the_highest_level_says_that_it_is_the_highest() -> None:
    notice = told([100], 10)[0]
    assert "最高" in notice["text"]["zh"] and "highest" in notice["text"]["en"]


def test_silence_is_told_to_the_technical_channel_only_until_a_person_is_needed() -> None:
    found = told([65], 600)
    assert [(n["kind"], n["level"]) for n in found] == [("raise", "III"), ("blind", "III")]
    assert "清点" in found[1]["text"]["zh"] and "count on the spot" in found[1]["text"]["en"]


@pytest.mark.parametrize("counts", [[65, 0], [100, 0]])
def test_a_repeat_after_a_crash_is_the_same_notice(counts: list[int]) -> None:
    assert told(counts, 20) == told(counts, 20)
    identities = [n["id"] for n in told(counts, 20)]
    assert len(set(identities)) == len(identities)


def test_an_alert_of_quality_alone_makes_no_notice() -> None:
    assert kind_of({"kind": "quality", "reason": "sensors_back", "from": "blind", "to": "good"}) is None
