"""What a person asks of a barrier, or reports about it, into the barrier's inbox; and the answer that comes of it."""

from __future__ import annotations

import orjson

from streams.schemas import BarrierAnswer, Order, Report, identity, instant
from tidegate.live.clock import seconds
from tidegate.live.listening import Listener
from tidegate.live.ordering import Unanswered
from tidegate.live.sending import REMEDY, KafkaAway, required
from wire.batches import headers
from wire.posting import NotTaken, post
from wire.settings import Settings
from wire.topics import BARRIER_ANSWERS, BARRIER_INPUTS

LOOK_S = 0.2


def name_of(word: Order | Report) -> str:
    """The id of a word to a barrier: the same word said again at the same instant is the same one."""
    return identity(word.kind, word.barrier, word.at, word)


def ask(settings: Settings, word: Order | Report, wait_s: float) -> BarrierAnswer | None:
    """Hand the word over, durably, and wait so long for what became of it; None where nobody waits.

    Errors: `KafkaAway`; `Unanswered` with what that means.
    """
    required(settings, BARRIER_INPUTS, BARRIER_ANSWERS)
    if wait_s <= 0:
        hand_over(settings, word)
        return None
    with Listener(settings, BARRIER_ANSWERS) as listener:
        hand_over(settings, word)
        until_s = seconds() + wait_s
        while seconds() < until_s:
            for heard in listener.hear(LOOK_S):
                if is_answer(heard.value, word):
                    return BarrierAnswer.model_validate(heard.value)
    raise Unanswered(
        f"no worker has answered within {wait_s:g} s: it is in the inbox of {word.barrier} and is taken in as soon as "
        "a worker of the barriers runs; look at `tidegate status`"
    )


def is_answer(value: object, word: Order | Report) -> bool:
    """Is this the answer to that word?  One person says one thing to a barrier in a millisecond."""
    told = (word.barrier, word.kind, instant(word.at), word.by)
    return isinstance(value, dict) and tuple(value.get(key) for key in ("barrier", "kind", "at", "by")) == told


def hand_over(settings: Settings, word: Order | Report) -> None:
    """The word in its barrier's inbox, on every replica; raises `KafkaAway` where Kafka does not take it."""
    value = orjson.dumps(word.model_dump(mode="json"))
    try:
        post(settings, BARRIER_INPUTS, word.barrier, value, headers(word.kind, name_of(word)))
    except NotTaken as error:
        raise KafkaAway(f"Kafka did not take it ({error}): {REMEDY}") from error
