"""What is left of a row that was cut is never taken for a row: no barrier, block or incident begins anew in silence."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import memory
from streams.barrier import memory as barrier_memory
from streams.barrier.machine import advance
from streams.barrier.state import State
from streams.inbox import parse_barrier
from streams.incidents import memory as incident_memory
from tests.fuzz.mutations import examples
from tests.fuzz.test_inboxes import BLOCK, NORTH, REPORT
from tests.streams.incidents.town import POLICY, opened
from tests.streams.square import counted, take

HEARD = memory.begin(BLOCK, "block")
take(HEARD, counted(0, 65), counted(10, 90))
BLOCK_ROW = memory.freeze(HEARD)
INCIDENTS = incident_memory.freeze(opened()[0])
REPORTED = parse_barrier(json.dumps(REPORT).encode(), "north")
SHARE = st.floats(0, 1, exclude_max=True)


@examples(60)
@given(share=SHARE)
def test_a_cut_row_is_refused(share: float) -> None:
    barrier = barrier_memory.freeze(advance(State(), REPORTED, NORTH, 6_000)[0])
    for row, thaw in (
        (barrier, barrier_memory.thaw),
        (INCIDENTS, lambda cut: incident_memory.thaw("fountain", cut, POLICY)),
        (BLOCK_ROW, lambda cut: memory.thaw(cut, BLOCK, "block")),
    ):
        assert thaw(row) is not None
        with pytest.raises((ValueError, KeyError, struct.error)):
            thaw(row[: int(len(row) * share)])
