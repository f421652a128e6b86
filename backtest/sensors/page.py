"""One self-contained page about the sensors of a recording: it needs no network and nothing beside it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]  # plotly carries no type information

from backtest.sensors.instants import clock, lasted
from backtest.sensors.listing import Listing, Spell
from backtest.sensors.plots import Frame, by_day
from backtest.sensors.sections import Section, gate_sections, legend, troubled, zone_sections
from backtest.sensors.watching import Watch
from backtest.sensors.words import word
from streams.pipeline import Journey
from wire.atomic import written

NAME = "sensors.html"
HOUR_MS = 3_600_000

HEAD = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline';
 style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>{style}</style>
</head>
"""
"""The policy lets the page load nothing: what it needs is in it."""


def write_page(
    folder: Path, recording: str, journey: Journey, watch: Watch, listing: Listing, spells: Sequence[Spell], lang: str
) -> Path:
    """Write the page into a folder, whole or not at all; its path.  Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    text = rendered(recording, journey, watch, listing, spells, lang)
    with written(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


def rendered(
    recording: str, journey: Journey, watch: Watch, listing: Listing, spells: Sequence[Spell], lang: str
) -> str:
    """The page's text."""
    site = journey.policy.site
    frame = frame_of(watch, site.timezone, lang)
    zones, zones_said = zone_sections(frame, watch, spells, journey.decided())
    gates, gates_said = gate_sections(frame, watch, listing)
    plots: list[str] = []
    name = site.name.zh if lang == "zh" else site.name.en
    applied = sum(int(state.block["applied"]) for state in journey.states.values())
    lead = word(
        lang, "lead", site=name, begin=clock(watch.first, site.timezone), end=clock(watch.last, site.timezone),
        timezone=site.timezone, recording=recording, readings=f"{applied:,}",
    )  # fmt: skip
    title = word(lang, "title")
    body = [
        f"<body><header><h1>{title} · {escape(name)}</h1><p class='soft'>{escape(lead)}</p></header><main>",
        f"<h2>{word(lang, 'wrong')}</h2>{troubled(lang, listing, spells, site.timezone)}",
        f"<h2>{word(lang, 'how')}</h2>{legend(lang, lasted(watch.every_ms), by_day(frame))}",
        f"<h2>{word(lang, 'zones')}</h2><p class='soft'>{zones_said}</p>",
        *(panel(section, plots) for section in zones),
        f"<h2>{word(lang, 'gates')}</h2><p class='soft'>{escape(gates_said)}</p><div class='grid'>",
        *(panel(section, plots) for section in gates),
        "</div></main>",
    ]
    figures = "[" + ",".join(plots).replace("</", "<\\/") + "]"
    scripts = [
        f"<script>{get_plotlyjs()}</script>",
        f"<script type='application/json' id='figures'>{figures}</script>",
        f"<script>{asset('page.js')}</script></body></html>\n",
    ]
    head = HEAD.format(lang="zh" if lang == "zh" else "en", title=escape(f"{title} · {name}"), style=asset("page.css"))
    return "\n".join([head, *body, *scripts])


def panel(section: Section, plots: list[str]) -> str:
    """One plot with its heading; its figure joins the others."""
    head = f"<section class='panel'><h3>{escape(section.title)}</h3><p class='soft'>{escape(section.facts)}</p>"
    if section.figure is None:
        return head + "</section>"
    plots.append(str(section.figure.to_json()))
    height = int(section.figure.layout.height)
    return f"{head}<div class='plot' data-figure='{len(plots) - 1}' style='height:{height}px'></div></section>"


def asset(name: str) -> str:
    """A file that lies beside this module."""
    return files("backtest.sensors").joinpath(name).read_text(encoding="utf-8")


def frame_of(watch: Watch, timezone: str, lang: str) -> Frame:
    """The period and the site's clock: its offset from UTC, hour by hour."""
    hours = np.arange(watch.first - watch.first % HOUR_MS, watch.last + HOUR_MS, HOUR_MS, dtype=np.int64)
    zone = ZoneInfo(timezone)
    offsets = [datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).utcoffset() for at in hours.tolist()]
    seconds = [offset.total_seconds() if offset is not None else 0.0 for offset in offsets]
    changed = np.flatnonzero(np.diff(np.array(seconds), prepend=np.nan) != 0)
    return Frame(lang, watch.first, watch.last, hours[changed], (np.array(seconds)[changed] * 1000).astype(np.int64))
