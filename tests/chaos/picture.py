"""The timeline of a run, as one page that needs no network: the faults above, and below how late decisions were."""

from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # plotly carries no type information

from tests.chaos.run import Result

COLOURS = {"zones": "#0b6aa2", "barriers": "#b65f00", "delivery": "#5b7f3a"}
FAULT = {"worker": "#b65f00", "broker": "#cd2744", "net": "#5c4a8a", "disk": "#8a7420"}
GRID, SOFT = "#e3e8ed", "#596876"
LEAST_MS = 200.0
"""A fault that is over at once is drawn so wide."""
BIN_MS = 500
"""Of so much time the latest decision is drawn."""


def page(result: Result) -> str:
    """The page's text."""
    figure = go.Figure(layout=layout(result))
    targets = rows(result)
    for fault, wait in zip(result.faults, result.resumed, strict=True):
        begin, width = (fault.began_ms - result.began_ms) / 1000, max(LEAST_MS, fault.ended_ms - fault.began_ms) / 1000
        colour = next((FAULT[word] for word in FAULT if word in fault.kind), SOFT)
        figure.add_bar(
            x=[width], base=[begin], y=[targets.index(fault.target)], orientation="h", yaxis="y2", width=0.7,
            marker={"color": colour, "line": {"width": 0}}, showlegend=False,
            hovertext=f"{fault.kind}: {fault.target}, {begin:.1f} s; resumed after {wait} s", hoverinfo="text",
        )  # fmt: skip
    for duty, parts in result.tracks.items():
        seconds, waits = lateness(result, [latency for track in parts.values() for latency in track.latencies()])
        figure.add_scatter(
            x=seconds, y=waits, mode="lines", name=duty, line={"color": COLOURS.get(duty, SOFT), "width": 1.2}
        )
    return str(figure.to_html(include_plotlyjs=True, full_html=True))


def rows(result: Result) -> list[str]:
    """Who was hit, workers first, brokers above them."""
    return sorted({fault.target for fault in result.faults}, key=lambda name: (name.startswith("broker"), name))


def lateness(result: Result, latencies: list[tuple[int, int]]) -> tuple[list[float], list[float]]:
    """For each short span of the run, the latest decision that became durable in it: seconds, seconds."""
    worst: dict[int, int] = {}
    for at_ms, wait_ms in latencies:
        span = int(at_ms - result.began_ms) // BIN_MS
        worst[span] = max(wait_ms, worst.get(span, 0))
    spans = sorted(span for span in worst if span >= 0)
    return [span * BIN_MS / 1000 for span in spans], [max(1, worst[span]) / 1000 for span in spans]


def layout(result: Result) -> dict[str, Any]:
    """Calm colours; faults in the upper part, lateness on a logarithmic axis in the lower."""
    targets = rows(result)
    right = "nothing missing, spurious or doubled" if result.right else "SOMETHING IS WRONG: see the table"
    return {
        "title": {"text": f"Chaos, seed {result.wish.seed}, {result.wish.nodes} broker(s): {right}"},
        "height": 420 + 26 * len(targets), "paper_bgcolor": "#fff", "plot_bgcolor": "#fff", "barmode": "overlay",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": SOFT},
        "xaxis": {"title": {"text": "seconds since the first fault"}, "gridcolor": GRID, "anchor": "y"},
        "yaxis": {
            "domain": [0, 0.5], "type": "log", "gridcolor": GRID,
            "title": {"text": "an event waited for its durable decision (s)"},
        },
        "yaxis2": {
            "domain": [0.56, 1], "tickvals": list(range(len(targets))), "ticktext": targets, "gridcolor": GRID,
            "range": [-0.6, len(targets) - 0.4],
        },
    }  # fmt: skip
