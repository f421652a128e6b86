"""The list on which everything that is wrong with one file is noted, in both languages."""

from dataclasses import dataclass, field

from streams.policy.text.phrases import PHRASES
from streams.policy.text.words import LANGUAGES, Problem, Words

LONGEST_SHOWN = 60
OURS = ("known",)
"""Facts that are lists of our own words, and are never cut."""


def shown(text: str) -> str:
    """What somebody wrote, fit to stand in a one-line message."""
    line = "".join(mark if mark.isprintable() else " " for mark in text).strip()
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"


@dataclass(slots=True)
class Sheet:
    """The problems of one file as they are found."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    noted: set[Problem] = field(default_factory=set)

    def note(self, line: int, column: int, path: str, phrase: str, **facts: object) -> None:
        """Note one problem; `phrase` names its sentence in `phrases`, `facts` fill it (a `Words` by language)."""
        said = {lang: _said(lang, phrase, facts) for lang in LANGUAGES}
        what = Words(said["zh"][0], said["en"][0])
        todo = Words(said["zh"][1], said["en"][1])
        problem = Problem(self.file, line, column, shown_path(path), what, todo)
        if problem not in self.noted:
            self.noted.add(problem)
            self.problems.append(problem)

    def __len__(self) -> int:
        return len(self.problems)


def shown_path(path: str) -> str:
    """A path as it is shown: printable, whatever its keys are."""
    return "".join(mark if mark.isprintable() else "?" for mark in path)


def _said(lang: str, phrase: str, facts: dict[str, object]) -> tuple[str, str]:
    what, todo = PHRASES[phrase][lang]
    told = {name: _fact(name, value, lang) for name, value in facts.items()}
    return what.format(**told), todo.format(**told)


def _fact(name: str, value: object, lang: str) -> str:
    if isinstance(value, Words):
        return value.said(lang)
    return str(value) if name in OURS else shown(str(value))
