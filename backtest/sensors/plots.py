"""The plots of the page: a zone's people with the band, and a gate's bias with its error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]  # plotly carries no type information

from backtest.sensors.listing import SHOWN_FIRST, Spell
from backtest.sensors.thinning import BINS, daily, envelope, extremes
from backtest.sensors.words import word
from streams.records import Integers
from streams.schemas import milliseconds

LINE, BAND, RANGE = "#33475a", "rgba(70,100,130,0.24)", "rgba(51,71,90,0.42)"
RAW, COUNT = "#b65f00", "#0b6aa2"
GRID, SOFT = "#e3e8ed", "#596876"
DOUBT = {"degraded": "#c9d1d9", "blind": "#7b8894"}
COLOURS = {
    "stuck": "#cd2744", "out_of_range": "#cd2744", "turned": "#cd2744", "backwards": "#b65f00", "reset": "#b65f00",
    "clock": "#8a7420", "silent": "#9aa8b5", "disagreeing": "#8a7420", "rate": "#8a7420",
}  # fmt: skip
MAIN_PX, STRIP_PX, ROW_PX, GAP_PX = 300, 18, 22, 12
TOP_PX, BOTTOM_PX = 12, 44
ROWS = 8
"""So many sensors' troubles are drawn below a zone; the page's table has the others."""

USUAL = 0.998
CUT = 2.5
"""The rarest counts and bounds are cut off, and a bound so many times above everything else: a gate that is silent for
a night would flatten the day."""

DAYS_MS = 6 * 3_600_000
"""Where a point of the screen stands for more than a quarter of a day, days are drawn: a line would be one
black bar a day."""

Array = Any


@dataclass(frozen=True)
class Frame:
    """What all plots of a page have in common: language, period (epoch ms), and the site's clock for the axis."""

    lang: str
    first: int
    last: int
    offsets_at: Integers
    offsets_ms: Integers

    def local(self, at: Array) -> Array:
        """Epoch milliseconds as the site's clock showed them, for an axis that knows no time zones."""
        at = np.asarray(at, np.int64)
        place = np.clip(np.searchsorted(self.offsets_at, at, side="right") - 1, 0, len(self.offsets_at) - 1)
        return (at + self.offsets_ms[place]).astype(np.float64)


@dataclass(frozen=True)
class ZoneData:
    """One zone over the looks: instants, estimate, bounds, in minus out if it has gates; absolute counts beside it,
    and every change of its quality with its instant (epoch ms)."""

    at: Integers
    people: Array
    lower: Array
    upper: Array
    raw: Array | None
    counts: Sequence[tuple[str, Integers, Integers]]
    qualities: Sequence[tuple[int, str]]


def zone_plot(frame: Frame, data: ZoneData, spells: Sequence[Spell]) -> go.Figure:
    """Estimate, band, in minus out and counts; below, when data were in doubt and which sensors were in trouble."""
    sensors = sorted({spell.sensor for spell in spells}, key=lambda name: severity(spells, name))[:ROWS]
    troubles_px = ROW_PX * len(sensors)
    below_px = STRIP_PX + GAP_PX + (troubles_px + GAP_PX if sensors else 0)
    inner = MAIN_PX + below_px
    figure = go.Figure(layout=layout(frame, inner + TOP_PX + BOTTOM_PX))
    strip_top = (below_px - GAP_PX) / inner
    figure.update_layout(
        yaxis={
            "domain": [below_px / inner, 1], "range": heights(data), "title": word(frame.lang, "people"),
            "gridcolor": GRID, "zerolinecolor": "#9aa8b5", "tickformat": ",d" if reach(data) >= 5 else "", "nticks": 7,
        },
        yaxis2={
            "domain": [strip_top - STRIP_PX / inner, strip_top], "range": [0, 1], "fixedrange": True,
            "showgrid": False, "zeroline": False, "tickvals": [0.5], "ticktext": [word(frame.lang, "doubted")],
        },
    )  # fmt: skip
    people_traces(figure, frame, data)
    doubt_traces(figure, frame, data)
    if sensors:
        rows = {name: len(sensors) - 1 - place for place, name in enumerate(sensors)}
        figure.update_layout(
            yaxis3={
                "domain": [0, troubles_px / inner], "range": [-0.6, len(sensors) - 0.4], "fixedrange": True,
                "showgrid": False, "zeroline": False, "tickvals": list(rows.values()),
                "ticktext": [short(name) for name in rows],
            }
        )  # fmt: skip
        trouble_traces(figure, frame, spells, rows)
    return figure


def layout(frame: Frame, height: int) -> dict[str, Any]:
    """What every plot has: calm colours, the site's time below, hints for all lines at once."""
    day = "%m-%d" if frame.lang == "zh" else "%d %b"
    return {
        "height": height,
        "margin": {"l": 130, "r": 12, "t": TOP_PX, "b": BOTTOM_PX},
        "paper_bgcolor": "#fff", "plot_bgcolor": "#fff", "showlegend": False, "hovermode": "x unified",
        "font": {"family": "system-ui, 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif", "size": 12, "color": SOFT},
        "hoverlabel": {"bgcolor": "#fff", "bordercolor": "#d3dae1"},
        "xaxis": {
            "type": "date", "range": frame.local([frame.first, frame.last]).tolist(), "gridcolor": GRID,
            "anchor": "free", "position": 0, "hoverformat": "%Y-%m-%d %H:%M:%S",
            "tickformatstops": [
                {"dtickrange": [None, 60_000], "value": "%H:%M:%S"},
                {"dtickrange": [60_000, 86_400_000], "value": f"%H:%M\n{day}"},
                {"dtickrange": [86_400_000, "M1"], "value": f"{day}\n%Y"},
                {"dtickrange": ["M1", None], "value": "%Y-%m"},
            ],
        },
    }  # fmt: skip


def reach(data: ZoneData) -> float:
    """The largest figure worth its room: of the estimate, in minus out, and all but the rarest counts."""
    largest = [np.nanmax(data.people, initial=1.0)]
    if data.raw is not None:
        largest.append(float(np.nanmax(data.raw, initial=0.0)))
    largest += [float(np.quantile(count, USUAL)) for _, _, count in data.counts if len(count)]
    return float(max(largest))


def heights(data: ZoneData) -> list[float]:
    """From below to above all that matters; a bound far beyond is cut off."""
    top = reach(data)
    bound = float(np.quantile(data.upper, USUAL))
    lowest = min(0.0, float(np.nanmin(data.raw)) if data.raw is not None else 0.0, -0.02 * top)
    bottom = max(float(np.quantile(data.lower, 1 - USUAL)), -0.5 * top)
    return [min(lowest, bottom) * 1.05, min(max(top, bound), CUT * top) * 1.05]


def people_traces(figure: go.Figure, frame: Frame, data: ZoneData) -> None:
    """The band, in minus out, the counts, and the estimate above all."""
    lang, step = frame.lang, {"shape": "hv", "width": 0}
    at, lower, upper = envelope(data.at, data.lower, data.upper, frame.first, frame.last)
    x = frame.local(at)
    figure.add_scatter(x=x, y=single(lower), line=step, mode="lines", hoverinfo="skip", name="lower")
    figure.add_scatter(
        x=x, y=single(upper), customdata=single(lower), line=step, mode="lines", fill="tonexty", fillcolor=BAND,
        name=word(lang, "band"), hovertemplate="%{customdata:,.0f} – %{y:,.0f}",
    )  # fmt: skip
    if data.raw is not None:
        line = {"shape": "hv", "color": RAW, "width": 1.4, "dash": "4px,3px"}
        thin_line(figure, frame, data.at, data.raw, line, word(lang, "raw"))
    for name, when, count in data.counts:
        figure.add_scatter(
            x=frame.local(when), y=single(count), mode="markers", name=name, hovertemplate="%{y:,.0f}",
            marker={"size": 3 if by_day(frame) else 4, "color": COUNT, "opacity": 0.3 if by_day(frame) else 0.45},
        )  # fmt: skip
    line = {"shape": "hv", "color": LINE, "width": 1.5}
    if by_day(frame):
        days(figure, frame, data, line)
    else:
        thin_line(figure, frame, data.at, data.people, line, word(lang, "estimate"))


def by_day(frame: Frame) -> bool:
    """Is the period so long that each day is drawn as one?"""
    return (frame.last - frame.first) // BINS > DAYS_MS


def days(figure: go.Figure, frame: Frame, data: ZoneData, line: dict[str, Any]) -> None:
    """Of each day the estimate's mean, and from the lowest to the highest."""
    at, least, mean, most = daily(data.at, data.people, frame.local(data.at))
    x, step = frame.local(at), {"shape": "hv", "width": 0}
    figure.add_scatter(x=x, y=single(least), mode="lines", line=step, hoverinfo="skip")
    figure.add_scatter(
        x=x, y=single(most), customdata=single(least), mode="lines", line=step, fill="tonexty", fillcolor=RANGE,
        name=word(frame.lang, "day"), hovertemplate="%{customdata:,.0f} – %{y:,.0f}",
    )  # fmt: skip
    name = word(frame.lang, "mean")
    figure.add_scatter(x=x, y=single(mean), mode="lines", line=line, name=name, hovertemplate="%{y:,.0f}")


def thin_line(figure: go.Figure, frame: Frame, at: Integers, y: Array, line: dict[str, Any], name: str) -> None:
    """A line with as many points as a screen shows."""
    kept = extremes(at, y, frame.first, frame.last)
    figure.add_scatter(
        x=frame.local(at[kept]), y=single(y[kept]), mode="lines", line=line, name=name, hovertemplate="%{y:,.0f}"
    )


def doubt_traces(figure: go.Figure, frame: Frame, data: ZoneData) -> None:
    """Of each stretch of time, the share in which some or all sensors were missing."""
    edges = np.linspace(frame.first, frame.last, BINS + 1)
    x = frame.local(edges)
    base = np.zeros(BINS)
    for quality in ("blind", "degraded"):
        share = shares(edges, data.qualities, quality)
        figure.add_scatter(
            x=x, y=single(np.append(base + share, 0)), customdata=single(np.append(share, 0)), yaxis="y2",
            mode="lines", line={"shape": "hv", "width": 0}, fill="tonexty" if quality == "degraded" else "tozeroy",
            fillcolor=DOUBT[quality], name=word(frame.lang, quality), hovertemplate="%{customdata:.0%}",
        )  # fmt: skip
        base = base + share


def shares(edges: Array, qualities: Sequence[tuple[int, str]], wanted: str) -> Array:
    """Of each stretch between two edges (epoch ms), the share of the time in which a zone was of some quality.

    qualities: the instants at which it changed and to what, in ascending order; before the first it was good.
    """
    at = np.array([edges[0], *(min(max(at, edges[0]), edges[-1]) for at, _ in qualities), edges[-1]])
    held = np.array([0.0, *(float(quality == wanted) for _, quality in qualities)])
    until = np.concatenate([[0.0], np.cumsum(held * np.diff(at))])
    return np.diff(np.interp(edges, at, until)) / np.maximum(np.diff(edges), 1.0)


def trouble_traces(figure: go.Figure, frame: Frame, spells: Sequence[Spell], rows: dict[str, int]) -> None:
    """A bar from the beginning to the end of each trouble, in the row of its sensor."""
    gap_ms = (frame.last - frame.first) // BINS
    for kind in reversed(SHOWN_FIRST):
        x: list[float] = []
        y: list[float] = []
        for name, row in rows.items():
            for begun, ended in joined([s for s in spells if s.sensor == name and s.kind == kind], gap_ms, frame.last):
                x += [*frame.local([begun, max(ended, begun + gap_ms // 2)]).tolist(), np.nan]
                y += [row, row, np.nan]
        if x:
            figure.add_scatter(
                x=x, y=y, yaxis="y3", mode="lines", line={"color": COLOURS[kind], "width": 9},
                name=word(frame.lang, kind), hovertemplate=word(frame.lang, kind),
            )  # fmt: skip


def joined(spells: Sequence[Spell], gap_ms: int, last: int) -> list[tuple[int, int]]:
    """Spells from and to (epoch ms), those closer together than a screen can part as one."""
    found: list[tuple[int, int]] = []
    for spell in spells:
        begun, ended = milliseconds(spell.begun), milliseconds(spell.ended) if spell.ended else last
        if found and begun - found[-1][1] <= gap_ms:
            found[-1] = found[-1][0], max(ended, found[-1][1])
        else:
            found.append((begun, ended))
    return found


def severity(spells: Sequence[Spell], sensor: str) -> int:
    """The place of the worst that a sensor had."""
    return min(SHOWN_FIRST.index(spell.kind) for spell in spells if spell.sensor == sensor)


def short(name: str) -> str:
    """A sensor's id as long as there is room for it."""
    return name if len(name) <= 18 else "…" + name[-17:]


def gate_plot(frame: Frame, at: Integers, bias: Array, error: Array, miscount: float) -> go.Figure:
    """A gate's learnt bias in per cent, with its error and what site.yaml states."""
    figure = go.Figure(layout=layout(frame, 210))
    most = 100 * max(1.3 * miscount, float(np.nanmax(np.abs(bias) + error, initial=0.0)) * 1.08)
    figure.update_layout(
        margin={"l": 56, "r": 10},
        yaxis={
            "range": [-most, most], "gridcolor": GRID, "zerolinecolor": "#9aa8b5", "ticksuffix": "%", "nticks": 5,
            "title": word(frame.lang, "bias"),
        },
    )  # fmt: skip
    for sign in (-1, 1):
        figure.add_hline(y=sign * 100 * miscount, line={"color": "#9aa8b5", "width": 1, "dash": "dot"})
    when, lower, upper = envelope(at, bias - error, bias + error, frame.first, frame.last)
    x, step = frame.local(when), {"shape": "hv", "width": 0}
    figure.add_scatter(x=x, y=single(100 * lower), mode="lines", line=step, hoverinfo="skip")
    figure.add_scatter(
        x=x, y=single(100 * upper), customdata=single(100 * lower), mode="lines", line=step, fill="tonexty",
        fillcolor=BAND, name=word(frame.lang, "error"), hovertemplate="%{customdata:+.1f} – %{y:+.1f} %",
    )  # fmt: skip
    kept = extremes(at, bias, frame.first, frame.last)
    figure.add_scatter(
        x=frame.local(at[kept]), y=single(100 * bias[kept]), mode="lines", hovertemplate="%{y:+.2f} %",
        line={"shape": "hv", "color": LINE, "width": 1.8}, name=word(frame.lang, "bias"),
    )  # fmt: skip
    return figure


def single(figures: Array) -> Array:
    """Figures with the precision that a screen shows."""
    return np.asarray(figures, np.float32)
