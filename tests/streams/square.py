"""A small venue for tests: a square with gates and a camera, its files, and readings in a few words."""

import json
from typing import Any

import numpy as np

from streams.block import State, advance
from streams.columns import Frame
from streams.policy import Policy, load
from streams.records import MISSING, Integers
from streams.schemas import Tick

BEGUN = 1_767_225_600_000
"""2026-01-01 00:00:00 UTC."""

NAME = {"zh": "广场", "en": "Square"}
GATE = {"id": "gate", "line": {"from": "outside", "to": "square", "width_m": 2}, "counts": "interval", "every": "10s",
        "miscount": "0%"}  # fmt: skip
CAMERA = {"id": "camera", "area": {"zone": "square"}, "counts": "state", "every": "10s", "error": "0%"}
BARRIER = {"id": "barrier", "name": NAME, "zones": ["square"], "deploy_takes": "20s", "lift_takes": "20s"}
OFFICES = [
    {"id": "city", "name": {"zh": "市", "en": "City"}, "tier": "city"},
    {"id": "district", "name": {"zh": "区", "en": "District"}, "tier": "district", "parent": "city"},
    {"id": "street", "name": {"zh": "街道", "en": "Street"}, "tier": "street", "parent": "district"},
]
LEVELS = {
    "III": {"raise": 60, "clear": 50, "clear_for": "0s"},
    "II": {"raise": 70, "clear": 60, "clear_for": "0s"},
    "I": {"raise": 80, "clear": 70, "clear_for": "0s"},
}


def zone(name: str) -> dict[str, Any]:
    return {"id": name, "name": NAME, "area_m2": 100, "capacity": 100, "office": "street"}


def site(
    sensors: list[dict[str, Any]], *, zones: tuple[str, ...] = ("square",), blocks: Any = None, **more: Any
) -> str:
    """`site.yaml` (as JSON, which is YAML) of one block with these zones, or of the given blocks."""
    found = blocks or [{"id": "block", "zones": [zone(name) for name in zones]}]
    time = more.pop("time", {})
    return json.dumps(
        {"site": "town", "name": NAME, "timezone": "UTC", "time": time, "offices": OFFICES, "blocks": found,
         "sensors": sensors, **more}
    )  # fmt: skip


def thresholds(**more: Any) -> str:
    """`thresholds.yaml`: a window of one step and no waits, unless said."""
    return json.dumps({"window": "1s", "blind_after": "1min", "levels": LEVELS, **more})


def policy(*sensors: dict[str, Any], site_more: Any = None, **more: Any) -> Policy:
    return load(site(list(sensors), **(site_more or {})), thresholds(**more))


def frame(rows: list[dict[str, Any]], *, block: str = "block", seen: int | Integers | None = None) -> Frame:
    """Readings, `s` being seconds since BEGUN; each arrives at its own instant unless `seen` says otherwise."""
    names = tuple(dict.fromkeys(str(row["sensor"]) for row in rows))

    def column(name: str) -> Integers:
        return np.array([MISSING if row.get(name) is None else row[name] for row in rows], np.int64)

    at = np.array([BEGUN + round(row["s"] * 1000) for row in rows], np.int64)
    sensor = np.array([names.index(str(row["sensor"])) for row in rows], np.int64)
    return Frame(block, names, sensor, at, column("in"), column("out"), column("count"), at if seen is None else seen)


def counted(second: float, count: int, sensor: str = "camera") -> dict[str, Any]:
    return {"sensor": sensor, "s": second, "count": count}


def crossed(second: float, came: int, went: int = 0, sensor: str = "gate") -> dict[str, Any]:
    return {"sensor": sensor, "s": second, "in": came, "out": went}


def tick(state: State, second: float) -> Any:
    """The clock at so many seconds since BEGUN; the changes that it brings."""
    return advance(state, Tick(at=BEGUN + round(second * 1000)), state.plan.policy).changes


def take(state: State, *rows: dict[str, Any]) -> Any:
    """One frame of readings; the changes that it brings."""
    return advance(state, frame(list(rows)), state.plan.policy).changes
