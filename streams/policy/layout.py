"""How one block lies in memory: the order of its zones and sensors, and what each sensor is."""

from dataclasses import dataclass

import numpy as np

from streams.policy.site import KINDS, OUTSIDE, Sensor, Site
from streams.records import OUTSIDE as NOWHERE
from streams.records import SENSORS, Records


@dataclass(frozen=True, eq=False)
class Layout:
    """The zones and sensors of a block in site order; `gates` is one `records.SENSORS` for each sensor.

    A zone index of -1 means outside, or a zone of another block.
    """

    block: str
    zones: tuple[str, ...]
    sensors: tuple[str, ...]
    gates: Records


def layouts(site: Site) -> dict[str, Layout]:
    """The layout of every block; a sensor at a gate between two blocks is in both.

    Lines come before areas: of one instant they are applied in this order, and a head count has seen whoever crossed
    until then.
    """
    sensors: dict[str, list[Sensor]] = {block.id: [] for block in site.blocks}
    for sensor in sorted(site.sensors, key=lambda each: each.line is None):
        for block_id in site.blocks_by_sensor[sensor.id]:
            sensors[block_id].append(sensor)
    found = {}
    for block in site.blocks:
        zones = tuple(zone.id for zone in block.zones)
        index = {zone: position for position, zone in enumerate(zones)}
        gates = _gates(sensors[block.id], index)
        found[block.id] = Layout(block.id, zones, tuple(sensor.id for sensor in sensors[block.id]), gates)
    return found


def _gates(sensors: list[Sensor], index: dict[str, int]) -> Records:
    gates = np.zeros(len(sensors), SENSORS)
    ends = [(sensor.line.source, sensor.line.target) if sensor.line else (OUTSIDE, OUTSIDE) for sensor in sensors]
    gates["kind"] = [KINDS.index(sensor.kind) for sensor in sensors]
    gates["source"] = [index.get(source, NOWHERE) for source, _ in ends]
    gates["target"] = [index.get(target, NOWHERE) for _, target in ends]
    gates["zone"] = [index.get(sensor.zone or OUTSIDE, NOWHERE) for sensor in sensors]
    gates["every_ms"] = [sensor.every_ms for sensor in sensors]
    gates["share"] = [sensor.share for sensor in sensors]
    gates["coverage"] = [sensor.coverage for sensor in sensors]
    gates["width_m"] = [sensor.line.width_m if sensor.line else 0.0 for sensor in sensors]
    return gates
