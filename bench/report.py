"""A bench's figures: every value of every run, and what is said of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

JSON = dict[str, Any]
DIGITS = 3


@dataclass
class Figure:
    """One thing that is measured, once a run; `least` or `most` is what design §10 or the issue asks for."""

    unit: str
    values: list[float] = field(default_factory=list)
    least: float | None = None
    most: float | None = None
    runs: int | None = None
    """How often it was measured, where that is not how many values are known."""

    def json(self) -> JSON:
        """Unit, runs, median, min, max, and the goal with whether the median reaches it."""
        middle = median(self.values)
        said: JSON = {
            "unit": self.unit,
            "runs": self.runs or len(self.values),
            "median": tidy(middle),
            "min": tidy(min(self.values)),
            "max": tidy(max(self.values)),
        }
        if self.least is not None:
            said |= {"at_least": self.least, "reached": middle >= self.least}
        if self.most is not None:
            said |= {"at_most": self.most, "reached": middle <= self.most}
        return said


Figures = dict[str, Figure]


def tidy(value: float) -> float:
    """A figure as it is written: whole from a thousand on, else to the thousandth."""
    return round(value) if abs(value) >= 1000 else round(value, DIGITS)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which such a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def load() -> list[float]:
    """How many processes wanted to run in the last 1, 5 and 15 minutes, on average."""
    return [round(figure, 2) for figure in os.getloadavg()]


def render(bench: str, runs: int, figures: Figures, before: list[float], facts: JSON) -> JSON:
    """The one JSON object of a bench (contracts §6)."""
    machine = {"cores": os.cpu_count(), "load_before": before, "load_after": load()}
    return {
        "bench": bench,
        "runs": runs,
        "figures": {name: figure.json() for name, figure in figures.items()},
        "facts": facts,
        "machine": machine,
    }


def table(results: Sequence[JSON]) -> str:
    """Results of several benches as one Markdown table."""
    lines = [
        "| bench | figure | unit | runs | median | min | max | asked | load before |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for name, figure in result["figures"].items():
            spread = " | ".join(written(figure[key]) for key in ("median", "min", "max"))
            lines.append(
                f"| {result['bench']} | {name} | {figure['unit']} | {figure['runs']} | {spread} | {asked(figure)} "
                f"| {result['machine']['load_before'][0]} |"
            )
    return "\n".join(lines) + "\n"


def asked(figure: JSON) -> str:
    """The goal of a figure and whether it is reached."""
    for key, sign in (("at_least", "≥"), ("at_most", "≤")):
        if key in figure:
            return f"{sign} {written(figure[key])}{'' if figure['reached'] else ' (falls short)'}"
    return ""


def written(value: float) -> str:
    """A number with its thousands apart."""
    return f"{value:,}"
