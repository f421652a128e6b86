"""Compile what reads the readings ahead of its first use, so that no reading has to wait for it."""

import numpy as np

from gateway.batch import parse_batch
from gateway.gather import Gather
from gateway.roster import Roster
from streams.policy import Site, Timing, Words


def warm() -> None:
    """Some ten seconds once a version; from then on what was compiled is read from the disk."""
    nowhere = Site("nowhere", Words("无", "nowhere"), "UTC", Timing(), offices=(), blocks=(), sensors=(), barriers=())
    roster = Roster.of(nowhere)
    Gather(roster, 1).add(parse_batch([b"{}"], [0], [0], np.zeros(1, np.int64), roster).rows)
