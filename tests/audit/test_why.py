"""`tidegate why` says what the record holds, in both languages, and never what it does not hold."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.asking import asking
from audit.follow import batch_of
from audit.minutes import limits_of
from audit.place import Place
from audit.records import REVISION, Record, own
from audit.store import Writer
from audit.why.answer import answer, missing, said
from audit.why.evidence import Evidence, Limits, Minute, Said, Unrecorded, gather
from audit.why.words import SENTENCES
from streams.policy import load
from streams.schemas import instant
from tests.audit.logs import AT, record
from tests.journey.places import SITE, THRESHOLDS
from wire.topics import SENSOR_ALERTS, ZONE_ALERTS, ZONE_ANSWERS, ZONE_COUNTS, ZONE_STATES

POLICY = load(SITE, THRESHOLDS)
ZONE = next(iter(POLICY.site.zones))
RAISE, CLEAR = (POLICY.limits(POLICY.block_of(ZONE), 0)[name][0].tolist() for name in ("raise_at", "clear_at"))
S = 1000
MIN = 60 * S


def state(at: int, rolling: float, level: str = "normal", **words: Any) -> dict[str, Any]:
    """A zone as it stood."""
    return {
        "zone": ZONE, "at": instant(at), "people": rolling, "lower": rolling * 0.9, "upper": rolling * 1.1,
        "rolling": rolling, "level": level, "quality": "good", "since": None, "sequence": 1, "clearing_s": None,
        "revision": POLICY.revision,
    } | words  # fmt: skip


def alert(at: int, sequence: int, before: str, after: str, rolling: float, **words: Any) -> dict[str, Any]:
    """An alert."""
    reason = "raise_held" if before == "normal" else "clear_held"
    return state(at, rolling, after) | {
        "id": f"a{sequence}", "kind": "level", "from": before, "to": after, "reason": reason, "limit": RAISE[0],
        "sequence": sequence,
    } | words  # fmt: skip


def write(place: Place, *messages: tuple[str, dict[str, Any]], texts: bool = True) -> None:
    """A log of these messages, in their order."""
    policies = {POLICY.revision: POLICY} if texts else {}
    records = [
        Record(topic, 0, offset, AT, ZONE.encode(), json.dumps(message).encode())
        for offset, (topic, message) in enumerate(messages)
    ]
    with Writer(place, "hubin", AT) as writer:
        if texts:
            body = {"revision": POLICY.revision, "site": SITE, "thresholds": THRESHOLDS}
            writer.know(POLICY.revision, own(REVISION, AT, body), limits_of(POLICY))
        writer.append(batch_of(records, policies))


def why(place: Place, at: int | None = None, zone: str = ZONE) -> dict[str, Any]:
    """The answer as JSON."""
    with asking(place) as ask:
        return answer(gather(ask, zone, at))


EVENING = (
    (ZONE_STATES, state(AT, RAISE[0] * 0.5)),
    (ZONE_ALERTS, alert(AT + 90 * S, 1, "normal", "III", RAISE[0] + 5)),
    (ZONE_STATES, state(AT + 100 * S, RAISE[0] + 20, "III")),
    (ZONE_STATES, state(AT + 190 * S, CLEAR[0] * 0.8, "III", clearing_s=240.0)),
    (ZONE_ALERTS, alert(AT + 500 * S, 2, "III", "normal", CLEAR[0] * 0.5, limit=CLEAR[0])),
)


def test_a_zone_below_every_raise_is_normal_and_says_how_far_each_level_is(place: Place) -> None:
    write(place, *EVENING)
    told = why(place, AT + 30 * S)
    assert set(told) >= {"zone", "at", "level", "because", "why_not", "revision", "sensors"}
    assert (told["level"], told["revision"], told["sensors"]) == ("normal", POLICY.revision, [])
    assert [each["rule"] for each in told["because"]] == ["never_raised"]
    assert [told["why_not"][name]["limit"] for name in ("III", "II", "I")] == RAISE
    assert all(each["holds"] is False for name, each in told["why_not"].items() if name != "lower")
    assert told["why_not"]["lower"] is None


def test_a_raise_is_told_with_its_figure_its_limit_and_since_when(place: Place) -> None:
    write(place, *EVENING)
    told = why(place, AT + 110 * S)
    (cause,) = told["because"]
    assert (told["level"], told["since"]) == ("III", instant(AT + 90 * S))
    assert (cause["rule"], cause["value"], cause["limit"]) == ("raise_held", RAISE[0] + 5, RAISE[0])
    assert (cause["since"], cause["holds"]) == (instant(AT + 90 * S), True)
    assert told["why_not"]["III"] is None and told["why_not"]["II"]["rule"] == "raise"
    assert told["why_not"]["lower"]["rule"] == "clear"


def test_at_the_instant_of_an_alert_the_figures_are_those_of_the_alert(place: Place) -> None:
    write(place, *EVENING)
    told = why(place, AT + 92 * S)
    assert told["figures"]["rolling"] == RAISE[0] + 5
    assert told["why_not"]["II"]["value"] == RAISE[0] + 5


def test_a_wait_to_lower_says_how_long_it_has_still_to_run(place: Place) -> None:
    write(place, *EVENING)
    lower = why(place, AT + 200 * S)["why_not"]["lower"]
    assert (lower["rule"], lower["left_s"], lower["limit"]) == ("clear_for", 240.0, CLEAR[0])
    assert "4 min" in lower["text"]["en"] and "4 分钟" in lower["text"]["zh"]


def test_without_an_instant_the_newest_is_told(place: Place) -> None:
    write(place, *EVENING)
    told = why(place)
    assert (told["at"], told["level"]) == (instant(AT + 500 * S), "normal")
    assert told["because"][0]["rule"] == "clear_held"


def test_a_minute_that_is_not_recorded_is_said_and_not_guessed(place: Place) -> None:
    write(place, *EVENING)
    told = why(place, AT + 490 * S)
    assert told["level"] == "III"
    assert {each["rule"] for each in told["why_not"].values() if each is not None} == {"unknown"}
    assert told["because"][0]["holds"] is None
    assert "not recorded" in told["text"]["en"] and "没有记录" in told["text"]["zh"]


def test_a_revision_whose_texts_are_not_there_is_said_and_not_guessed(place: Place) -> None:
    write(place, *EVENING, texts=False)
    told = why(place, AT + 110 * S)
    assert told["because"][0]["rule"] == "raise_held"
    assert told["why_not"]["II"]["limit"] is None
    assert POLICY.revision in told["why_not"]["II"]["text"]["en"]


def test_minutes_from_before_the_texts_were_known_are_reckoned_by_the_texts(place: Place) -> None:
    write(place, *EVENING[:1], texts=False)
    write(place, *EVENING)
    assert why(place, AT + 30 * S)["why_not"]["III"]["limit"] == RAISE[0]


def test_data_that_are_not_good_freeze_the_level(place: Place) -> None:
    doubt = alert(
        AT + 120 * S,
        2,
        "good",
        "blind",
        10.0,
        kind="quality",
        reason="sensors_silent",
        level="III",
        quality="blind",
        limit=None,
    )
    write(place, *EVENING[:3], (ZONE_ALERTS, doubt))
    told = why(place, AT + 130 * S)
    assert (told["level"], told["quality"]) == ("III", "blind")
    assert [each["rule"] for each in told["because"]] == ["raise_held", "sensors_silent"]
    assert told["why_not"]["lower"]["rule"] == "quality"


def test_orders_and_counts_of_persons_are_told_by_role_and_never_by_name(place: Place) -> None:
    order = {
        "zone": ZONE,
        "at": instant(AT + 95 * S),
        "order": "hold",
        "verdict": "accepted",
        "by": "Lin Xia",
        "role": "supervisor",
    }
    count = {"zone": ZONE, "at": instant(AT + 97 * S), "count": 321, "verdict": "accepted", "by": "Lin Xia"}
    write(place, *EVENING[:3], (ZONE_ANSWERS, order), (ZONE_COUNTS, count))
    told = why(place, AT + 110 * S)
    assert [each["rule"] for each in told["because"]] == ["raise_held", "person_ordered", "counted"]
    assert told["why_not"]["lower"]["rule"] == "held"
    assert "Lin Xia" not in json.dumps(told) and "supervisor" in json.dumps(told)


def test_a_hold_that_was_released_no_longer_holds(place: Place) -> None:
    orders = [
        (ZONE_ANSWERS, {"zone": ZONE, "at": instant(AT + at * S), "order": order, "verdict": verdict, "by": "Lin Xia"})
        for at, order, verdict in ((92, "hold", "accepted"), (94, "release", "accepted"), (96, "hold", "refused"))
    ]
    write(place, *EVENING[:3], *orders)
    assert why(place, AT + 110 * S)["why_not"]["lower"]["rule"] == "clear"


def test_sensors_in_trouble_are_named_until_they_are_well(place: Place) -> None:
    def trouble(at: int, sensor: str, to: str) -> tuple[str, dict[str, Any]]:
        return SENSOR_ALERTS, {"zone": ZONE, "sensor": sensor, "at": instant(AT + at * S), "from": "good", "to": to}

    write(place, *EVENING, trouble(5, "a", "silent"), trouble(6, "b", "stuck"), trouble(60, "b", "good"))
    assert [(each["sensor"], each["trouble"]) for each in why(place, AT + 30 * S)["sensors"]] == [
        ("a", "silent"),
        ("b", "stuck"),
    ]
    assert [each["sensor"] for each in why(place, AT + 70 * S)["sensors"]] == ["a"]


def test_a_time_before_the_record_and_a_zone_that_it_has_not_are_said(place: Place) -> None:
    write(place, *EVENING)
    with pytest.raises(Unrecorded) as early:
        why(place, AT - 1)
    assert "begins at 2026-10-01 11:30:00" in missing(early.value)["en"]
    with pytest.raises(Unrecorded) as unknown:
        why(place, AT, "nowhere")
    assert ZONE in missing(unknown.value)["zh"]


def test_what_is_no_json_is_no_evidence(place: Place) -> None:
    write(place, *EVENING[:1])
    with Writer(place, "hubin", AT) as writer:
        writer.append(batch_of([record(77, b"\xff\x00{"), record(78, b"[1]")], {}))
    assert why(place, AT + 30 * S)["level"] == "normal"


numbers = st.floats(0, 20_000)
levels = st.integers(0, 3)


@given(
    rolling=numbers, upper=numbers, level=levels, quality=st.integers(0, 2), clearing=st.none() | numbers,
    alerted=st.booleans(), on_upper=st.integers(0, 1), known=st.booleans(), age=st.integers(0, 300_000),
)  # fmt: skip
def test_whatever_the_evidence_every_question_has_an_answer_in_both_languages(
    rolling: float, upper: float, level: int, quality: int, clearing: float | None, alerted: bool, on_upper: int,
    known: bool, age: int,
) -> None:  # fmt: skip
    limits = Limits((5e3, 8e3, 1e4), (4e3, 7e3, 9e3), (0, 0, 3000), (1, 2, 3), (0, on_upper, on_upper), ("fair",))
    minute = Minute(AT, rolling, 0.0, upper, rolling, level, quality, int(alerted), clearing, "r", 0)
    names = {"zh": "喷泉", "en": "Fountain"}
    decision = Said(3, AT, {"reason": "raise_held", "limit": 5e3, "rolling": rolling, "to": "III", "level": "III"})
    evidence = Evidence(
        ZONE, AT + age, names, "Asia/Shanghai", decision if alerted else None, None, None, None, [], None, [], minute,
        limits if known else None,
    )  # fmt: skip
    told = answer(evidence)
    for name, severity in (("III", 1), ("II", 2), ("I", 3)):
        assert (told["why_not"][name] is None) == (severity <= level)
    assert (told["why_not"]["lower"] is None) == (level == 0)
    for lang in ("zh", "en"):
        lines = said(told, lang)
        assert lines and all(line and "{" not in line for line in lines)
    holding = [each for each in told["why_not"].values() if each is not None and each["rule"] == "raise"]
    assert all(each["value"] < each["limit"] for each in holding)


def test_every_sentence_is_said_in_both_languages_with_the_same_facts() -> None:
    import re

    for zh, en in SENTENCES.values():
        assert sorted(set(re.findall(r"\{(\w+)\}", zh))) == sorted(set(re.findall(r"\{(\w+)\}", en)))
        assert "{" in zh or re.search(r"[\u4e00-\u9fff]", zh)
