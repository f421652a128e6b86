"""A person's word into the inbox of the thing it is about, and the answer that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tidegate.live.clock import seconds
from tidegate.live.listening import Listener
from tidegate.live.sending import REMEDY, KafkaAway, required
from wire.batches import headers
from wire.posting import NotTaken, post
from wire.settings import Settings

LOOK_S = 0.2


class Unanswered(RuntimeError):
    """The word is in the inbox, but nobody has answered yet."""


@dataclass(frozen=True)
class Said:
    """What a person says: into which inbox, under which key, as which kind of message, with which id and bytes.

    duty: the workers that are to answer, as `tidegate status` calls them.
    """

    inbox: str
    key: str
    kind: str
    name: str
    value: bytes
    duty: str


def answered(
    settings: Settings, said: Said, topic: str, is_answer: Callable[[dict[str, Any]], bool], wait_s: float
) -> dict[str, Any] | None:
    """Hand a word over, durably, and wait so long for its answer on a topic; None where nobody waits.

    Errors: `KafkaAway`; `Unanswered` with what that means.
    """
    required(settings, said.inbox, topic)
    if wait_s <= 0:
        hand_over(settings, said)
        return None
    with Listener(settings, topic) as listener:
        hand_over(settings, said)
        until_s = seconds() + wait_s
        while seconds() < until_s:
            for heard in listener.hear(LOOK_S):
                if isinstance(heard.value, dict) and is_answer(heard.value):
                    return heard.value
    raise Unanswered(
        f"no worker has answered within {wait_s:g} s: the {said.kind} is in the inbox and is taken in as soon as a "
        f"worker of the {said.duty} runs; look at `tidegate status`"
    )


def hand_over(settings: Settings, said: Said) -> None:
    """The word in its inbox, on every replica; raises `KafkaAway` where Kafka does not take it."""
    try:
        post(settings, said.inbox, said.key, said.value, headers(said.kind, said.name))
    except NotTaken as error:
        raise KafkaAway(f"Kafka did not take the {said.kind} ({error}): {REMEDY}") from error
