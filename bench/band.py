"""Is the band true: simulated evenings with stated sensor errors through the deciding code, beside a naive sum.

`coverage` is the share of steps in which truth lies in the band; the interval score (Gneiting and Raftery 2007, alpha
5 %) is the band's width and forty times what truth lies beside it.  Beside the estimate stand a sum of in and out that
begins with the true number (`naive`), one that begins at zero as a reset each day does (`daily`), and an oracle: the
same code, fed with counts without their bias, by a site that states what of the miscount always stays in doubt.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.report import JSON, Figure, Figures
from bench.scenes.evenings import ACCURACY, BEGIN_MS, CAPACITY, GATES, STEP_MS, STEPS, ZONES, Evening, Mix, evening
from streams.block import State, advance, with_series
from streams.columns import Frame
from streams.memory import begin
from streams.policy import Policy, load
from streams.records import Integers, Records
from streams.schemas import CountOrder, Tick
from streams.steps.occupancy.flows import DOUBT_LEAST

Floats = NDArray[np.float64]
EVENINGS = 1_000
COVERAGE = 0.95
MISS_PRICE = 2 / 0.05
FOUR_HOURS = 0.03
"""What the issue asks for: truth in the band in 95 % of the steps; after four hours an error of 3 % of capacity."""

ISSUE = "gate biased 3 %, area 8 %"
MIXES = {
    "random miscount": Mix(bias="none"),
    ISSUE: Mix(bias="one"),
    "the same, crowd stays": Mix(bias="one", stay=True),
    "bias of each gate": Mix(),
    "bias changes over an hour": Mix(bias="slow", miscount=0.05, lean=0.5),
    "area sensors lean": Mix(lean=0.7),
    "two area sensors": Mix(lean=0.7, cameras=2, every=6),
    "umbrellas in rain": Mix(lean=0.5, rain=True),
    "silent gates, told later": Mix(silent=2, lean=0.5),
    "silent gates, lost": Mix(silent=2, lost=True, lean=0.5),
    "dead area sensors": Mix(dead_area=True, lean=0.5),
    "dead gate": Mix(dead_gate=True, lean=0.5),
    "lines only": Mix(cameras=0),
    "lines only, silent gate": Mix(cameras=0, silent=1),
    "lines, counted every hour": Mix(miscount=0.05, cameras=0, manual=360),
    "rain, silence, death": Mix(lean=0.5, rain=True, silent=1, lost=True, dead_area=True),
}
WHO = ("filter", "oracle", "naive", "daily")
SCORES = ("coverage", "above", "width", "interval_score", "rmse", "at_four_hours")
THRESHOLDS = """
window: 60s
blind_after: 1h
levels:
  III: {raise: 60%, raise_for: 0s, clear: 50%, clear_for: 10min}
  II: {raise: 80%, raise_for: 0s, clear: 70%, clear_for: 10min}
  I: {raise: 100%, raise_for: 0s, raise_on: upper, clear: 90%, clear_for: 15min}
"""


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """A thousand evenings of each mix a run, with other seeds in each; `size` is a share of the thousand."""
    evenings = max(1, round(EVENINGS * size))
    figures: Figures = {"coverage": Figure("share of steps", least=COVERAGE)}
    tables: JSON = {}
    for name, mix in MIXES.items():
        key = name.replace(" ", "_").replace(",", "").replace("%", "percent")
        each = figures[f"coverage_{key}"] = Figure("share of steps", least=COVERAGE)
        found = [scored(mix, range(turn * evenings, (turn + 1) * evenings)) for turn in range(runs)]
        each.values += [float(score[0, 0]) for score in found]
        tables[name] = table(np.mean(found, axis=0))
    overall = np.mean([figure.values for name, figure in figures.items() if name != "coverage"], axis=0)
    figures["coverage"].values += overall.tolist()
    error = tables[ISSUE]["filter"]["at_four_hours"], tables["the same, crowd stays"]["filter"]["at_four_hours"]
    figures["error_after_four_hours"] = Figure("share of capacity", [max(error)], most=FOUR_HOURS)
    for who in ("filter", "naive"):
        figures[f"rmse_{who}"] = Figure("people", [tables[name][who]["rmse"] for name in MIXES])
    return figures, {"evenings": evenings, "steps": STEPS, "zones": len(ZONES), "gates": len(GATES), "mixes": tables}


def table(scores: Floats) -> JSON:
    """The scores of a mix by who and by what; a sum has no band."""
    whole: JSON = {}
    for who, row in zip(WHO, scores.tolist(), strict=True):
        whole[who] = {name: round(value, 4) for name, value in zip(SCORES, row, strict=True)}
    return whole


def site(mix: Mix, miscount: float) -> str:
    """site.yaml of the three zones in a row."""
    lines = ["site: evenings", "name: {zh: 测试, en: Evenings}", "timezone: UTC", "time: {step: 10s}"]
    lines += ["offices:", "  - {id: city, name: {zh: 市, en: City}, tier: city}", "blocks:"]
    lines += ["  - id: row", "    zones:"]
    lines += [
        f"      - {{id: {zone}, capacity: {capacity}, office: city}}"
        for zone, capacity in zip(ZONES, CAPACITY, strict=True)
    ]
    lines.append("sensors:")
    names = ("outside", *ZONES)
    for gate, (source, target, width_m) in enumerate(GATES):
        line = f"line: {{from: {names[source + 1]}, to: {names[target + 1]}, width_m: {width_m}}}"
        lines.append(f"  - {{id: gate-{gate}, {line}, counts: interval, every: 10s, miscount: {miscount:.4%}}}")
    for camera in range(len(ZONES) * mix.cameras):
        where = f"area: {{zone: {ZONES[camera % len(ZONES)]}}}"
        kind = f"counts: state, every: {mix.every * STEP_MS // 1000}s, error: {mix.error:.4%}"
        lines.append(f"  - {{id: camera-{camera}, {where}, {kind}}}")
    return "\n".join(lines) + "\n"


def scored(mix: Mix, seeds: range) -> Floats:
    """Means over all steps, zones and evenings: (filter, oracle, naive, daily) x SCORES."""
    policy, knowing = (load(site(mix, share), THRESHOLDS) for share in (mix.miscount, DOUBT_LEAST * mix.miscount))
    total = np.zeros((len(WHO), len(SCORES)))
    for seed in seeds:
        given = evening(np.random.default_rng(seed), mix)
        bands = [decided(policy, given, given.said), decided(knowing, given, given.plain)]
        naive = summed(given)
        bands += [(each, each, each) for each in (naive, naive - given.people[0])]
        total += [score(given.people, *band) for band in bands]
    total /= len(seeds)
    total[:, SCORES.index("rmse")] **= 0.5
    return total


def score(truth: Integers, people: Floats, lower: Floats, upper: Floats) -> list[float]:
    """SCORES of one evening; of the error its square; after four hours the worst zone's, as a share of capacity."""
    below, above = np.maximum(lower - truth, 0.0), np.maximum(truth - upper, 0.0)
    width = upper - lower
    return [
        float(((below == 0.0) & (above == 0.0)).mean()),
        float((above > 0.0).mean()),
        float(width.mean()),
        float((width + MISS_PRICE * (below + above)).mean()),
        float(((people - truth) ** 2).mean()),
        float((np.abs(people - truth)[-1] / CAPACITY).max()),
    ]


def summed(given: Evening) -> Floats:
    """The true number at the start, and what the gates said they let in and out since."""
    flows = np.where(given.heard[:, : len(GATES), None], given.said[:, : len(GATES), :2], 0)
    net = flows[:, :, 0] - flows[:, :, 1]
    sums = np.zeros((STEPS, len(ZONES)))
    for gate, (source, target, _) in enumerate(GATES):
        sums[:, target] += net[:, gate]
        if source >= 0:
            sums[:, source] -= net[:, gate]
    found: Floats = given.people[0] + np.cumsum(sums, axis=0) - sums[0]
    return found


def decided(policy: Policy, given: Evening, said: Integers) -> tuple[Floats, Floats, Floats]:
    """Estimate, lower and upper bound of each step and zone, as the deciding code says them."""
    state = with_series(begin(policy, "row"))
    parts = [advance(state, event, policy).series for event in events(state, given, said)]
    rows: Records = np.concatenate(parts)
    step = (rows["at"] - BEGIN_MS) // STEP_MS - 1
    kept = (step >= 0) & (step < STEPS)
    found = np.zeros((3, STEPS, len(ZONES)))
    for place, name in enumerate(("people", "lower", "upper")):
        found[place, step[kept], rows["zone"][kept]] = rows[name][kept]
    return found[0], found[1], found[2]


def events(state: State, given: Evening, said: Integers) -> Iterator[Frame | CountOrder | Tick]:
    """The evening in the order of arrival: what sensors say at the end of each step, a person's counts between."""
    names = state.plan.reporting
    done = 0
    for step, zone, count in given.counts:
        if step > done:
            yield frame(names, given, said, done, step)
            done = step
        at = BEGIN_MS + (step + 1) * STEP_MS - 1
        yield CountOrder(
            block="row", zone=ZONES[zone], at=at, order="set_count", count=count, accuracy=ACCURACY, by="a guard"
        )
    yield frame(names, given, said, done, STEPS)
    yield Tick(at=BEGIN_MS + (STEPS + 1) * STEP_MS)


def frame(names: tuple[str, ...], given: Evening, said: Integers, first: int, last: int) -> Frame:
    """The readings of steps first..last; each arrives at its instant, a millisecond before its step's end."""
    step, sensor = np.nonzero(given.heard[first:last])
    at = BEGIN_MS + (step + first + 1) * STEP_MS - 1
    table = np.empty((6, len(at)), np.int64)
    table[0], table[1], table[5] = sensor, at, at
    table[2:5] = said[first:last][step, sensor].T
    return Frame("row", names, table[0], table[1], table[2], table[3], table[4], table[5], table)
