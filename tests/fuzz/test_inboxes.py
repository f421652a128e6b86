"""Whatever stands in an inbox, it is refused as what cannot be read, or it is taken and what is kept of it can be kept.

Any other error would end the process, which would find the same message again when it starts: an inbox of which nothing
more is ever read.
"""

import json
from contextlib import suppress
from typing import Any

from hypothesis import example, given

from streams import desk
from streams.barrier import memory as barrier_memory
from streams.barrier.machine import advance as drive
from streams.barrier.state import State as Barrier
from streams.block import advance as decide
from streams.columns import Unreadable
from streams.delivery import memory as delivery_memory
from streams.delivery.desk import advance as deliver
from streams.delivery.machine import Rules
from streams.inbox import parse_alert, parse_barrier, parse_block, parse_incident, parse_office
from streams.incidents import memory as incident_memory
from streams.incidents.desk import take as note
from streams.incidents.machine import Span
from streams.orders import obey
from streams.persons import count
from streams.policy import BarrierPolicy
from streams.schemas import CountOrder, ZoneOrder
from tests.fuzz.mutations import examples, mutated
from tests.streams.delivery.office import town, word
from tests.streams.incidents.town import POLICY as INCIDENTS
from tests.streams.incidents.town import opening
from tests.streams.square import BEGUN, CAMERA, GATE, policy

BLOCK = policy(CAMERA, GATE)
TOWN = town()
RULES = Rules.of("street", TOWN)
NORTH = BarrierPolicy("north", ("square",), 600_000, 600_000, 2, site="town")
WHO: dict[str, Any] = {"at": BEGUN, "by": "Lin", "role": "supervisor", "reason": "seen it"}
TICK: dict[str, Any] = {"kind": "tick", "at": BEGUN + 5_000}
FRAME: dict[str, Any] = {
    "kind": "frame", "block": "block", "seen": BEGUN, "sensors": ["gate", "camera"], "sensor": [0, 1],
    "at": [BEGUN, BEGUN + 1], "in": [3, None], "out": [0, None], "count": [None, 65],
}  # fmt: skip
ORDER = {"kind": "order", "block": "block", "zone": "square", **WHO}
ORDERS = [
    {**ORDER, "order": order, "level": "II", "episode": "e", "sequence": 1, "for_s": 60}
    for order in ("ack", "shelve", "raise_level", "lower_level", "hold", "release", "out_of_service")
]
COUNT = {**ORDER, "order": "set_count", "count": 12, "accuracy": 0.1}
STANDING = {"kind": "standing", "barrier": "north", "zone": "square", "at": BEGUN, "level": "II", "quality": "good",
            "alert": "a", "sequence": 3, "revision": "r"}  # fmt: skip
REPORT = {"kind": "report", "barrier": "north", "at": BEGUN, "position": "deployed", "by": "crew", "command": None}
OVERRIDE = {"kind": "order", "barrier": "north", "order": "override", "position": "lifted", **WHO}
NOTICE = word(3, "raise", "II", 1.0).model_dump(mode="json")
OUTCOME = {"kind": "outcome", "office": "street", "sending": "x", "at": BEGUN, "result": "failed", "code": "1",
           "said": "busy", "retry_after_s": 4.0}  # fmt: skip
ACK = {"kind": "acknowledgement", "office": "street", "notice": NOTICE["notice"]["id"], "at": BEGUN, "what": "acked",
       "by": "Lin"}  # fmt: skip
OPENING = opening().model_dump(mode="json")
STEP = {"kind": "step", "zone": "fountain", "incident": "i", "at": OPENING["at"], "step": "dispatched", "by": "Lin"}
TALLY = {"kind": "tally", "office": "street", "month": "2026-10", "incident": "i", "sequence": 1, "at": OPENING["at"],
         "response_ms": 5, "handling_ms": None, "late": False, "ended": None}  # fmt: skip


@examples(40)
@given(value=mutated([FRAME, TICK, COUNT, *ORDERS]))
def test_a_block_goes_on_whatever_comes(value: bytes) -> None:
    row = desk.thaw(None, BLOCK, "block")
    with suppress(Unreadable):
        event = parse_block(value)
        if isinstance(event, CountOrder):
            count(row.block, event, event.at)
        elif isinstance(event, ZoneOrder):
            obey(row, event, event.at)
        else:
            row.hear(decide(row.block, event, BLOCK).changes)
    assert desk.freeze(desk.thaw(desk.freeze(row), BLOCK, "block")) == desk.freeze(row)


@examples(120)
@given(value=mutated([STANDING, REPORT, OVERRIDE, TICK]))
def test_a_barrier_goes_on_whatever_comes(value: bytes) -> None:
    state = Barrier()
    with suppress(Unreadable):
        for event in (parse_barrier(b'{"kind":"tick","at":5}', "north"), parse_barrier(value, "north")):
            state = drive(state, event, NORTH, 6_000)[0]
    assert barrier_memory.thaw(barrier_memory.freeze(state)) == state


def told(notice: dict[str, Any], **changes: Any) -> bytes:
    """A notice with other facts."""
    return json.dumps({**notice, "notice": {**notice["notice"], **changes}}).encode()


@examples(120)
@given(value=mutated([NOTICE, OUTCOME, ACK, TICK]))
@example(told(NOTICE, at="2026-01-01T00:00:00"))
@example(told(NOTICE, sequence=10**30))
def test_an_office_goes_on_whatever_comes(value: bytes) -> None:
    row = delivery_memory.thaw("street", None, RULES)
    with suppress(Unreadable):
        sent = deliver(row, parse_office(told(NOTICE), "street"), RULES).sendings
        value = value.replace(b'"sending":"x"', b'"sending":"%s"' % sent[0]["id"].encode())
        value = value.replace(b'"sending": "x"', b'"sending": "%s"' % sent[0]["id"].encode())
        deliver(row, parse_office(value, "street"), RULES)
    kept = delivery_memory.freeze(row)
    assert delivery_memory.freeze(delivery_memory.thaw("street", kept, RULES)) == kept


@examples(120)
@given(value=mutated([OPENING, STEP, TALLY, TICK]))
def test_the_incidents_of_a_zone_and_the_month_of_an_office_go_on_whatever_comes(value: bytes) -> None:
    month = incident_memory.key_of("street", "2026-10")
    for key in ("fountain", month):
        row = incident_memory.thaw(key, None, INCIDENTS)
        with suppress(Unreadable):
            row = note(row, parse_incident(value, key), key, INCIDENTS, Span(0, 2**62))[0]
        assert incident_memory.thaw(key, incident_memory.freeze(row), INCIDENTS) == row


@examples(100)
@given(value=mutated([{
    "id": "a", "kind": "level", "zone": "square", "block": "block", "episode": "e", "sequence": 1,
    "at": "2026-01-01T00:00:00.000Z", "from": "normal", "to": "III", "reason": "raise_held", "people": 1.0,
    "lower": 1.0, "upper": 2.0, "rolling": 1.0, "limit": 60.0,
    "level": "III", "peak": "III", "quality": "good", "revision": "r",
}]))  # fmt: skip
def test_an_alert_is_read_or_refused(value: bytes) -> None:
    with suppress(Unreadable):
        parse_alert(value, "square")
