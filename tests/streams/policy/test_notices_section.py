"""The section `notices` of thresholds.yaml: who is told, when it is quiet, and what is refused."""

import pytest

from streams.policy import load
from streams.policy.notices import USUAL_NOTICES
from tests.streams.policy.files import LEVELS, SITE, changed, problems, told

NOTICES = (
    LEVELS
    + """\
notices:
  tiers: {III: [community, street], II: [community, street, district], I: [community, street, district, city]}
  quiet_hours: ["22:00/07:00", "12:30/13:30"]
  ack_within: {III: 20min, I: 1min}
  next_channel_after: 20s
  next_tier_after: 5min
"""
)

MISTAKES = [
    ("  quiet_hours", "  ‸quiet_ours", "notices.quiet_ours", "there is no key quiet_ours"),
    ('["22:00/07:00", "12:30/13:30"]', "{‸II: [\"22:00/07:00\"]}", "notices.quiet_hours.II", "quiet hours cannot"),
    ('["22:00/07:00", "12:30/13:30"]', "{‸I: []}", "notices.quiet_hours.I", "quiet hours cannot"),
    ('["22:00/07:00", "12:30/13:30"]', '‸["07:00/22:00", "22:00/07:00"]', "notices.quiet_hours", "the quiet hours"),
    ('"12:30/13:30"', '‸"12:30"', "notices.quiet_hours[1]", "'12:30' is not a span of time"),
    ("III: [community, street]", "III: [community, ‸streat]", "notices.tiers.III[1]", "streat is not one"),
    ("III: [community, street]", "III: [street, ‸street]", "notices.tiers.III[1]", "street is listed twice"),
    ("III: [community, street]", "III: ‸[]", "notices.tiers.III", "the list is empty"),
    ("I: [community, street, district, city]", "I: ‸[city]", "notices.tiers.I", "level I does not tell"),
    ("III: 20min", "III: ‸20", "notices.ack_within.III", "'20' is not a duration"),
    ("III: 20min", "‸IV: 20min", "notices.ack_within.IV", "there is no key IV"),
    ("next_channel_after: 20s", "next_channel_after: ‸0s", "notices.next_channel_after", "the duration cannot"),
]  # fmt: skip


def test_without_the_section_the_defaults_hold_and_the_revision_is_what_it_was() -> None:
    assert load(SITE, LEVELS).notices == USUAL_NOTICES
    usual = "notices: {next_channel_after: 30s}\n"
    assert load(SITE, LEVELS + usual).revision == load(SITE, LEVELS).revision != load(SITE, NOTICES).revision


def test_what_is_not_said_is_usual() -> None:
    found = load(SITE, NOTICES).notices
    assert found.ack_within_ms == (1_200_000, USUAL_NOTICES.ack_within_ms[1], 60_000)
    assert found.tiers[1] == ("community", "street", "district")
    assert (found.next_channel_after_ms, found.next_tier_after_ms) == (20_000, 300_000)


@pytest.mark.parametrize(("minute", "quiet"), [(0, True), (419, True), (420, False), (749, False), (750, True),
                                               (810, False), (1319, False), (1320, True), (1439, True)])  # fmt: skip
def test_quiet_hours_may_pass_midnight_and_end_just_before_their_end(minute: int, quiet: bool) -> None:
    assert load(SITE, NOTICES).notices.is_quiet(minute) is quiet


def test_quiet_hours_may_name_the_one_level_that_they_are_for() -> None:
    named = NOTICES.replace('["22:00/07:00", "12:30/13:30"]', '{III: ["22:00/07:00", "12:30/13:30"]}')
    assert load(SITE, named).notices == load(SITE, NOTICES).notices


@pytest.mark.parametrize(("old", "new", "path", "what"), MISTAKES)
def test_a_mistake_in_the_section_is_told_at_its_place(old: str, new: str, path: str, what: str) -> None:
    text, line, column = changed(NOTICES, old, new)
    found = [entry for entry in told(problems(SITE, text)) if entry[:2] == (line, column)]
    assert found, told(problems(SITE, text))
    assert found[0][2] == path and found[0][3].startswith(what)


def test_every_mistake_is_told_at_once_and_in_chinese_too() -> None:
    text = NOTICES.replace('["22:00/07:00", "12:30/13:30"]', '{I: ["22:00/07:00"], II: ["22:00/07:00"]}')
    text = text.replace("next_tier_after: 5min", "next_tier_after: soon")
    found = problems(SITE, text)
    assert len(found) == 3
    assert found[0].what.zh == "静默时段不能用于 I 级：I 级通知随时发出"
