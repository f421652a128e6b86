"""Every sensor of the site as the gateway needs it: where its readings go, and how to find it by its bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gateway.scan import HASH_FACTOR, HASH_MASK, HASH_SHIFT, NOWHERE
from streams.policy import Site

HEADS = "state"
"""The kind of sensor that says `count`; all others say `in` and `out`."""


@dataclass(frozen=True)
class Roster:
    """The sensors in the order of `site.yaml`, as arrays over them.

    `heads` is true where the sensor counts heads; `first` and `second` are indices into `blocks` (`second` is
    `NOWHERE` but at a gate between two blocks). `letters` are all ids in UTF-8 one after another, `starts` where
    each begins; `slots` is an open-addressed hash table of their indices, a power of two long, at most a quarter full.
    """

    ids: tuple[str, ...]
    blocks: tuple[str, ...]
    index: dict[str, int]
    heads: NDArray[np.bool_]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    letters: NDArray[np.uint8]
    starts: NDArray[np.int64]
    slots: NDArray[np.int32]
    skew_ms: int

    @classmethod
    def of(cls, site: Site) -> Self:
        """The roster of a site; a sensor that touches no zone has nowhere to report to and is left out."""
        sensors = [sensor for sensor in site.sensors if site.blocks_by_sensor[sensor.id]]
        blocks = tuple(block.id for block in site.blocks)
        order = {block: position for position, block in enumerate(blocks)}
        homes = [[order[block] for block in site.blocks_by_sensor[sensor.id]] for sensor in sensors]
        names = [sensor.id.encode() for sensor in sensors]
        return cls(
            ids=tuple(sensor.id for sensor in sensors),
            blocks=blocks,
            index={sensor.id: position for position, sensor in enumerate(sensors)},
            heads=np.array([sensor.kind == HEADS for sensor in sensors], np.bool_),
            first=np.array([home[0] for home in homes], np.int32),
            second=np.array([home[1] if len(home) > 1 else NOWHERE for home in homes], np.int32),
            letters=np.frombuffer(b"".join(names), np.uint8),
            starts=np.cumsum([0, *map(len, names)], dtype=np.int64),
            slots=_slots(names),
            skew_ms=site.time.skew_ms,
        )

    @property
    def table(self) -> tuple[Any, ...]:
        """What the compiled scan needs to know of the sensors."""
        return self.letters, self.starts, self.slots, self.heads


def hashed(name: Iterable[int]) -> int:
    """The hash of an id's bytes; `gateway.scan` computes the same."""
    value = 0
    for letter in name:
        value = (value * HASH_FACTOR + letter) & HASH_MASK
    return value ^ (value >> HASH_SHIFT)


def _slots(names: list[bytes]) -> NDArray[np.int32]:
    """Each sensor's index at the first free slot from its hash on."""
    length = 4
    while length < 4 * len(names):
        length *= 2
    slots = np.full(length, NOWHERE, np.int32)
    for position, name in enumerate(names):
        slot = hashed(name) & (length - 1)
        while slots[slot] != NOWHERE:
            slot = (slot + 1) & (length - 1)
        slots[slot] = position
    return slots
