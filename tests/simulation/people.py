"""Crews, providers, offices and operators: they read what Tidegate says and answer, late, wrongly, or not at all."""

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

import orjson

from streams.barrier.state import State as Barrier
from streams.schemas import LEVELS
from tests.simulation.history import BARRIER_ORDERS, CHANNEL, CREW, ZONE_ORDERS, Happening, History
from wire.topics import (
    BARRIER_COMMANDS,
    BARRIER_INPUTS,
    BARRIER_STATES,
    BLOCK_INPUTS,
    INCIDENT_INPUTS,
    INCIDENT_STATES,
    OFFICE_INPUTS,
    OFFICE_NOTICES,
    OFFICE_SENDINGS,
    ZONE_ALARMS,
)

Message = dict[str, Any]
Word = tuple[str, str, Message]
"""A message on its way: topic, key, and what it says but for its instant."""

REASON = {"role": "supervisor", "reason": "seen on the spot"}


class People:
    """Everybody who answers; what somebody does follows from the seed and from the message that is answered."""

    def __init__(self, story: History) -> None:
        self.story, self.place = story, story.venue
        self.coming: defaultdict[int, list[Word]] = defaultdict(list)
        self.known: set[str] = set()
        self.alarms: dict[str, Message] = {}
        self.notices: list[Message] = []
        for each in story.happenings:
            if each.kind in ("order", "barrier-order"):
                self.coming[each.beat].append((each.kind, each.who, {"happening": each}))

    def said(self, beat: int, now: int) -> Iterator[Word]:
        """What people say in a beat."""
        for topic, key, message in self.coming.pop(beat, ()):
            if topic == "order":
                word = zone_order(self.place.block_of(key), message["happening"], self.alarms.get(key), now)
                yield BLOCK_INPUTS, self.place.block_of(key), word
            elif topic == "barrier-order":
                yield BARRIER_INPUTS, key, barrier_order(message["happening"], now)
            else:
                yield topic, key, {"at": now} | message

    def hear(self, topic: str, message: Message, beat: int) -> None:
        """Something was published; one that comes again after a crash is known by its id."""
        name = str(message.get("id") or orjson.dumps(message))
        if f"{topic} {name}" in self.known and topic not in (INCIDENT_STATES,):
            return
        self.known.add(f"{topic} {name}")
        draw = Random(f"{self.story.seed} {topic} {name}")
        answer = ANSWERS.get(topic)
        if answer is not None:
            answer(self, message, beat, draw)

    def state_of(self, kind: str, who: str, beat: int) -> int | None:
        """What ails somebody in a beat, as a number; None where nothing does."""
        for each in self.story.happenings:
            if each.kind == kind and each.who == who and each.beat <= beat < each.beat + each.beats:
                return each.more
        return None

    def crew(self, command: Message, beat: int, draw: Random) -> None:
        """A crew has a command: it accepts, works, and reports; or something of that goes wrong."""
        gate, goal = command["barrier"], command["position"]
        ails = self.state_of("crew", gate, beat)
        mood = "prompt" if ails is None else CREW[ails]
        if mood == "silent":
            return
        after = beat + (9 if mood == "slow" else 1)
        named = {"command": command["id"]} if draw.random() < 0.5 else {}
        steps = ["accepted", "deploying" if goal == "deployed" else "lifting", goal]
        if mood == "failing":
            steps[-1] = "failed"
        elif mood == "mistaken":
            steps[draw.randrange(3)] = draw.choice(("lifted", "deployed", "failed"))
        elif draw.random() < 0.3:
            del steps[draw.randrange(2)]
        for step in steps:
            word = {"kind": "report", "barrier": gate, "position": step, "by": "crew", **named}
            self.coming[after] += [(BARRIER_INPUTS, gate, word)] * draw.choice((1, 1, 1, 2))
            after += draw.choice((0, 1, 2))

    def gate(self, state: Message, beat: int, draw: Random) -> None:
        """A barrier shows that it waits for somebody."""
        gate, step = state["barrier"], state["state"]
        if f"{gate} {step} {state['since']}" in self.known:
            return
        self.known.add(f"{gate} {step} {state['since']}")
        order = {
            "kind": "order",
            "barrier": gate,
            "by": "Lin",
            "role": draw.choice(("operator", "supervisor", "guard")),
        }
        if step == "lift_proposed" and draw.random() < 0.85:
            for later in draw.choice(((1,), (2,), (6,), (1, 1))):
                self.coming[beat + later].append((BARRIER_INPUTS, gate, order | {"order": "approve_lift"}))
        if step == "failed" or (step == "wanted" and state["command"] is None):
            self.coming[beat + draw.choice((1, 8))].append((BARRIER_INPUTS, gate, order | {"order": "approve_deploy"}))
        if step == "unknown" and draw.random() < 0.7:
            word = {"kind": "report", "barrier": gate, "position": draw.choice(("lifted", "deployed")), "by": "guard"}
            self.coming[beat + draw.randint(1, 6)].append((BARRIER_INPUTS, gate, word))

    def provider(self, sending: Message, beat: int, draw: Random) -> None:
        """The courier has brought something to a provider, which takes it, fails, refuses, or says nothing."""
        ails = self.state_of("channel", sending["channel"], beat)
        mood = "well" if ails is None else CHANNEL[ails]
        if mood == "silent" or draw.random() < 0.02:
            return
        result = {"well": "delivered", "failing": "failed", "refusing": "refused"}[mood]
        word = {"kind": "outcome", "office": sending["office"], "sending": sending["id"], "result": result}
        self.coming[beat + draw.choice((1, 1, 1, 4))] += [(OFFICE_INPUTS, sending["office"], word)] * draw.choice(
            (1, 1, 2)
        )

    def office(self, notice: Message, beat: int, draw: Random) -> None:
        """An office reads a notice, acknowledges it, does what it asks for; or not."""
        name = notice["office"]
        if self.state_of("office", name, beat) is not None or draw.random() < 0.3:
            return
        word = {"kind": "acknowledgement", "office": name, "notice": notice["id"], "by": draw.choice(("Wu", "Chen"))}
        later = beat + draw.choice((1, 2, 3, 12))
        for what in draw.choice((("acked",), ("acked", "done"), ("done",), ("acked", "acked"), ("done", "acked"))):
            self.coming[later].append((OFFICE_INPUTS, name, word | {"what": what, "by": draw.choice(("Wu", "Zhou"))}))
            later += draw.choice((0, 1, 5))

    def operator(self, alarm: Message, beat: int, draw: Random) -> None:
        """An alarm calls: somebody acknowledges it, puts it aside, or does not."""
        self.alarms[alarm["zone"]] = alarm
        if alarm["state"] not in ("unacked", "returned_unacked") or draw.random() < 0.35:
            return
        what = draw.choice(("ack", "ack", "ack", "shelve", "out_of_service"))
        word = {"kind": "order", "block": alarm["block"], "zone": alarm["zone"], "order": what, "by": "Lin",
                "episode": alarm["episode"], "sequence": alarm["sequence"], **REASON}  # fmt: skip
        if what == "shelve":
            word["for_s"] = draw.choice((60, 300, 10_000))
        self.coming[beat + draw.choice((1, 1, 2, 5))].append((BLOCK_INPUTS, alarm["block"], word))
        if what != "ack":
            undo = word | {"order": {"shelve": "unshelve", "out_of_service": "in_service"}[what]}
            self.coming[beat + draw.randint(3, 30)].append((BLOCK_INPUTS, alarm["block"], undo))

    def grid(self, incident: Message, beat: int, draw: Random) -> None:
        """The office of an incident does its next step, mostly in time."""
        if incident["next"] is None or draw.random() < 0.1:
            return
        word = {"kind": "step", "zone": incident["zone"], "incident": incident["id"], "step": incident["next"],
                "by": "Wu", "note": "done"}  # fmt: skip
        self.coming[beat + draw.choice((1, 2, 4, 12))] += [(INCIDENT_INPUTS, incident["zone"], word)] * draw.choice(
            (1, 1, 2)
        )


ANSWERS = {
    BARRIER_COMMANDS: People.crew,
    BARRIER_STATES: People.gate,
    OFFICE_SENDINGS: People.provider,
    OFFICE_NOTICES: People.office,
    ZONE_ALARMS: People.operator,
    INCIDENT_STATES: People.grid,
}


def zone_order(block: str, each: Happening, alarm: Message | None, now: int) -> Message:
    """An operator's order to a zone, sensible or not."""
    draw = Random(each.much)
    what = (*ZONE_ORDERS, "ack")[each.more]
    known = alarm or {"episode": None, "sequence": None}
    sequence = draw.choice((known["sequence"], known["sequence"], None, 1))
    return {
        "kind": "order", "block": block, "zone": each.who, "at": now - draw.choice((0, 0, 900, 50_000, -20_000)),
        "order": what, "level": draw.choice(LEVELS[what == "raise_level" :]), "sequence": sequence,
        "episode": known["episode"], "for_s": draw.choice((60, 300, 10_000)), "by": draw.choice(("Lin", "Chen")),
        "role": draw.choice(("supervisor", "supervisor", "operator")),
        "reason": draw.choice(("seen on the spot", "seen on the spot", "")),
    }  # fmt: skip


def barrier_order(each: Happening, now: int) -> Message:
    """Somebody's order to a barrier, sensible or not."""
    draw = Random(each.much)
    return {
        "kind": "order", "barrier": each.who, "at": now - draw.choice((0, 0, 40_000, -10_000)),
        "order": BARRIER_ORDERS[each.more], "position": draw.choice(("deployed", "deployed", "lifted", None)),
        "by": draw.choice(("Lin", "Chen")), "role": draw.choice(("supervisor", "operator")),
        "reason": draw.choice(("ambulance", "ambulance", "")),
    }  # fmt: skip


__all__ = ["Barrier", "Message", "People", "Word"]
