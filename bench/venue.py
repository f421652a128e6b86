"""The venue of the benches: blocks of zones with two gates each, and readings that are the same on every machine.

In every zone people come and go in waves, so that each level is raised and cleared again and again: one change of level
a zone in about ten seconds of event time, which is far more than any evening has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np

from backtest.recordings import Columns
from streams.columns import Frame
from streams.policy import Policy, load
from streams.records import MISSING, Integers
from wire.topics import BLOCK_INPUTS, BY_NAME, partition_of

BEGIN_MS = 1_767_225_600_000
GATES = 2
MOST_PEOPLE = 350
ZONES_A_BARRIER = 10

THRESHOLDS = """
window: {window_s}s
blind_after: 5min
levels:
  III: {{raise: 100, raise_for: 0s, clear: 80, clear_for: 3s}}
  II: {{raise: 200, raise_for: 0s, clear: 160, clear_for: 3s}}
  I: {{raise: 300, raise_for: 0s, clear: 250, clear_for: 3s}}
"""


@dataclass(frozen=True)
class Venue:
    """So many blocks of so many zones, and how their readings are cut into frames.

    readings: in one frame, over all zones of its block; frame_ms: the event time that a frame covers; step: of
    site.yaml; zones_a_barrier: how many neighbouring zones share one; wave_s: how long people come and go; spread_s: in
    which time the zones begin, one after the other.
    """

    blocks: int
    zones: int
    readings: int
    frame_ms: int = 1000
    step: str = "1s"
    window_s: int = 10
    zones_a_barrier: int = ZONES_A_BARRIER
    wave_s: int = 60
    spread_s: int = 60

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The blocks' ids, so chosen that they lie evenly over the partitions of their inbox."""
        partitions = BY_NAME[BLOCK_INPUTS].partitions
        found: list[str] = []
        numbers = count()
        while len(found) < self.blocks:
            name = f"block-{next(numbers)}"
            if partition_of(BLOCK_INPUTS, name.encode()) == len(found) % partitions:
                found.append(name)
        return tuple(found)

    @cached_property
    def sensors(self) -> tuple[str, ...]:
        """Every gate, zone by zone."""
        return tuple(f"gate-{zone}-{gate}" for zone in range(self.blocks * self.zones) for gate in range(GATES))

    @property
    def site(self) -> str:
        """site.yaml."""
        lines = ["site: bench", "name: {zh: 测试, en: Bench}", "timezone: UTC", f"time: {{step: {self.step}}}"]
        lines += ["offices:", "  - {id: city, name: {zh: 市, en: City}, tier: city}", "blocks:"]
        for index, block in enumerate(self.names):
            lines += [f"  - id: {block}", "    zones:"]
            for zone in range(index * self.zones, (index + 1) * self.zones):
                lines.append(f"      - {{id: zone-{zone}, area_m2: 500, capacity: 400, office: city}}")
        lines.append("sensors:")
        for index, sensor in enumerate(self.sensors):
            line = f"line: {{from: outside, to: zone-{index // GATES}, width_m: 4}}"
            lines.append(f"  - {{id: {sensor}, {line}, counts: interval, every: 5s, miscount: 0.01%}}")
        lines.append("barriers:")
        zones = self.blocks * self.zones
        for first in range(0, zones, self.zones_a_barrier):
            served = ", ".join(f"zone-{zone}" for zone in range(first, min(first + self.zones_a_barrier, zones)))
            lines.append(f"  - {{id: barrier-{first}, zones: [{served}], deploy_takes: 10min, lift_takes: 10min}}")
        return "\n".join(lines) + "\n"

    @property
    def thresholds(self) -> str:
        """thresholds.yaml."""
        return THRESHOLDS.format(window_s=self.window_s)

    @property
    def policy(self) -> Policy:
        """Both files, read."""
        return load(self.site, self.thresholds)

    def people(self, zones: Integers, at_ms: Integers) -> Integers:
        """How many people are in each zone at an instant after the beginning: nobody, and then waves."""
        period_ms = (self.wave_s + zones * 37 % (self.wave_s // 2 + 1)) * 1000
        risen = np.maximum(at_ms - zones * 7919 % (self.spread_s * 1000), 0) / period_ms
        people: Integers = np.rint(MOST_PEOPLE / 2 * (1 - np.cos(2 * np.pi * risen))).astype(np.int64)
        return people

    def columns(self, number: int) -> Columns:
        """The readings of frame `number` of every block, in the order of their slots, all zones of a slot together."""
        each = self.readings // self.zones
        zones = np.arange(self.blocks * self.zones)[None, :]
        slots = np.arange(number * each, (number + 1) * each)[:, None]
        slot_ms = self.frame_ms // each
        at = slots * self.frame_ms // each
        change = self.people(zones, at) - self.people(zones, np.maximum(slots - 1, 0) * self.frame_ms // each)
        passing = (slots * 31 + zones * 17) % 3
        at = at + (slots * 7919 + zones * 104_729) % max(1, slot_ms) + BEGIN_MS
        gate = (zones * GATES + (slots + zones) % GATES).astype(np.int32)
        nothing = np.full(at.size, MISSING)
        into, out = (passing + np.maximum(change, 0)).ravel(), (passing + np.maximum(-change, 0)).ravel()
        return Columns(at.ravel(), at.ravel(), gate.ravel(), into, out, nothing, self.sensors)

    def frames(self, number: int) -> Iterator[Frame]:
        """Frame `number` of every block, block by block; it arrives with its newest reading."""
        columns = self.columns(number)
        gates = self.zones * GATES
        shape = (-1, self.blocks, self.zones)
        parts = [column.reshape(shape) for column in (columns.sensor, columns.at, columns.enter, columns.leave)]
        nothing = columns.count[: self.readings]
        for index, block in enumerate(self.names):
            sensor, at, enter, leave = (part[:, index].ravel().astype(np.int64) for part in parts)
            names = self.sensors[index * gates : (index + 1) * gates]
            # In one piece, as `parse` lays the columns of a message.
            table = np.stack([sensor - index * gates, at, enter, leave, nothing])
            yield Frame(block, names, table[0], at, enter, leave, nothing, int(at.max()), table)
