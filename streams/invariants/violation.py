"""The eight invariants by name, and what is said when one of them is broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streams.schemas import instant, milliseconds

LOWERED, LIFTED, HIDDEN, SAME, CROWDS, SEQUENCES, ENDS, APART = NAMES = (
    "lowered_with_proof",
    "lifted_with_proof",
    "nothing_hidden",
    "same_decisions",
    "crowds_alerted",
    "sequences_rise",
    "ends_delivered",
    "replay_apart",
)
"""In the order of design §9: the first is its point 1."""

SENTENCES: dict[str, tuple[str, str]] = {
    LOWERED: (
        "没有充分依据不降级：整个等待时段内数据可信、上限低于解除值。",
        "No level is lowered unless quality was good and the upper bound below clear through the whole wait.",
    ),
    LIFTED: (
        "没有充分依据不撤除：所服务的每个区域都低于等级、数据可信、已过等待时段。",
        "No lift is commanded while a zone served is at its level, blind, silent or not through its hold.",
    ),
    HIDDEN: (
        "修订、重启、搁置等都不会降级，也不会掩盖任何升级。",
        "A revision, a restart or a shelf lowers nothing and hides no rise.",
    ),
    SAME: ("同样的输入得出同样的决定，逐字节一致。", "The same inputs give the same decisions, byte for byte."),
    CROWDS: ("真实人数长时间超过等级，必有警报。", "A true crowd above a level for long enough is alerted."),
    SEQUENCES: (
        "序号严格递增，每条警报写明修订号、原因和依据。",
        "Sequences strictly increase, and every alert names its revision, reason and evidence.",
    ),
    ENDS: (
        "送达的每次升级恰有一次送达的结束；一个渠道失败不拖累其他渠道。",
        "Every delivered raise gets exactly one delivered end, and a channel that fails delays no other.",
    ),
    APART: ("回放不会触及任何真实渠道。", "A replay cannot reach a production channel."),
}
"""Each invariant in a sentence, zh and en."""

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that a history breaks.

    invariant: one of NAMES; thing: the zone, barrier or office; at: epoch ms, or None where there is no one instant;
    said: a sentence with the evidence, in English; zh: the same in Chinese.
    """

    invariant: str
    thing: str
    at: int | None
    said: str
    zh: str


def broken(invariant: str, thing: str, at: int | None, zh: str, en: str, /, **facts: object) -> Violation:
    """A violation with its evidence filled into both sentences; instants (keys that end in `at`) are written out."""
    told = {name: shown(value) if name.endswith("at") else value for name, value in facts.items()} | {"thing": thing}
    return Violation(invariant, thing, at, en.format(**told), zh.format(**told))


def shown(at: object) -> object:
    """An instant as a person reads it; anything else as it is."""
    return instant(at) if isinstance(at, int) and at > 0 else at


def when(message: Message) -> int:
    """The instant of a message in epoch ms, however it is written."""
    at = message["at"]
    return at if isinstance(at, int) else milliseconds(at)
