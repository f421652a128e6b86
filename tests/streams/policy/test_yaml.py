"""Files that are broken as YAML, or written in a way that other readers would misunderstand."""

import json

import pytest

from streams.policy import kind_of, load, load_site
from streams.policy.text.quick import quick_tree
from streams.policy.text.sheet import Sheet
from streams.policy.text.tree import compose
from tests.streams.policy.files import LEVELS, SITE, THRESHOLDS, problems, told

BROKEN = [
    ("", 1, 1, "the file has no content"),
    ("# nothing but a remark\n", 1, 1, "the file has no content"),
    ("levels: [1\nwindow: 60s", 2, 7, "the YAML cannot be read"),
    ("window: 60s: 5", 1, 12, "a second ': ' is not expected here"),
    ("window: 60s\n\tlevels: 1", 2, 1, "there is a tab character here"),
    ('window: "60s', 1, 13, "the file ends inside a quote or bracket"),
    ("levels: {III: {", 1, 16, "the file ends inside a quote or bracket"),
    ("window: 60s\nlevels: \x00", 2, 9, "there is a character here that no YAML file may have"),
    ("window: 60s\n---\nwindow: 60s", 2, 1, "a second YAML document begins here"),
    ("window: *usual", 1, 9, "the alias *usual refers to nothing above it"),
    ("window: &a [*a]", 1, 13, "the alias *a refers to nothing above it"),
    ("[a, b]: 60s", 1, 1, "a key must be a text"),
    ("{window: 60s}: 60s", 1, 1, "a key must be a text"),
    ("[" * 40 + "]" * 40, 1, 33, "this is nested too deeply"),
    ("just words", 1, 1, "a mapping is expected here, not just words"),
    ("- window", 1, 1, "a mapping is expected here, not […]"),
]


@pytest.mark.parametrize(("text", "line", "column", "what"), BROKEN)
def test_a_broken_file_is_told_at_the_place_where_it_breaks(text: str, line: int, column: int, what: str) -> None:
    found = told(problems(SITE, text))[0]
    assert found[:2] == (line, column) and found[3].startswith(what)


def test_a_broken_site_does_not_make_every_name_in_the_thresholds_unknown() -> None:
    found = problems("site: [", THRESHOLDS)
    assert [(problem.file, problem.line) for problem in found] == [("site.yaml", 1)]


def test_a_broken_site_does_not_hide_what_is_wrong_in_the_thresholds() -> None:
    found = problems("site: [", THRESHOLDS.replace("clear: 70%", "clear: 85%").replace("window:", "windw:"))
    assert [(problem.file, problem.line) for problem in found] == [
        ("site.yaml", 1), ("thresholds.yaml", 1), ("thresholds.yaml", 5),
    ]  # fmt: skip


def test_a_key_given_twice_is_refused_with_the_line_of_the_first() -> None:
    found = problems(SITE, THRESHOLDS + "window: 30s\n")
    assert told(found) == [(19, 1, "window", "the key window is given twice, first in line 1")]


def test_keys_given_twice_deep_down_are_refused_too() -> None:
    found = problems(SITE, THRESHOLDS.replace("{raise: 60%,", "{raise: 60%, raise: 61%,"))
    assert [(problem.line, problem.column) for problem in found] == [(4, 21)]


def test_merge_keys_are_refused() -> None:
    found = problems(SITE, LEVELS.replace("III: {", "III: &usual {").replace("II:  {", "II: {<<: *usual, "))
    assert told(found) == [(3, 8, "", "the merge key '<<' is not supported")]


def test_a_part_may_be_named_and_used_again() -> None:
    calendar = "calendar:\n  a: {when: {weekdays: [mon]}, levels: &more {III: {raise: 55}}}\n"
    text = LEVELS + calendar + "  b: {when: {weekdays: [tue]}, levels: *more}\n"
    policy = load(SITE, text)
    assert [policy.limits("lakeside", regime)["raise_at"][0][0] for regime in range(3)] == [60, 55, 55]


@pytest.mark.parametrize("version", ["%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "\ufeff", "---\n"])
def test_what_stands_before_the_document_changes_nothing(version: str) -> None:
    assert load(version + SITE, version + THRESHOLDS).revision == load(SITE, THRESHOLDS).revision


@pytest.mark.parametrize("number", ["22:30", "0o17", "0x10", "1_000", "1e3", "+5", ".5", "yes", "[60]", "''"])
def test_what_other_readers_take_for_numbers_is_no_number_of_people(number: str) -> None:
    assert problems(SITE, LEVELS.replace("raise: 60", f"raise: {number}"))[0].line == 2


def test_quotes_and_line_ends_make_no_difference() -> None:
    quoted = THRESHOLDS.replace("60%", '"60%"').replace("window:", "'window':").replace("\n", "\r\n")
    assert load(SITE, quoted).revision == load(SITE, THRESHOLDS).revision


def test_a_site_written_as_json_is_read_the_same_way() -> None:
    pairs = {"site": "a", "timezone": "UTC", "blocks": [{"id": "b", "zones": [{"id": "z", "capacity": 100}]}]}
    sensor = {"id": "s", "area": {"zone": "z"}, "counts": "state", "every": "1min", "error": "8%"}
    text = json.dumps(pairs | {"sensors": [sensor]}, indent=2)
    plain = "site: a\ntimezone: UTC\nblocks: [{id: b, zones: [{id: z, capacity: 100}]}]\nsensors:\n"
    plain += "  - {id: s, area: {zone: z}, counts: state, every: 1min, error: 8%}\n"
    assert quick_tree(text) is not None and quick_tree(plain) is None
    assert load_site(text) == load_site(plain)
    assert load(text, LEVELS).revision == load(plain, LEVELS).revision


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("100}", "-1}", "'-1'"),
        ("100}", "1e3}", "'1e3'"),
        ("100}", "null}", "there is no value"),
        ("100}", "true}", "'true'"),
        ("100}", '"many"}', "'many'"),
        ("100}", '1, "capacity": 2}', "the key"),
        ("100}", "[]}", "a single"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_site_written_as_json_has_its_place_too(old: str, new: str, what: str) -> None:
    text = '{"site": "a", "timezone": "UTC",\n "blocks": [{"id": "b", "zones": [{"id": "z", "capacity": 100}]}]}'
    found = problems(text.replace(old, new), LEVELS)
    assert len(found) == 1 and found[0].line == 2 and found[0].column > 50 and found[0].what.en.startswith(what)


def test_a_file_is_recognised_by_its_keys_even_when_it_is_broken() -> None:
    assert kind_of(SITE) == "site" and kind_of(THRESHOLDS) == "thresholds"
    assert kind_of(SITE + "\t[") == "site" and kind_of(THRESHOLDS + "\t[") == "thresholds"
    assert kind_of("# levels: no\nfoo: bar\n") is None and kind_of("") is None
    assert kind_of('{"site": "a", "blocks": []}') == "site"
    assert kind_of("barriers: []") is None


def test_an_empty_value_is_told_where_its_key_stands() -> None:
    sheet = Sheet("")
    tree = compose("a:\n\nb: 1\n", sheet)
    assert tree is not None and not sheet.problems
    found = problems(SITE, "window:\n\n" + LEVELS)
    assert told(found) == [(1, 1, "window", "there is no value")]
