"""Run every compiled step once, so that none is compiled while a venue waits: at set-up, and before a worker joins."""

import numpy as np

from streams.block import advance
from streams.columns import Frame, parse, render
from streams.memory import begin, thaw
from streams.memory import freeze as frozen
from streams.persons import take_order
from streams.policy import load
from streams.records import MISSING, RAISE

SITE = """
site: warm
name: {zh: 预热, en: Warm}
timezone: Asia/Shanghai
offices: [{id: street, name: {zh: 街道, en: Street}, tier: street}]
blocks:
  - id: block
    zones: [{id: zone, name: {zh: 区, en: Zone}, area_m2: 100, capacity: 100, office: street}]
sensors:
  - {id: gate, line: {from: outside, to: zone, width_m: 2}, counts: interval, every: 10s, miscount: 1%}
"""
THRESHOLDS = """
window: 60s
blind_after: 5min
levels:
  III: {raise: 60, raise_for: 0s, clear: 50, clear_for: 10min}
  II: {raise: 70, raise_for: 0s, clear: 60, clear_for: 10min}
  I: {raise: 80, raise_for: 0s, clear: 70, clear_for: 10min}
"""


def warm() -> None:
    """Run one frame through the block, so that every compiled step is on the disk."""
    policy = load(SITE, THRESHOLDS)
    state = begin(policy, "block")
    at = 1_767_225_600_000 + 10_000 * np.arange(20)
    nothing = np.full(20, MISSING)
    frame = Frame(
        "block", ("gate",), np.zeros(20, np.int64), at, np.arange(20), np.zeros(20, np.int64), nothing, int(at[-1])
    )
    advance(state, parse(render(frame)), policy)
    take_order(state, "zone", int(at[-1]), int(at[-1]), RAISE, 1)
    thaw(frozen(state), policy, "block")
