"""What a person reads, in both languages of the operations centre."""

from dataclasses import dataclass

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese and in English."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """The text in `lang` (`zh` or `en`)."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file: where (line and column begin at 1), what it is, and what to do."""

    file: str
    line: int
    column: int
    path: str
    what: Words
    todo: Words


class PolicyErrors(ValueError):
    """Every problem of a site or of its thresholds, by file, line and column."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(render(problem, "en") for problem in problems))


def render(problem: Problem, lang: str) -> str:
    """`file:line:column: path: what is wrong: what to do`, on one line; the path is left out at the top of a file."""
    where = f"{problem.file}:{problem.line}:{problem.column}"
    parts = (where, problem.path, problem.what.said(lang), problem.todo.said(lang))
    return ": ".join(part for part in parts if part)
