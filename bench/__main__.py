"""`python -m bench NAME [--json] [--runs N]`: one bench; `python -m bench all`: all of them, and a table."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

import orjson

from bench.report import JSON, Figure, Figures, load, render, table

BENCHES = {
    "kernel": 5,
    "live": 3,
    "singles": 3,
    "latency": 3,
    "backtest": 3,
    "recovery": 5,
    "band": 1,
    "why": 3,
    "notices": 3,
    "response": 3,
}
"""The benches and how often each measures unless told otherwise."""

ELSEWHERE = {"console": "the page with 1,000 zones is built, and measured, in another issue"}
RESULTS = Path(".tidegate/bench")
Bench = Callable[[int, float], tuple[Figures, JSON]]


def measure(name: str, runs: int, size: float) -> JSON:
    """Run one bench; its JSON object."""
    before = load()
    figures, facts = singles(runs, size) if name == "singles" else bench(name)(runs, size)
    return render(name, runs, figures, before, facts)


def bench(name: str) -> Bench:
    """The `run` of a bench's file."""
    return cast(Bench, import_module(f"bench.{name}").run)


def singles(runs: int, size: float) -> tuple[Figures, JSON]:
    """The single readings, in the form of the other benches."""
    said: JSON = import_module("bench.singles").run(runs, size)
    gateway = said["gateway"]
    figures = {
        "gateway": spread("readings/s", runs, gateway["per_s"], least=200_000),
        "gateway_cpu": spread("readings/CPU-s", runs, gateway["per_cpu_s"]),
        "faust_textbook": spread("readings/s", runs, said["faust_textbook"]["per_s"]),
        "gateway_to_faust": Figure("times", [said["ratio"]]),
    }
    facts = {"readings": gateway["readings"], "pinned": said["pinned"]}
    return figures, facts | {"lost": gateway["lost"], "doubled": gateway["doubled"]}


def spread(unit: str, runs: int, said: dict[str, float], least: float | None = None) -> Figure:
    """A figure of which only minimum, median and maximum are known."""
    return Figure(unit, [said["min"], said["median"], said["max"]], least=least, runs=runs)


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 0 when it was measured, 2 when there is no such bench."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", help="all, or one of: " + ", ".join(BENCHES))
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output, nothing else")
    parser.add_argument("--runs", type=int, help="how often each figure is measured")
    parser.add_argument("--size", type=float, default=1.0, help="share of the full amount of data")
    asked = parser.parse_args(arguments)
    if asked.name in ELSEWHERE:
        parser.error(f"{asked.name}: {ELSEWHERE[asked.name]}")
    if asked.name not in ("all", *BENCHES):
        parser.error(f"{asked.name!r} is no bench: give all, or one of " + ", ".join(BENCHES))
    if asked.runs is not None and asked.runs < 1:
        parser.error(f"--runs: {asked.runs} is too few: give 1 or more")
    results = []
    for name in BENCHES if asked.name == "all" else (asked.name,):
        print(f"{name} …", file=sys.stderr)
        results.append(measure(name, asked.runs or BENCHES[name], asked.size))
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{name}.json").write_bytes(orjson.dumps(results[-1], option=orjson.OPT_INDENT_2) + b"\n")
    if asked.json:
        said = results[0] if asked.name != "all" else {"benches": results}
        sys.stdout.write(orjson.dumps(said).decode() + "\n")
    else:
        print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
