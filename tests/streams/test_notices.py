"""Which office is told what, in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from streams.alerts import alerts
from streams.memory import begin
from streams.notices import NOBODY, Told, advance, freeze, kind_of, thaw
from streams.policy import NoticePolicy, Policy
from tests.streams.square import CAMERA, counted, policy, take, tick


def told(counts: list[int], until: float) -> list[dict[str, Any]]:
    """The notices of an evening: a count every ten seconds, then the clock."""
    made = policy(CAMERA)
    state = begin(made, "block")
    said = []
    for place, count in enumerate(counts):
        said += alerts(state, take(state, counted(place * 10, count)))
    said += alerts(state, tick(state, until))
    return [notice for notices in each(said, made) for notice in notices]


def each(said: list[dict[str, Any]], made: Policy) -> Iterator[list[dict[str, Any]]]:
    """The notices of each alert in turn, with what is remembered written down and read again between them."""
    told = NOBODY
    for alert in said:
        told, notices = advance(alert, made, thaw(freeze(told)))
        yield notices


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


def an_alert(sequence: int, was: str, level: str, peak: str, episode: str = "e") -> dict[str, Any]:
    return {
        "id": f"{episode}/{sequence}", "kind": "level", "zone": "square", "episode": episode, "sequence": sequence,
        "at": "2026-01-01T00:00:00.000Z", "from": was, "to": level, "level": level, "peak": peak, "people": 1.0,
        "lower": 0.0, "upper": 2.0, "rolling": 1.0, "limit": 5.0, "reason": "raise_held",
    }  # fmt: skip


def test_policy_says_which_tiers_are_told_at_which_level() -> None:
    wide = replace(policy(CAMERA), notices=NoticePolicy((("district",), ("district",), ("district", "city"))))
    offices = [n["office"] for n in advance(an_alert(1, "normal", "III", "III"), wide)[1]]
    assert offices == ["street", "district"], "the zone's own office is always told"
    assert len(advance(an_alert(1, "normal", "I", "I"), wide)[1]) == 3


def test_who_was_told_of_a_raise_is_told_of_its_end_though_policy_has_changed_since() -> None:
    made = policy(CAMERA)
    told, _ = advance(an_alert(1, "normal", "II", "II"), made)
    narrow = replace(made, notices=NoticePolicy((("street",), ("street",), ("street",))))
    assert [n["office"] for n in advance(an_alert(2, "II", "normal", "II"), narrow, told)[1]] == [
        "street", "district", "city",
    ]  # fmt: skip
    assert [n["office"] for n in advance(an_alert(3, "normal", "II", "II", "next"), narrow, told)[1]] == ["street"]


def test_what_an_older_version_remembered_is_understood() -> None:
    assert thaw(b"17") == Told(17) and thaw(None) == NOBODY
    assert advance(an_alert(17, "normal", "III", "III"), policy(CAMERA), thaw(b"17"))[1] == []
    with pytest.raises(ValueError, match="another version"):
        thaw(b"[9, 1, null, []]")
