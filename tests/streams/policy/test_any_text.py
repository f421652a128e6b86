"""Whatever is written in the two files, they load or say where they are wrong; never anything else."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.policy import Policy, PolicyErrors, kind_of, load, render
from tests.streams.policy.files import SITE, THRESHOLDS

FRAGMENTS = (
    "", "~", "[]", "{}", "-1", "0", "1e9", "NaN", ".inf", "true", "''", '"', "{", "}", "[", "]", ":", "- ", "\t", "\n",
    "&a ", "*a", "!!str ", "|", ">", "%", "@", "#", "? ", "---\n", "...\n", "<<: *a", "22:30", "60%", "70\uff05", "1d",
    "2 people/m2", "9999999999999999", "outside", "fountain", "III", "Ⅲ", "mon", "2026-02-30", "2199-12-31",
    '"24:00/00:00"', "\x00", "\ufeff", "湖", "\u2028", "\x85", "\r", "{a: b}", "[[1,2]]", "0x10", "1_000",
    "99999999999999999999999",
)  # fmt: skip

fragments = st.sampled_from(FRAGMENTS)
places = st.floats(0, 1, exclude_max=True)
edits = st.lists(st.tuples(st.sampled_from(["insert", "cut", "word", "line twice", "line away"]), places, fragments),
                 min_size=1, max_size=5)  # fmt: skip


def edited(text: str, changes: list[tuple[str, float, str]]) -> str:
    """The text after a slip or five of somebody who types."""
    for kind, where, fragment in changes:
        at = int(where * len(text))
        words = list(re.finditer(r"[^\s,{}\[\]:#]+", text))
        lines = text.split("\n")
        line = int(where * len(lines))
        if kind == "insert":
            text = text[:at] + fragment + text[at:]
        elif kind == "cut":
            text = text[:at] + text[at + 1 + len(fragment) :]
        elif kind == "word" and words:
            word = words[int(where * len(words))]
            text = text[: word.start()] + fragment + text[word.end() :]
        elif kind == "line twice":
            text = "\n".join([*lines[: line + 1], *lines[line:]])
        elif kind == "line away":
            text = "\n".join([*lines[:line], *lines[line + 1 :]])
    return text


def examine(site: str, thresholds: str) -> Policy | None:
    """Load the two; whatever is wrong must be positioned and said in both languages."""
    try:
        policy = load(site, thresholds)
    except PolicyErrors as errors:
        assert errors.problems
        lengths = {"site.yaml": len(site.splitlines()) + 1, "thresholds.yaml": len(thresholds.splitlines()) + 1}
        places = [(problem.file, problem.line, problem.column) for problem in errors.problems]
        assert places == sorted(places)
        for problem in errors.problems:
            assert 1 <= problem.line <= lengths[problem.file] and problem.column >= 1
            for lang in ("zh", "en"):
                assert problem.what.said(lang) and problem.todo.said(lang)
                assert render(problem, lang).isprintable()
        return None
    assert_sound(policy)
    return policy


def assert_sound(policy: Policy) -> None:
    """Everything that a loaded policy promises to those who decide by it."""
    for regime in range(len(policy.calendar.regimes)):
        for block in policy.site.blocks:
            limits = policy.limits(block.id, regime)
            assert (limits["clear_at"] < limits["raise_at"]).all() and (limits["clear_at"] > 0).all()
            for key in ("raise_at", "clear_at"):
                assert (limits[key][:, 0] < limits[key][:, 1]).all() and (limits[key][:, 1] < limits[key][:, 2]).all()
            assert (limits["raise_for"] >= 0).all() and (limits["clear_for"] >= 0).all()
    for zone in policy.site.zones:
        assert policy.offices_for(zone) or not policy.site.offices
    for block in policy.site.blocks:
        gates = policy.layout(block.id).gates
        assert (gates["every_ms"] > 0).all() and ((gates["source"] != gates["target"]) | (gates["zone"] >= 0)).all()
    assert policy.window_ms % policy.site.time.step_ms == 0
    assert {barrier.id for barrier in policy.barriers} == {barrier.id for barrier in policy.site.barriers}


@settings(max_examples=120, deadline=None)
@given(edits)
@example([("word", 0.0, "")])
def test_slips_in_the_thresholds_are_harmless_or_told_with_their_place(changes: list[tuple[str, float, str]]) -> None:
    examine(SITE, edited(THRESHOLDS, changes))


@settings(max_examples=120, deadline=None)
@given(edits)
def test_slips_in_the_site_are_harmless_or_told_with_their_place(changes: list[tuple[str, float, str]]) -> None:
    text = edited(SITE, changes)
    examine(text, THRESHOLDS)
    kind_of(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_at_all_is_told_with_its_place(site: str, thresholds: str) -> None:
    assert examine(site, THRESHOLDS) is None
    assert examine(SITE, thresholds) is None


amounts = st.one_of(
    st.integers(0, 130).map(lambda n: f"{n}%"),
    st.integers(0, 15000).map(str),
    st.integers(0, 25).map(lambda n: f"{n / 10} people/m2"),
)
level = st.fixed_dictionaries({}, optional={"raise": amounts, "clear": amounts, "raise_on": st.just("upper")})
levels = st.fixed_dictionaries({}, optional={"III": level, "II": level, "I": level})
when = st.fixed_dictionaries(
    {},
    optional={
        "dates": st.lists(st.sampled_from(["2026-10-01", "2026-10-01/2026-10-07", "2026-10-05"]), max_size=2),
        "weekdays": st.lists(st.sampled_from(["mon", "thu", "sun"]), max_size=2),
        "times": st.lists(st.sampled_from(["18:30/21:30", "22:00/02:00", "00:00/24:00"]), max_size=2),
    },
)
entry = st.fixed_dictionaries({"when": when, "levels": levels})
RISING = {
    "III": {"raise": "60%", "clear": "50%"},
    "II": {"raise": "80%", "clear": "70%"},
    "I": {"raise": "100%", "clear": "90%"},
}


def flow(value: object) -> str:
    """YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return f'"{value}"'


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.just(RISING), levels), levels, st.lists(entry, max_size=3))
def test_small_policies_of_any_shape_load_or_are_told_with_their_place(
    default: object, own: object, entries: list[object]
) -> None:
    parts = {"levels": default, "zones": {"fountain": {"levels": own}}}
    calendar = {f"e{number}": said for number, said in enumerate(entries)}
    text = "".join(f"{key}: {flow(value)}\n" for key, value in {**parts, "calendar": calendar}.items())
    examine(SITE, text)
