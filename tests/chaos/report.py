"""A run as a table (Markdown) and as JSON; what is wrong in sentences: after which fault, when, what is missing."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from bench.report import quantile, tidy
from tests.chaos.following import TICKED
from tests.chaos.picture import page
from tests.chaos.reckoning import Account
from tests.chaos.run import DUTIES, Result, since
from tests.chaos.siege import Fault
from wire.atomic import written

WORKER_MOST_S, BROKER_MOST_S = 10.0, 20.0
"""What design §10 asks for: decisions resume within so long of a worker's death, and of a broker's."""
ASKED = {"worker killed": WORKER_MOST_S, "broker killed": BROKER_MOST_S, "controller killed": BROKER_MOST_S}
COLUMNS = ("due", "missing", "spurious", "doubled", "disorder", "state_error", "stale", "repeated")
WORDS = ("due", "missing", "spurious", "doubled by id", "out of order", "state error", "stale", "repeated")


def resumes(result: Result) -> dict[str, list[float | None]]:
    """The waits of each kind of fault, in the order of their first; of those alone that can be timed."""
    found: dict[str, list[float | None]] = {fault.kind: [] for fault in result.faults}
    for fault, wait in zip(result.faults, result.resumed, strict=True):
        if timed(fault):
            found[fault.kind].append(wait)
    return found


def timed(fault: Fault) -> bool:
    """Is always something there to decide?  Alerts and the minutes of incidents come too seldom to be waited for."""
    duty = fault.target.split()[0]
    return duty in TICKED or duty not in DUTIES


def json(result: Result) -> dict[str, Any]:
    """Everything that the table says, and every fault."""
    kinds = {}
    for kind, waits in resumes(result).items():
        known = [wait for wait in waits if wait is not None]
        times = sum(fault.kind == kind for fault in result.faults)
        kinds[kind] = {"times": times, "timed": len(waits), "never": len(waits) - len(known), **spread(known)}
        if kind in ASKED:
            most = ASKED[kind]
            kinds[kind] |= {"at_most": most, "within": sum(wait <= most for wait in known)}
    faults = [
        {
            "kind": fault.kind,
            "target": fault.target,
            "at_s": tidy((fault.began_ms - result.began_ms) / 1000),
            "lasted_s": tidy((fault.ended_ms - fault.began_ms) / 1000),
            "resumed_s": None if wait is None else tidy(wait),
        }
        for fault, wait in zip(result.faults, result.resumed, strict=True)
    ]
    return {
        "seed": result.wish.seed,
        "brokers": result.wish.nodes,
        "right": result.right,
        "took_s": tidy((result.ended_ms - result.began_ms) / 1000),
        "readings": result.fed,
        "speed": result.wish.speed,
        "machine": {"cores": os.cpu_count(), "load_before": result.load[0], "load_after": result.load[1]},
        "disks": "small" if result.small else "not filled: this process may not mount",
        "resume": kinds,
        "accounts": {name: account.json() for name, account in result.accounts.items()},
        "beforehand": {name: account.json() for name, account in result.beforehand.items()},
        "latency_s": {duty: latency(result, duty) for duty in result.tracks},
        "exits": dict(result.exits),
        "faults": faults,
    }


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Median and maximum."""
    if not values:
        return {"median": None, "max": None}
    return {"median": tidy(median(values)), "max": tidy(max(values))}


def latency(result: Result, duty: str) -> dict[str, float]:
    """From an event's coming to its being durably decided, faults and all."""
    waits = [wait / 1000 for track in result.tracks[duty].values() for _, wait in track.latencies()] or [0.0]
    return {f"p{round(100 * share)}": tidy(quantile(waits, share)) for share in (0.5, 0.99, 1.0)}


def table(result: Result) -> str:
    """The run as Markdown."""
    said = json(result)
    machine = said["machine"]
    lines = [
        f"Seed {said['seed']}, {said['brokers']} broker(s), {len(result.faults)} faults in {said['took_s']:,} s, "
        f"{said['readings']:,} readings fed; {machine['cores']} cores, load {machine['load_before']:.1f} before and "
        f"{machine['load_after']:.1f} after; disks: {said['disks']}.",
        "",
        "| fault | times | timed | resumed, median (s) | max (s) | counted from | asked |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, waits in said["resume"].items():
        asked = f"≤ {waits['at_most']:.0f}: {waits['within']} of {waits['timed']}" if "at_most" in waits else ""
        begin = "its beginning" if "killed" in kind else "its end"
        never = f" ({waits['never']} never)" if waits["never"] else ""
        spreads = f"{waits['timed']}{never} | {waits['median']} | {waits['max']}"
        lines.append(f"| {kind} | {waits['times']} | {spreads} | {begin} | {asked} |")
    lines += ["", *counted("what came out", result.accounts), "", *counted("known beforehand", result.beforehand)]
    if result.exits:
        lines += ["", "| workers that ended by themselves | times |", "|---|---|"]
        lines += [f"| {why} | {times} |" for why, times in result.exits.most_common()]
    lines += ["", *(f"- {sentence}" for sentence in wrong(result))]
    return "\n".join(lines).strip() + "\n"


def counted(what: str, accounts: dict[str, Account]) -> Iterable[str]:
    """Accounts as a table, with their sum at the end."""
    yield f"| {what} | {' | '.join(WORDS)} |"
    yield f"|---|{'---|' * len(WORDS)}"
    for name, account in accounts.items():
        yield f"| {name} | {' | '.join(f'{getattr(account, column):,}' for column in COLUMNS)} |"
    sums = [sum(getattr(account, column) for account in accounts.values()) for column in COLUMNS]
    yield f"| **together** | {' | '.join(f'**{figure:,}**' for figure in sums)} |"


def wrong(result: Result) -> list[str]:
    """What is wrong, a sentence each, with the fault that it came after."""
    found = []
    for name, account in {**result.accounts, **result.beforehand}.items():
        found += [f"{name}: {what}{after(result, came_ms)}" for what, came_ms in account.examples]
        if not account.right and not account.examples:
            found.append(f"{name}: {account.json()}")
    for fault, wait in zip(result.faults, result.resumed, strict=True):
        if wait is None:
            at_s = (since(fault) - result.began_ms) / 1000
            found.append(f"nothing was decided any more after: {fault.kind} ({fault.target}) at {at_s:.1f} s")
    return found


def after(result: Result, came_ms: float) -> str:
    """When the cause came, and after which fault."""
    before = [fault for fault in result.faults if fault.began_ms <= came_ms]
    if not came_ms or not before:
        return ""
    last, at_s = before[-1], (came_ms - result.began_ms) / 1000
    apart_s = (came_ms - last.began_ms) / 1000
    return f"; its cause came at {at_s:.1f} s, {apart_s:.1f} s after: {last.kind} ({last.target})"


def write(result: Result, folder: Path) -> list[Path]:
    """Table, JSON and picture, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "chaos.md": table(result),
        "chaos.json": orjson.dumps(json(result), option=orjson.OPT_INDENT_2).decode() + "\n",
        "chaos.html": page(result),
    }
    for name, text in texts.items():
        with written(folder / name) as part:
            part.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
