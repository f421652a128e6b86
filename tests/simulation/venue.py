"""A small venue and its thresholds, drawn from a seed: the two files, and the revisions that come in the evening."""

import json
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from streams.policy import Policy, load

BEAT_S = 30
"""The evening goes on in beats: readings, Ticks and people's words of so many seconds come together."""

STEP_S = 30
LEVELS = ("III", "II", "I")
NAME = {"zh": "区", "en": "Zone"}
CHANNELS = ("one", "two")
ZONES = ("z0", "z9", "z1")
"""The first two share their partitions, as do b0 and b4, g0 and g4, city and town, street and ward: a worker that dies
while it writes a partition's rows shall have written some of them and others not."""


@dataclass(frozen=True)
class Sensor:
    """A line from a zone (or outside) to a zone, or an area; `cumulative` lines report running totals."""

    id: str
    block: str
    target: str
    source: str | None
    kind: str
    miscount: int


@dataclass(frozen=True)
class Venue:
    """What exists, `site.yaml`, and the revisions of `thresholds.yaml` that hold one after the other."""

    zones: tuple[str, ...]
    blocks: dict[str, tuple[str, ...]]
    sensors: tuple[Sensor, ...]
    barriers: dict[str, tuple[str, ...]]
    offices: tuple[str, ...]
    site: str
    revisions: tuple[str, ...]

    def policy(self, number: int) -> Policy:
        """The policy of one revision."""
        return loaded(self.site, self.revisions[number])

    @property
    def exact(self) -> bool:
        """Does no device err?"""
        return all(sensor.miscount == 0 for sensor in self.sensors)

    def block_of(self, zone: str) -> str:
        """The block of a zone."""
        return next(block for block, zones in self.blocks.items() if zone in zones)


@lru_cache(maxsize=512)
def loaded(site: str, thresholds: str) -> Policy:
    """A policy from its files."""
    return load(site, thresholds)


@lru_cache(maxsize=256)
def venue(seed: int) -> Venue:
    """The venue of a seed: a block or two with up to three zones, a barrier or two, four offices."""
    draw = Random(seed)
    count = draw.choice((1, 2, 2, 3))
    zones = ZONES[:count]
    cut = draw.choice((count, count, 1)) if count > 1 else count
    blocks = {"b0": zones[:cut]} | ({draw.choice(("b1", "b4")): zones[cut:]} if cut < count else {})
    miscount = draw.choice((0, 0, 3))
    sensors = tuple(_sensors(draw, blocks, miscount))
    gates = draw.choice((("g0",), ("g0", "g1"), ("g0", "g4")))
    barriers = {name: tuple(draw.sample(zones, draw.randint(1, min(2, count)))) for name in gates}
    offices = ("city", "town", "street", "ward")
    site = site_file(draw, blocks, sensors, barriers)
    files = [thresholds_file(draw, zones, barriers, number) for number in range(3)]
    return Venue(zones, blocks, sensors, barriers, offices, site, tuple(files))


def _sensors(draw: Random, blocks: dict[str, tuple[str, ...]], miscount: int) -> list[Sensor]:
    """A gate from outside into every zone, a camera in some, a gate between neighbours."""
    found = []
    for block, zones in blocks.items():
        for place, zone in enumerate(zones):
            kind = draw.choice(("interval", "interval", "cumulative"))
            found.append(Sensor(f"gate-{zone}", block, zone, None, kind, miscount))
            if draw.random() < 0.5:
                found.append(Sensor(f"cam-{zone}", block, zone, None, "state", miscount))
            if place and draw.random() < 0.6:
                found.append(Sensor(f"door-{zone}", block, zone, zones[place - 1], "interval", miscount))
    return found


def site_file(
    draw: Random, blocks: dict[str, tuple[str, ...]], sensors: tuple[Sensor, ...], barriers: dict[str, tuple[str, ...]]
) -> str:
    """`site.yaml`, as JSON, which is YAML."""
    some = draw.choice((CHANNELS, CHANNELS, CHANNELS[:1], ()))
    tiers = (("city", "city", ()), ("town", "district", CHANNELS[:1]), ("street", "street", some),
             ("ward", "community", CHANNELS))  # fmt: skip
    return json.dumps(
        {
            "site": "town", "name": NAME, "timezone": "UTC",
            "time": {"step": f"{STEP_S}s", "reorder": draw.choice(("1s", "20s")), "grace": draw.choice(("5s", "20s")),
                     "lateness": draw.choice(("1min", "10min")), "skew": "30s"},
            "channels": [{"id": name, "kind": "inbox"} for name in CHANNELS],
            "offices": [
                {"id": name, "name": {"zh": name, "en": name}, "tier": tier, "channels": list(channels),
                 **({"parent": tiers[place - 1][0]} if place else {})}
                for place, (name, tier, channels) in enumerate(tiers)
            ],
            "blocks": [
                {"id": block, "zones": [{"id": zone, "name": NAME, "area_m2": 1000, "capacity": 100, "office": "ward",
                                         "empties": draw.random() < 0.5} for zone in zones]}
                for block, zones in blocks.items()
            ],
            "sensors": [_sensor(sensor) for sensor in sensors],
            "barriers": [
                {"id": name, "name": NAME, "zones": list(zones), "deploy_takes": draw.choice(("40s", "2min")),
                 "lift_takes": "1min"}
                for name, zones in barriers.items()
            ],
        }
    )  # fmt: skip


def _sensor(sensor: Sensor) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": sensor.id, "counts": sensor.kind, "every": f"{BEAT_S}s"}
    if sensor.kind == "state":
        return entry | {"area": {"zone": sensor.target}, "error": f"{sensor.miscount}%"}
    line = {"from": sensor.source or "outside", "to": sensor.target, "width_m": 1}
    return entry | {"line": line, "miscount": f"{sensor.miscount}%"}


def _rules(draw: Random, lift: int) -> dict[str, Any]:
    """Levels at about 30, 50 and 70 people, with waits of none to two minutes."""
    waits = ("0s", "30s", "1min")
    return {
        name: {"raise": limit + lift, "raise_for": draw.choice(waits[: 3 - place]), "clear": limit + lift - 8,
               "clear_for": draw.choice(("0s", "1min", "2min")),
               "raise_on": draw.choice(("estimate", "upper")) if name == "I" else "estimate"}
        for place, (name, limit) in enumerate(zip(LEVELS, (30, 50, 70), strict=True))
    }  # fmt: skip


def thresholds_file(draw: Random, zones: tuple[str, ...], barriers: dict[str, tuple[str, ...]], number: int) -> str:
    """One revision of `thresholds.yaml`."""
    calendar = {}
    if draw.random() < 0.3:
        begins = draw.randint(3, 15)
        rules = _rules(draw, draw.choice((-6, 5, 12)))
        times = [f"00:{begins:02}/00:{begins + draw.randint(3, 10):02}"]
        calendar = {"show": {"when": {"times": times}, "zones": {draw.choice(zones): {"levels": rules}}}}
    return json.dumps(
        {
            "window": f"{STEP_S * draw.choice((1, 2, 4))}s", "blind_after": draw.choice(("1min", "3min")),
            "levels": _rules(draw, 0 if number == 0 else draw.choice((-5, 0, 10))),
            "barriers": {
                name: {"deploy_at": draw.choice(("III", "II", "II")), "deploy": draw.choice(("auto", "auto", "ask")),
                       "lift": draw.choice(("auto", "ask")), "lift_after": draw.choice(("40s", "2min")),
                       "min_up": draw.choice(("0s", "3min")), "accept_within": "1min", "approve_within": "3min"}
                for name in barriers
            },
            "calendar": calendar,
            "incidents": {"open_at": draw.choice(LEVELS), "deadlines": {"dispatched": "2min", "handled": "5min"}},
            "notices": {
                "ack_within": {"III": "4min", "II": "2min", "I": "1min"}, "next_channel_after": "1min",
                "next_tier_after": draw.choice(("2min", "4min")),
                **({"quiet_hours": ["00:05/00:12"]} if draw.random() < 0.3 else {}),
            },
            "annunciation": {"shelve_most": "10min"},
        }
    )  # fmt: skip
