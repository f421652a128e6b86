"""The parts of the page: what was wrong, how to read it, each zone and each gate with its facts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from backtest.sensors.instants import clock
from backtest.sensors.listing import SHOWN_FIRST, Listing, Spell
from backtest.sensors.plots import BAND, COLOURS, COUNT, DOUBT, LINE, RAW, Frame, ZoneData, gate_plot, zone_plot
from backtest.sensors.watching import VIEW_FIGURES, Watch, net_flow
from backtest.sensors.words import word
from streams.devices import biases, ends
from streams.pipeline import Message
from streams.plan import plan_of
from streams.policy import OUTSIDE, Block, Policy, Sensor
from streams.schemas import milliseconds

MOST_ZONES = 64
MOST_GATES = 48
MOST_ALIKE = 12
MOST_SILENT = 8
MOST_FIGURES = 5
"""So many of each are drawn or told: a page of thousands opens in no browser."""


@dataclass(frozen=True)
class Section:
    """One plot of the page with its heading and a sentence of facts; no figure where there is nothing to draw."""

    title: str
    facts: str
    figure: Any


def zone_sections(
    frame: Frame, watch: Watch, spells: Sequence[Spell], alerts: Sequence[Message]
) -> tuple[list[Section], str]:
    """Each zone in the order of the site, of too many those with most to tell; and a sentence about the others."""
    ids = list(watch.policy.site.zones)
    troubles = Counter(spell.zone for spell in spells if spell.kind != "silent")
    drawn = set(sorted(ids, key=lambda zone: -troubles[zone])[:MOST_ZONES])
    qualities: dict[str, list[tuple[int, str]]] = {zone: [] for zone in ids}
    for alert in alerts:
        if alert["kind"] == "quality":
            qualities[alert["zone"]].append((milliseconds(alert["at"]), alert["to"]))
    sections = [
        zone_section(
            frame, watch, block, zone.id, [spell for spell in spells if spell.zone == zone.id], qualities[zone.id]
        )
        for block in watch.policy.site.blocks
        for zone in block.zones
        if zone.id in drawn
    ]
    left = len(ids) - len(drawn)
    return sections, word(frame.lang, "left_out", count=left) if left else ""


def zone_section(
    frame: Frame, watch: Watch, block: Block, zone: str, spells: Sequence[Spell], qualities: Sequence[tuple[int, str]]
) -> Section:
    """One zone with its plot."""
    policy, looks = watch.policy, watch.blocks[block.id]
    name = policy.zone(zone).name
    title = name.zh if frame.lang == "zh" else name.en
    own = np.array([figures[:, policy.layout(block.id).zones.index(zone)] for figures in looks.zones])
    begun = ~np.isnan(own[:, 0]) if len(own) else np.zeros(0, np.bool_)
    if not begun.any():
        return Section(title, word(frame.lang, "empty"), None)
    at = np.array(looks.at, np.int64)[begun]
    counts = [(s.id, *watch.counted(s.id)) for s in policy.site.sensors if s.zone == zone and s.line is None]
    people, lower, upper = own[begun].T
    raw = net_flow(policy, block.id, zone, np.stack(looks.totals))
    if raw is not None:
        raw = from_first_count(at, people, raw[begun], [when for _, when, _ in counts])
    data = ZoneData(at, people, lower, upper, raw, counts, qualities)
    return Section(title, zone_facts(frame.lang, data), zone_plot(frame, data, spells))


def from_first_count(at: Any, people: Any, raw: Any, counted: Sequence[Any]) -> Any:
    """In minus out as somebody would add it up who knew how many were there when they were first counted."""
    first = min((int(when[0]) for when in counted if len(when)), default=None)
    if first is None:
        return raw
    place = min(int(np.searchsorted(at, first, side="right")), len(at) - 1)
    return raw + (people[place] - raw[place])


def shown(people: float) -> str:
    """People as a figure on the page: the estimate itself may lie below none, nobody is ever fewer."""
    return f"{max(0.0, float(people)):,.0f}"


def zone_facts(lang: str, data: ZoneData) -> str:
    """The most, the end, and what in minus out would have said."""
    said = word(
        lang, "zone_facts", most=shown(np.nanmax(data.people)), people=shown(data.people[-1]),
        lower=shown(data.lower[-1]), upper=shown(data.upper[-1]),
    )  # fmt: skip
    if data.raw is not None:
        said += word(lang, "raw_fact", raw=f"{data.raw[-1]:,.0f}")
    return said + ("。" if lang == "zh" else ".")


def gate_sections(frame: Frame, watch: Watch, listing: Listing) -> tuple[list[Section], str]:
    """The gates that something can be learnt of, those with most to tell first; and a sentence about the others."""
    lang, policy = frame.lang, watch.policy
    gates = [sensor for sensor in policy.site.sensors if sensor.line is not None]
    if not gates:
        return [], word(lang, "no_gates")
    learning = [sensor for sensor in gates if sensor.share > 0]
    exact = [sensor.id for sensor in gates if sensor.share == 0]
    said = [word(lang, "gates_are")] if learning else []
    if exact:
        names = ", ".join(exact[:6]) + (" …" if len(exact) > 6 else "")
        said.append(word(lang, "exact", count=len(exact), names=names))
    if len(learning) > MOST_GATES:
        said.append(word(lang, "left_out", count=len(learning) - MOST_GATES))
        learning.sort(key=lambda sensor: -abs(listing[sensor.id]["drift_per_hour"] or 0.0))
    sections = [gate_section(frame, watch, sensor, listing) for sensor in learning[:MOST_GATES]]
    return sections, " ".join(said)


def gate_section(frame: Frame, watch: Watch, sensor: Sensor, listing: Listing) -> Section:
    """One gate: its bias as its block (of two, the one that knows it better at the end) learnt it."""
    told = [learnt(watch, block, sensor.id) for block in watch.policy.blocks_of(sensor.id)]
    heard = [each for each in told if each is not None]
    title = f"{sensor.id} · {between(watch.policy, sensor, frame.lang)}"
    if not heard:
        return Section(title, word(frame.lang, "empty"), None)
    at, bias, error = min(heard, key=lambda each: float(each[2][-1]))
    said = listing[sensor.id]
    facts = word(
        frame.lang, "gate_facts", bias=f"{said['bias']:+.1%}", error=f"{said['bias_error']:.1%}",
        drift=f"{said['drift_per_hour']:+,.1f}",
    ) + ("。" if frame.lang == "zh" else ".")  # fmt: skip
    return Section(title, facts, gate_plot(frame, at, bias, error, sensor.share))


def learnt(watch: Watch, block: str, sensor: str) -> tuple[Any, Any, Any] | None:
    """A gate's bias and its error at each look at a block: (at, bias, error); None where nobody looked."""
    looks = watch.blocks[block]
    if not looks.at:
        return None
    plan = plan_of(watch.policy, block, False)
    gate = plan.gates[plan.index[sensor]]
    views = np.stack(looks.views)
    sides = [side for side, end in enumerate(ends(gate)) if end >= 0]
    columns = [
        dict(zip(VIEW_FIGURES, views[:, :, gate["at_source" if side else "at_target"]].T, strict=True))
        for side in sides
    ]
    bias_in, bias_out, error = biases(columns, gate)
    return np.array(looks.at, np.int64), (bias_in - bias_out) / 2, error


def between(policy: Policy, sensor: Sensor, lang: str) -> str:
    """Where a gate leads from and to, by the zones' names."""

    def name(zone: str) -> str:
        if zone == OUTSIDE:
            return word(lang, "outside")
        words = policy.zone(zone).name
        return words.zh if lang == "zh" else words.en

    assert sensor.line is not None  # noqa: S101  # only gates come here
    return word(lang, "from_to", source=name(sensor.line.source), target=name(sensor.line.target))


def troubled(lang: str, listing: Listing, spells: Sequence[Spell], timezone: str) -> str:
    """A table of the sensors that were not good, the worst first; mere silence is only counted."""
    quiet = sum(said["health"] == "silent" for said in listing.values())
    passed = ("good", "silent") if quiet > MOST_SILENT else ("good",)
    ill = [(name, said) for name, said in listing.items() if said["health"] not in passed]
    rows = []
    for kind in SHOWN_FIRST:
        names = [name for name, said in ill if said["health"] == kind]
        if len(names) > MOST_ALIKE:
            rows.append(alike_row(lang, names, kind))
        else:
            rows += [troubled_row(lang, name, kind, spells, timezone) for name in names]
    parts = [f"<table class='wrong'>{''.join(rows)}</table>"] if rows else []
    if quiet > MOST_SILENT:
        parts.append(f"<p class='soft'>{word(lang, 'only_silent', count=quiet)}</p>")
    return f"<div class='panel'>{''.join(parts) or word(lang, 'nothing_wrong')}</div>"


def troubled_row(lang: str, name: str, kind: str, spells: Sequence[Spell], timezone: str) -> str:
    """One sensor: its worst trouble, the longest time that it lasted, and how often."""
    own = [spell for spell in spells if spell.sensor == name and spell.kind == kind]
    longest = max(own, key=lambda spell: milliseconds(spell.ended) - milliseconds(spell.begun) if spell.ended else 1e18)
    begun = clock(milliseconds(longest.begun), timezone)
    if longest.ended:
        when = word(lang, "spell", begin=begun, end=clock(milliseconds(longest.ended), timezone))
    else:
        when = word(lang, "lasting", begin=begun)
    often = f" ({word(lang, 'times', count=len(own))}{figures(lang, kind, own)})" if len(own) > 1 else ""
    text = longest.text["zh" if lang == "zh" else "en"]
    return row(lang, kind, text, when + often)


def alike_row(lang: str, names: Sequence[str], kind: str) -> str:
    """Many sensors of the same trouble in one row."""
    said = ", ".join(names[:MOST_ALIKE]) + ", …"
    return row(lang, kind, word(lang, "alike", count=len(names)), f"{said} {word(lang, 'more_wrong')}")


def row(lang: str, kind: str, text: str, facts: str) -> str:
    """A row of the table: what, in which words, and the facts."""
    tag = f"<span class='kind' style='background:{COLOURS[kind]}'>{word(lang, kind)}</span>"
    return f"<tr><td>{tag}</td><td>{escape(text)}<br><span class='soft'>{escape(facts)}</span></td></tr>"


def figures(lang: str, kind: str, spells: Sequence[Spell]) -> str:
    """The figures that a sensor was stuck at, those that it was stuck at for the most spells first."""
    if kind != "stuck":
        return ""
    found = Counter(f"{spell.figure:g}" for spell in spells).most_common(MOST_FIGURES + 1)
    said = [figure for figure, _ in found[:MOST_FIGURES]] + ["…"] * (len(found) > MOST_FIGURES)
    return word(lang, "figures", figures=", ".join(said))


def legend(lang: str, every: str, by_day: bool) -> str:
    """What each line, colour and strip means."""
    drawn = {
        "estimate": f"<path d='M0 9H40' stroke='{LINE}' stroke-width='2.4'/>",
        "band": f"<path d='M0 2H40V16H0z' fill='{BAND}'/>",
        "raw": f"<path d='M0 9H40' stroke='{RAW}' stroke-width='2' stroke-dasharray='4 3'/>",
        "counts": "".join(f"<circle cx='{x}' cy='9' r='3' fill='{COUNT}' opacity='.6'/>" for x in (6, 20, 34)),
        "doubted": f"<path d='M0 3H20V15H0z' fill='{DOUBT['degraded']}'/>"
        f"<path d='M20 3H40V15H20z' fill='{DOUBT['blind']}'/>",
        "trouble": f"<path d='M4 9H36' stroke='{COLOURS['stuck']}' stroke-width='8'/>",
    }
    entries = "".join(
        f"<li><svg viewBox='0 0 40 18'>{shape}</svg>"
        f"<span><b>{word(lang, key)}</b>: {word(lang, key + '_is')}</span></li>"
        for key, shape in drawn.items()
    )
    notes = " ".join(word(lang, key, every=every) for key in ("grain", *["daily"] * by_day, "site_only"))
    return f"<div class='panel'><ul class='legend'>{entries}</ul><p class='soft'>{notes}</p></div>"
