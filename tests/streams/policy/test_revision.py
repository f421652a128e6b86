"""The revision: the same for files that mean the same, another for everything else."""

import re

import pytest

from streams.policy import load
from tests.streams.policy.files import SITE, THRESHOLDS


def revision(site: str = SITE, thresholds: str = THRESHOLDS) -> str:
    return load(site, thresholds).revision


def test_a_revision_is_twelve_hex_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", revision())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("window: 60s", "# how long\nwindow:   1min"),
        ("raise: 60%,", "raise: '60.0%',"),
        ("lift: ask, lift_after: 15min", "lift_after: 900s, lift: ask"),
        ("window: 60s\nblind_after: 5min\n", ""),
        ("  north-barrier: {deploy_at: II, deploy: auto, lift: ask, lift_after: 15min, min_up: 30min}\n", ""),
        ("{weekdays: [fri, sat],", "{weekdays: [sat, fri],"),
        ("window: 60s", "window: 60s\nincidents: {open_at: II, deadlines: {handled: 1800s, archived: 24h}}"),
    ],
)
def test_another_way_to_say_the_same_is_the_same_revision(old: str, new: str) -> None:
    assert old in THRESHOLDS
    assert revision(thresholds=THRESHOLDS.replace(old, new)) == revision()


def test_spacing_and_remarks_in_the_site_do_not_make_a_revision() -> None:
    changed = SITE.replace("capacity: 12000", "capacity:  12000   # as measured").replace("6000\n", "6000.0\n")
    assert revision(site=changed) == revision()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("raise: 60%,", "raise: 61%,"),
        ("lift: ask", "lift: auto"),
        ("[fri, sat]", "[fri]"),
        ("window: 60s", "window: 60s\nincidents: {open_at: I}"),
        ("window: 60s", "window: 60s\nincidents: {deadlines: {handled: 31min}}"),
        ("2026-10-07", "2026-10-06"),
        ("golden-week", "national-day"),
        ("blind_after: 5min", "blind_after: 6min"),
        ("blind_after: 5min", "blind_after: 5min\nannunciation: {shelve_most: 1h}"),
    ],
)
def test_any_other_number_or_name_is_another_revision(old: str, new: str) -> None:
    assert revision(thresholds=THRESHOLDS.replace(old, new)) != revision()


@pytest.mark.parametrize(("old", "new"), [("width_m: 8", "width_m: 9"), ("湖滨街道", "街道"), ("3%", "4%")])
def test_any_change_of_the_site_is_another_revision(old: str, new: str) -> None:
    assert revision(site=SITE.replace(old, new)) != revision()


def test_the_order_of_calendar_entries_matters_since_the_later_wins() -> None:
    a = "  a: {when: {weekdays: [mon]}, levels: {III: {raise: 61%}}}\n"
    b = "  b: {when: {weekdays: [mon]}, levels: {III: {raise: 62%}}}\n"
    head = THRESHOLDS.partition("calendar:")[0] + "calendar:\n"
    assert revision(thresholds=head + a + b) != revision(thresholds=head + b + a)
