"""The texts of notices that operations staff may write themselves, and what is refused."""

import pytest

from streams.policy import PolicyErrors, Problem
from streams.texts import BUILT_IN, KINDS, is_texts, load_texts, render
from tests.streams.policy.files import LEVELS, SITE, changed
from tests.streams.square import CAMERA, policy

TEXTS = """\
raise:
  zh: "【{zone}】{time} 升至{level}，约 {people} 人。请立即到岗。"
  en: "{zone}, {time}: {level}, about {people} people. Please take your posts."
end:
  zh: "【{zone}】{time} 解除（原{from}）。"
  en: "{zone}, {time}: over (was {from})."
"""

ALERT = {
    "zone": "square", "at": "2026-01-01T11:30:05.000Z", "from": "III", "level": "I", "people": 812.4, "lower": 700.0,
    "upper": 900.0, "rolling": 800.0, "limit": 750.0, "reason": "raise_held",
}  # fmt: skip

MISTAKES = [
    ("【{zone}】{time} 升", '‸"【{zoen}】{time} 升', "raise.zh", "there is no field {zoen}", "did you mean {zone}"),
    ("约 {people} 人", "‸约 {people:.1f} 人", "raise.zh", "there is no field {people:.1f}", "use one of: {time}"),
    ("约 {people} 人", "‸约 {people!r} 人", "raise.zh", "there is no field {people!r}", "use one of"),
    ("约 {people} 人", "‸约 {} 人", "raise.zh", "there is no field {}", "use one of"),
    ("约 {people} 人", "‸约 {people 人", "raise.zh", "a brace has no partner", "write a field as {zone}"),
    ("约 {people} 人", "‸约 people} 人", "raise.zh", "a brace has no partner", "write a field as {zone}"),
    ("升至{level}", "‸升级", "raise.zh", "the text lacks {level}", "add {level} to it"),
    ("【{zone}】{time} 解除", "‸【此处】{time} 解除", "end.zh", "the text lacks {zone}", "add {zone} to it"),
    ("（原{from}）", "‸", "end.zh", "the text lacks {level}", "add {level} to it"),
]


def problems(text: str) -> tuple[Problem, ...]:
    try:
        load_texts(text)
    except PolicyErrors as errors:
        return errors.problems
    return ()


def test_a_text_of_ones_own_takes_the_place_of_the_built_in_one() -> None:
    texts = load_texts(TEXTS)
    assert render("raise", ALERT, policy(CAMERA), texts) == {
        "zh": "【广场】01-01 11:30:05 升至一级响应（最高），约 812 人。请立即到岗。",
        "en": "Square, 01-01 11:30:05: level I (highest), about 812 people. Please take your posts.",
    }
    assert texts.kinds["blind"] == BUILT_IN.kinds["blind"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_built_in_texts_are_ones_that_staff_could_have_written(kind: str) -> None:
    words = BUILT_IN.kinds[kind]
    assert load_texts(f'{kind}:\n  zh: "{words.zh}"\n  en: "{words.en}"\n').kinds[kind] == words


@pytest.mark.parametrize(("old", "new", "path", "what", "todo"), MISTAKES)
def test_a_mistake_in_a_text_is_told_where_the_text_begins(old: str, new: str, path: str, what: str, todo: str) -> None:
    text, line, _ = changed(TEXTS, old, new.replace('‸"', "").replace("‸", ""))
    (problem,) = problems(text)
    assert (problem.line, problem.column, problem.path) == (line, 7, path)
    assert problem.what.en.startswith(what) and todo in problem.todo.en


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = TEXTS.replace('  en: "{zone}, {time}: over (was {from})."\n', "").replace("raise:", "rise:")
    text += 'blind: {zh: "{zone}{level}{from}", en: ""}\n'
    assert [(each.line, each.column, each.what.en) for each in problems(text)] == [
        (1, 1, "there is no key rise"),
        (5, 3, "en is missing"),
        (6, 13, "there is no field {from}"),
        (6, 40, "the text has 0 characters, or invisible ones"),
    ]
    assert problems(text)[1].todo.zh == "补上 en" and problems(text)[0].todo.zh == "是否想写 raise？"


@pytest.mark.parametrize(
    "text", ["", "- raise", "raise: 5", "raise: {zh: [1], en: {}}", 'raise: {zh: "{zone\x07}"', "{"]
)
def test_whatever_a_file_holds_it_is_read_or_refused_with_a_place(text: str) -> None:
    found = problems(text)
    assert found and all(each.line > 0 and each.column > 0 and each.todo.zh and each.todo.en for each in found)


def test_a_file_of_texts_is_told_apart_by_its_keys() -> None:
    assert is_texts(TEXTS) and not is_texts(SITE) and not is_texts(LEVELS) and not is_texts("")


def test_a_text_that_is_too_long_for_a_group_robot_is_refused() -> None:
    (problem,) = problems(TEXTS.replace("请立即到岗", "请" * 500))
    assert problem.todo.zh == "写 1 至 400 个字符的文字"
