"""What `thresholds.yaml` may say, and what is said about it when it is wrong."""

import pytest

from streams.policy import load
from streams.policy.thresholds import USUAL_INCIDENTS
from tests.streams.policy.files import LEVELS, SITE, THRESHOLDS, changed, problems, told

MISTAKES = [
    ("window: 60s", "window: ‸60", "window", "'60' is not a duration"),
    ("window: 60s", "window: ‸0s", "window", "the duration cannot be zero"),
    ("window: 60s", "window: ‸1500ms", "window", "a window of 1500ms is not a whole number of steps of 1s"),
    ("window: 60s", "window: ‸2h", "window", "a window of 2h is too long for a step of 1s"),
    ("window: 60s", "‸windw: 60s", "windw", "there is no key windw"),
    (
        "window: 60s",
        "window: 60s\nannunciation: {shelve_most: ‸0s}",
        "annunciation.shelve_most",
        "the duration cannot be zero",
    ),
    ("window: 60s", "window: 60s\nannunciation: {‸shelf: 2h}", "annunciation.shelf", "there is no key shelf"),
    ("window: 60s", "window: 60s\nannunciation: ‸2h", "annunciation", "a mapping is expected here"),
    ("blind_after: 5min", "blind_after: ‸soon", "blind_after", "'soon' is not a duration"),
    ("  III: {raise: 60%,", "  ‸IIII: {raise: 60%,", "levels.IIII", "there is no key IIII"),
    ("raise: 60%", "raise: ‸0%", "levels.III.raise", "0% is out of range"),
    ("raise: 60%", "raise: ‸-5", "levels.III.raise", "'-5' is no number of people, share of capacity or density"),
    ("raise: 60%", "raise: ‸60 %%", "levels.III.raise", "'60 %%' is no number of people"),
    ("raise: 60%", "raise: ‸\uff16\uff10\uff05", "levels.III.raise", "'\uff16\uff10\uff05' has full-width characters"),
    ("raise: 60%", "raise: ‸2 people/km2", "levels.III.raise", "'2 people/km2' is no number of people"),
    ("raise: 60%", "raise: ‸.inf", "levels.III.raise", "'.inf' is no number of people"),
    ("raise: 60%", "raise: ‸99999999999", "levels.III.raise", "99999999999 is out of range"),
    ("raise_for: 30s", "raise_for: ‸30", "levels.III.raise_for", "'30' is not a duration"),
    ("raise_for: 30s", "‸rais_for: 30s", "levels.III.rais_for", "there is no key rais_for"),
    ("raise_on: upper", "raise_on: ‸lower", "levels.I.raise_on", "lower is not one of the values"),
    ("clear_for: 15min", "clear_for: ‸[15min]", "levels.I.clear_for", "a single value is expected here"),
    ("  fountain:\n    levels:\n", "  ‸fontain:\n    levels:\n", "zones.fontain", "the site has no zone fontain"),
    ("  fountain:\n    levels:\n", "  fountain:\n    ‸level:\n", "zones.fountain.level", "there is no key level"),
    ("raise: 7000", "raise: ‸7000 persons", "zones.fountain.levels.III.raise", "'7000 persons' is no number"),
    ("  north-barrier:", "  ‸north-barier:", "barriers.north-barier", "the site has no barrier north-barier"),
    ("deploy_at: II", "deploy_at: ‸normal", "barriers.north-barrier.deploy_at", "normal is not one of the values"),
    ("deploy_at: II", "deploy_at: ‸2", "barriers.north-barrier.deploy_at", "2 is not one of the values"),
    ("deploy: auto", "deploy: ‸yes", "barriers.north-barrier.deploy", "yes is not one of the values"),
    ("lift: ask", "lift: ‸no", "barriers.north-barrier.lift", "no is not one of the values"),
    ("min_up: 30min", "min_up: ‸-30min", "barriers.north-barrier.min_up", "'-30min' is not a duration"),
    ("min_up: 30min", "accept_within: ‸0s", "barriers.north-barrier.accept_within", ""),
    ("min_up: 30min", "approve_within: ‸soon", "barriers.north-barrier.approve_within", "'soon' is not a duration"),
    ("min_up: 30min", "approve_roles: ‸operator", "barriers.north-barrier.approve_roles", ""),
    ("min_up: 30min", "approve_roles: ‸[]", "barriers.north-barrier.approve_roles", "the list is empty"),
    ("min_up: 30min", "approve_roles: [a, ‸true]", "barriers.north-barrier.approve_roles[1]", ""),
    ("min_up: 30min", "‸min_down: 30min", "barriers.north-barrier.min_down", "there is no key min_down"),
    (
        "window: 60s",
        "window: 60s\nincidents: {open_at: ‸normal}",
        "incidents.open_at",
        "normal is not one of the values",
    ),
    ("window: 60s", "window: 60s\nincidents: {‸open_from: II}", "incidents.open_from", "there is no key open_from"),
    ("window: 60s", "window: 60s\nincidents: ‸II", "incidents", "a mapping"),
    (
        "window: 60s",
        "window: 60s\nincidents: {deadlines: {handled: ‸0s}}",
        "incidents.deadlines.handled",
        "the duration cannot be zero",
    ),
    (
        "window: 60s",
        "window: 60s\nincidents: {deadlines: {handled: ‸half an hour}}",
        "incidents.deadlines.handled",
        "'half an hour' is not a duration",
    ),
    (
        "window: 60s",
        "window: 60s\nincidents: {deadlines: {‸reported: 1min}}",
        "incidents.deadlines.reported",
        "there is no key reported",
    ),
    ("[2026-10-01/2026-10-07]", "[‸2026-10-01/2026-10-32]", "calendar.golden-week.when.dates[0]", "'2026-10-01/2026"),
    ("[2026-10-01/2026-10-07]", "[‸2026-02-29]", "calendar.golden-week.when.dates[0]", "'2026-02-29' is not a date"),
    ("[2026-10-01/2026-10-07]", "[‸10-01]", "calendar.golden-week.when.dates[0]", "'10-01' is not a date"),
    ("[2026-10-01/2026-10-07]", "‸2026-10-01", "calendar.golden-week.when.dates", "a list is expected here"),
    ("[2026-10-01/2026-10-07]", "‸[]", "calendar.golden-week.when.dates", "the list is empty"),
    ("{dates: [2026-10-01/2026-10-07]}", "‸{}", "calendar.golden-week.when", "when says nothing"),
    ("{when: {dates: [2026-10-01/2026-10-07]}, ", "‸{", "calendar.golden-week", "when is missing"),
    ("weekdays: [fri, sat]", "weekdays: [‸Fri, sat]", "calendar.evening.when.weekdays[0]", "the weekday is written as"),
    (
        "weekdays: [fri, sat]",
        "weekdays: [fri, ‸周六]",
        "calendar.evening.when.weekdays[1]",
        "the weekday is written as",
    ),
    ("weekdays: [fri, sat]", "weekdays: [fri, ‸7]", "calendar.evening.when.weekdays[1]", "'7' is not a weekday"),
    ('"18:30/21:30"', "‸22:30", "calendar.evening.when.times[0]", "'22:30' is not a span of time"),
    ('"18:30/21:30"', '‸"18:30/24:30"', "calendar.evening.when.times[0]", "'18:30/24:30' is not a span of time"),
    ('"18:30/21:30"', '‸"18:30/18:30"', "calendar.evening.when.times[0]", "'18:30/18:30' is not a span of time"),
    ('"18:30/21:30"', '‸"18.30/21.30"', "calendar.evening.when.times[0]", "'18.30/21.30' is not a span of time"),
    (
        "when: {weekdays",
        "when: {‸show: fountain, weekdays",
        "calendar.evening.when.show",
        "show (a show and its phases)",
    ),
    ("when: {weekdays", "when: {‸weekday: [mon], weekdays", "calendar.evening.when.weekday", "there is no key weekday"),
    ("  evening:\n", "  evening:\n    ‸barriers: {}\n", "calendar.evening.barriers", "a calendar entry cannot change"),
    (
        "{fountain: {levels: {III: {raise: 6000",
        "{‸lake: {levels: {III: {raise: 6000",
        "calendar.evening.zones.lake",
        "the",
    ),
]


@pytest.mark.parametrize(("old", "new", "path", "what"), MISTAKES)
def test_a_mistake_in_the_thresholds_is_told_at_its_place(old: str, new: str, path: str, what: str) -> None:
    text, line, column = changed(THRESHOLDS, old, new)
    found = [entry for entry in told(problems(SITE, text)) if entry[:2] == (line, column)]
    assert found, told(problems(SITE, text))
    assert found[0][2] == path and found[0][3].startswith(what)


def test_the_example_of_the_contracts_says_what_it_means() -> None:
    policy = load(SITE, THRESHOLDS)
    assert (policy.window_ms, policy.blind_after_ms) == (60_000, 300_000)
    (barrier,) = policy.barriers
    assert (barrier.id, barrier.zones, barrier.deploy_at) == ("north-barrier", ("fountain",), 2)
    assert (barrier.deploy, barrier.lift) == ("auto", "ask")
    assert (barrier.lift_after_ms, barrier.min_up_ms) == (900_000, 1_800_000)
    assert (barrier.accept_within_ms, barrier.approve_within_ms) == (120_000, 900_000)
    assert (barrier.approve_roles, barrier.site) == (("operator", "supervisor"), "hubin")
    assert (barrier.deploy_takes_ms, barrier.lift_takes_ms) == (600_000, 600_000)


def test_a_site_without_thresholds_for_a_barrier_gets_the_usual_policy() -> None:
    (barrier,) = load(SITE, LEVELS).barriers
    assert (barrier.id, barrier.zones, barrier.deploy_takes_ms) == ("north-barrier", ("fountain",), 600_000)
    assert (barrier.deploy_at, barrier.deploy, barrier.lift) == (2, "auto", "ask")
    assert (barrier.lift_after_ms, barrier.min_up_ms) == (900_000, 1_800_000)


@pytest.mark.parametrize(("level", "severity"), [("III", 1), ("II", 2), ("I", 3)])
def test_level_one_is_the_highest(level: str, severity: int) -> None:
    assert load(SITE, THRESHOLDS.replace("deploy_at: II", f"deploy_at: {level}")).barriers[0].deploy_at == severity


def test_what_is_left_out_of_the_thresholds_has_its_usual_value() -> None:
    policy = load(SITE, LEVELS)
    limits = policy.limits("lakeside", 0)[0]
    assert (policy.window_ms, policy.blind_after_ms) == (60_000, 300_000)
    assert limits["raise_for"].tolist() == [0, 0, 0]
    assert limits["clear_for"].tolist() == [600_000] * 3
    assert limits["raise_upper"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("level", ["III", "II", "I"])
def test_every_level_needs_its_two_limits(level: str) -> None:
    lines = LEVELS.splitlines()
    without = "\n".join(line for line in lines if not line.lstrip().startswith(f"{level}:"))
    assert told(problems(SITE, without)) == [(2, 3, "levels", f"{level} is missing")]
    empty = LEVELS.replace(next(line for line in lines if f" {level}:" in line), f"  {level}: {{}}")
    assert [entry[2:] for entry in told(problems(SITE, empty))] == [
        (f"levels.{level}", "clear is missing"), (f"levels.{level}", "raise is missing"),
    ]  # fmt: skip


def test_the_levels_for_every_zone_must_be_there() -> None:
    assert told(problems(SITE, "window: 60s\n")) == [(1, 1, "", "levels is missing")]


def test_sections_of_which_every_line_is_commented_out_are_empty() -> None:
    assert problems(SITE, LEVELS + "zones:\nbarriers:\ncalendar:\n") == ()


def test_a_window_may_be_as_long_as_the_steps_allow() -> None:
    minutes = SITE.replace("step: 1s", "step: 1min")
    assert load(minutes, "window: 2h\n" + LEVELS).window_ms == 7_200_000
    found = problems(minutes, "window: 90s\n" + LEVELS)
    assert told(found) == [(1, 9, "window", "a window of 90s is not a whole number of steps of 1min")]


def test_the_usual_window_must_suit_the_step_as_well() -> None:
    found = problems(SITE.replace("step: 1s", "step: 1h"), LEVELS)
    assert told(found) == [(1, 1, "", "a window of 1min is not a whole number of steps of 1h")]


def test_an_entry_that_changes_nothing_or_can_never_apply_is_a_slip() -> None:
    nothing = LEVELS + "calendar: {a: {when: {weekdays: [mon]}}}\n"
    assert told(problems(SITE, nothing)) == [(5, 15, "calendar.a", "the calendar entry a changes nothing")]
    never = LEVELS + "calendar: {a: {when: {dates: [2026-10-01], weekdays: [mon]}, levels: {III: {raise: 61}}}}\n"
    assert told(problems(SITE, never)) == [(5, 15, "calendar.a", "the calendar entry a can never apply")]


def test_a_barrier_in_a_calendar_entry_is_refused_with_where_it_belongs() -> None:
    text = THRESHOLDS.replace("  evening:\n", "  evening:\n    barriers: {north-barrier: {lift: auto}}\n")
    (problem,) = problems(SITE, text)
    assert problem.todo.en == "move barriers to the top of the file"


def test_a_calendar_of_endless_entries_is_refused() -> None:
    entries = "".join(f"  e{n}: {{when: {{weekdays: [mon]}}, levels: {{III: {{raise: 61}}}}}}\n" for n in range(201))
    assert [problem.line for problem in problems(SITE, LEVELS + "calendar:\n" + entries)] == [206]


def test_what_is_not_said_of_incidents_is_as_usual() -> None:
    from_level_one = load(SITE, THRESHOLDS + "incidents: {open_at: I, deadlines: {handled: 1h}}\n").incidents
    assert from_level_one.open_at == 3
    assert from_level_one.deadlines_ms == (300_000, 3_600_000, 7_200_000, 86_400_000, 604_800_000)
    for empty in ("", "incidents:\n", "incidents: {}\n", "incidents: {deadlines: }\n"):
        assert load(SITE, THRESHOLDS + empty).incidents == USUAL_INCIDENTS
