"""Which limit holds where and when, and what makes no sense together."""

import pytest

from streams.policy import load
from streams.records import LIMITS
from tests.streams.policy.files import LEVELS, SITE, THRESHOLDS, problems, told

TWO_ZONES = SITE.replace(
    "    zones:\n", "    zones:\n      - {id: road, office: hubin-street, area_m2: 100.5, capacity: 1000}\n"
)


def limits_of(policy_text: str, regime: int = 0, site: str = SITE) -> list[tuple[float, float]]:
    """Raise and clear of III, II, I in the fountain's zone."""
    policy = load(site, policy_text)
    zone = policy.layout("lakeside").zones.index("fountain")
    record = policy.limits("lakeside", regime)[zone]
    return list(zip(record["raise_at"].tolist(), record["clear_at"].tolist(), strict=True))


def test_shares_densities_and_people_become_exact_numbers_of_people() -> None:
    assert limits_of(THRESHOLDS) == [(7000.0, 6000.0), (9600.0, 8400.0), (12000.0, 10800.0)]
    thirds = LEVELS.replace("raise: 60,", "raise: 33.3%,").replace("clear: 50", "clear: 0.1 people/m2")
    thirds = thirds.replace("70,", "7000,").replace("80,", "8000,").replace(": 60}", ": 6000}")
    thirds = thirds.replace(": 70}", ": 7000}")
    assert limits_of(thirds)[0] == (3996.0, 600.0)


def test_a_share_is_exact_where_a_float_would_not_be() -> None:
    site = SITE.replace("capacity: 12000", "capacity: 3")
    text = LEVELS.replace("raise: 60,", "raise: 70%,").replace("clear: 50", "clear: 10%")
    text = text.replace("raise: 70,", "raise: 90%,").replace("clear: 60", "clear: 2.09999999")
    text = text.replace("raise: 80,", "raise: 100%,").replace("clear: 70}", "clear: 2.5}")
    assert limits_of(text, site=site)[0] == (2.1, 0.3)


def test_the_waits_and_what_raises_come_with_the_limits() -> None:
    limits = load(SITE, THRESHOLDS).limits("lakeside", 0)
    assert limits.dtype == LIMITS and limits.shape == (1,)
    assert limits["raise_for"].tolist() == [[30_000, 10_000, 0]]
    assert limits["clear_for"].tolist() == [[600_000, 600_000, 900_000]]
    assert limits["raise_upper"].tolist() == [[0, 0, 1]]


def test_every_caller_gets_limits_of_its_own() -> None:
    policy = load(SITE, THRESHOLDS)
    policy.limits("lakeside", 0)["raise_at"][:] = 0
    assert policy.limits("lakeside", 0)["raise_at"].all()


ENTRY = "calendar:\n  first: {{when: {{weekdays: [mon]}}, {0}}}\n  second: {{when: {{weekdays: [mon]}}, {1}}}\n"
ALL, ZONE = "levels: {{III: {{raise: {0}}}}}", "zones: {{fountain: {{levels: {{III: {{raise: {0}}}}}}}}}"


@pytest.mark.parametrize(
    ("zone", "first", "second", "holds"),
    [
        (None, ALL.format(61), ALL.format(62), 62),
        (None, ALL.format(62), ALL.format(61), 61),
        (63, ALL.format(61), ALL.format(62), 63),
        (63, ZONE.format(61), ALL.format(62), 61),
        (63, ZONE.format(61), ZONE.format(62), 62),
        (None, ZONE.format(62), ALL.format(61), 62),
    ],
)
def test_what_is_more_special_wins_and_among_calendar_entries_the_later(
    zone: int | None, first: str, second: str, holds: int
) -> None:
    text = LEVELS + ENTRY.format(first, second)
    if zone is not None:
        text += f"zones: {{fountain: {{levels: {{III: {{raise: {zone}}}}}}}}}\n"
    policy = load(SITE, text)
    regime = policy.calendar.regimes.index((0, 1))
    assert limits_of(text, regime)[0] == (holds, 50)


def test_precedence_is_looked_at_key_by_key() -> None:
    text = LEVELS + "calendar:\n  a: {when: {weekdays: [mon]}, levels: {III: {raise: 65, clear_for: 1min}}}\n"
    text += "zones: {fountain: {levels: {III: {clear: 40}}}}\n"
    record = load(SITE, text).limits("lakeside", 1)[0]
    assert (record["raise_at"][0], record["clear_at"][0], record["clear_for"][0]) == (65, 40, 60_000)


def test_clear_must_be_below_raise() -> None:
    for clear in ("60%", "61%", "7200", "1.2 people/m2"):
        text = THRESHOLDS.replace("      III: {raise: 7000, clear: 6000}\n", "").replace(
            "clear: 50%", f"clear: {clear}"
        )
        found = [entry for entry in told(problems(SITE, text)) if "is not below" in entry[3]]
        assert found[0][:3] == (4, 44, "levels.III.clear")


def test_levels_must_rise_from_three_to_one() -> None:
    found = told(problems(SITE, LEVELS.replace("raise: 80", "raise: 70")))
    assert [entry[:3] for entry in found] == [(4, 16, "levels.I.raise"), (4, 27, "levels.I.clear")]
    found = told(problems(SITE, LEVELS.replace("clear: 60", "clear: 50")))
    assert [entry[:3] for entry in found] == [(3, 27, "levels.II.clear")]


def test_the_more_special_of_two_settings_that_clash_is_the_one_that_is_told() -> None:
    text = LEVELS + "zones:\n  fountain:\n    levels:\n      III: {raise: 71}\n"
    assert told(problems(SITE, text)) == [
        (8, 20, "zones.fountain.levels.III.raise",
         "fountain: raise of level II, 70, is not above that of level III, 71"),
    ]  # fmt: skip


def test_a_mistake_that_shows_only_when_two_entries_meet_is_told() -> None:
    text = LEVELS + (
        "calendar:\n"
        "  week: {when: {dates: [2026-10-01/2026-10-07]}, levels: {III: {clear: 58}}}\n"
        '  night: {when: {times: ["22:00/02:00"]}, levels: {III: {raise: 58}}}\n'
    )
    assert told(problems(SITE, text)) == [
        (7, 65, "calendar.night.levels.III.raise",
         "level III of fountain while week and night apply: clear 58 is not below raise 58"),
    ]  # fmt: skip


def test_two_entries_that_never_meet_cannot_clash() -> None:
    text = LEVELS + (
        "calendar:\n"
        "  a: {when: {weekdays: [mon]}, levels: {III: {clear: 58}}}\n"
        '  b: {when: {weekdays: [tue], times: ["02:00/23:00"]}, levels: {III: {raise: 58}}}\n'
    )
    assert problems(SITE, text) == ()


def test_a_mistake_for_many_zones_is_told_once_with_their_names() -> None:
    text = LEVELS.replace("clear: 60", "clear: 65").replace("clear: 50", "clear: 60")
    found = told(problems(TWO_ZONES, text))
    assert [entry[3] for entry in found] == ["level III of road, fountain: clear 60 is not below raise 60"]


def test_a_share_needs_a_capacity_and_a_density_an_area() -> None:
    site = SITE.replace("        capacity: 12000\n", "").replace("        area_m2: 6000\n", "")
    found = told(problems(site, THRESHOLDS))
    assert [entry[:2] for entry in found] == [(5, 16), (5, 44), (11, 20), (11, 40)]
    assert found[0][3] == "80% is a share of the capacity, which fountain lacks"
    assert found[-1][3] == "1.8 people/m2 is a density, and fountain has no area_m2"


def test_a_zone_with_limits_of_its_own_needs_no_capacity() -> None:
    site = SITE.replace("        capacity: 12000\n", "")
    own = "III: {raise: 60, clear: 50}, II: {raise: 70, clear: 60}, I: {raise: 80, clear: 70}"
    text = THRESHOLDS.partition("zones:")[0] + f"zones: {{fountain: {{levels: {{{own}}}}}}}\n"
    assert limits_of(text, site=site) == [(60, 50), (70, 60), (80, 70)]


def test_each_zone_has_limits_after_its_own_size() -> None:
    policy = load(TWO_ZONES, THRESHOLDS)
    raises = policy.limits("lakeside", 0)["raise_at"].tolist()
    assert policy.layout("lakeside").zones == ("road", "fountain")
    assert raises == [[600.0, 800.0, 1000.0], [7000.0, 9600.0, 12000.0]]
