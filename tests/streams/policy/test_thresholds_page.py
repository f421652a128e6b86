"""docs/thresholds.md: its files load, its defaults are those of the code, and what it calls wrong is refused."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from streams.policy import Timing, kind_of, load, load_site
from streams.policy.notices import USUAL_NOTICES
from streams.policy.site_sensors import USUAL_ERROR, USUAL_MISCOUNT
from streams.policy.text import quantities, times
from streams.policy.thresholds import (
    DEADLINES,
    USUAL_BARRIER,
    USUAL_BLIND_AFTER_MS,
    USUAL_CLEAR_FOR_MS,
    USUAL_INCIDENTS,
    USUAL_RAISE_FOR_MS,
    USUAL_RAISE_ON,
    USUAL_SHELVE_MOST_MS,
    USUAL_WINDOW_MS,
)
from streams.policy.thresholds_file import MOST_STEPS
from tests.streams.policy.files import SITE

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "thresholds.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("text", FILES)
def test_every_file_on_the_page_loads(text: str) -> None:
    if kind_of(text) == "site":
        assert load_site(text).zones
    else:
        assert load(SITE, text).site.id == "hubin"


def test_the_page_shows_both_files() -> None:
    assert {kind_of(text) for text in FILES} == {"site", "thresholds"}


def test_the_zone_example_says_what_the_page_says_of_it() -> None:
    text = next(text for text in FILES if "raise: 7000" in text)
    assert load(SITE, text).limits("lakeside", 0)["raise_at"].tolist() == [[7000.0, 9600.0, 12000.0]]


def usual(key: str) -> str:
    """What the page says holds when a key is not there."""
    (row,) = [row for row in ROWS if f"`{key}`" in row[:2] and len(row) > 3]
    return row[-1].split("`")[1]


def test_the_page_states_the_defaults_of_the_code() -> None:
    durations = {
        "window": USUAL_WINDOW_MS, "blind_after": USUAL_BLIND_AFTER_MS, "raise_for": USUAL_RAISE_FOR_MS,
        "clear_for": USUAL_CLEAR_FOR_MS, "lift_after": USUAL_BARRIER.lift_after_ms, "min_up": USUAL_BARRIER.min_up_ms,
        "accept_within": USUAL_BARRIER.accept_within_ms, "approve_within": USUAL_BARRIER.approve_within_ms,
        "step": Timing().step_ms, "reorder": Timing().reorder_ms, "grace": Timing().grace_ms,
        "lateness": Timing().lateness_ms, "skew": Timing().skew_ms,
        "next_channel_after": USUAL_NOTICES.next_channel_after_ms, "next_tier_after": USUAL_NOTICES.next_tier_after_ms,
    }  # fmt: skip
    assert usual("annunciation") == f"{{shelve_most: {quantities.as_duration(USUAL_SHELVE_MOST_MS)}}}"
    assert {key: quantities.duration_ms(usual(key)) for key in durations} == durations
    assert (usual("raise_on"), usual("deploy"), usual("lift")) == (
        USUAL_RAISE_ON, USUAL_BARRIER.deploy, USUAL_BARRIER.lift,
    )  # fmt: skip
    assert usual("deploy_at") == "II" and USUAL_BARRIER.deploy_at == 2
    assert usual("approve_roles") == f"[{', '.join(USUAL_BARRIER.approve_roles)}]"
    shares = {"miscount": USUAL_MISCOUNT, "error": USUAL_ERROR}
    assert {key: float(quantities.share(usual(key)) or 0) for key in shares} == shares
    (acks,) = [row[-1] for row in ROWS if row[0] == "`ack_within`"]
    told = [quantities.duration_ms(text) for text in re.findall(r"`I+: (\w+)`", acks)]
    assert tuple(told) == USUAL_NOTICES.ack_within_ms
    shown = next(text for text in FILES if "quiet_hours" in text)
    assert load(SITE, shown).notices == replace(USUAL_NOTICES, quiet=((22 * 60, 7 * 60),))
    assert f"at most {MOST_STEPS} of them" in PAGE
    deadlines = {step: quantities.duration_ms(usual(step)) for step in DEADLINES}
    assert tuple(deadlines.values()) == USUAL_INCIDENTS.deadlines_ms
    assert usual("open_at") == "II" and USUAL_INCIDENTS.open_at == 2


def test_what_the_page_calls_right_is_read_and_what_it_calls_wrong_is_not() -> None:
    readers: dict[str, Callable[[str], object]] = {
        "duration": quantities.duration_ms, "people": quantities.amount,
        "density over the zone's area": quantities.amount,
        "share of the zone's capacity": quantities.share, "date, first and last day": times.days,
        "weekday": lambda text: text if text in times.WEEKDAYS else None,
        "span of time": lambda text: times.window(text.strip('"')),
    }  # fmt: skip
    seen = 0
    for row in ROWS:
        if row[0] in readers:
            right, wrong = (re.findall(r"`([^`]+)`", cell) for cell in row[2:4])
            assert right and wrong
            assert [text for text in right if readers[row[0]](text) is None] == []
            assert [text for text in wrong if readers[row[0]](text) is not None] == []
            seen += 1
    assert seen == len(readers)
