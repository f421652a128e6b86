"""What a person asks of a barrier, or reports about it, into the barrier's inbox; and the answer that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from streams.schemas import BarrierAnswer, Order, Report, identity, instant
from tidegate.live.asking import Said, answered
from wire.settings import Settings
from wire.topics import BARRIER_ANSWERS, BARRIER_INPUTS


def name_of(word: Order | Report) -> str:
    """The id of a word to a barrier: the same word said again at the same instant is the same one."""
    return identity(word.kind, word.barrier, word.at, word)


def ask(settings: Settings, word: Order | Report, wait_s: float) -> BarrierAnswer | None:
    """Hand the word over, durably, and wait so long for what became of it; None where nobody waits.

    Errors: `KafkaAway`; `Unanswered` with what that means.
    """
    value = orjson.dumps(word.model_dump(mode="json"))
    said = Said(BARRIER_INPUTS, word.barrier, word.kind, name_of(word), value, "barriers")
    found = answered(settings, said, BARRIER_ANSWERS, lambda told: is_answer(told, word), wait_s)
    return None if found is None else BarrierAnswer.model_validate(found)


def is_answer(told: Mapping[str, Any], word: Order | Report) -> bool:
    """Is this the answer to that word?  One person says one thing to a barrier in a millisecond."""
    wanted = (word.barrier, word.kind, instant(word.at), word.by)
    return tuple(told.get(key) for key in ("barrier", "kind", "at", "by")) == wanted
