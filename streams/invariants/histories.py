"""Invariants 3 and 4 over two histories: the same inputs, however they came, give the same decisions to the byte."""

from collections.abc import Iterable

import orjson

from streams.invariants.violation import SAME, Message, Violation, broken, when

DECISIONS = {"zone.alerts": "zone", "barrier.commands": "barrier"}
Published = Iterable[tuple[str, Message]]


def same(one: Published, other: Published) -> list[Violation]:
    """The first difference of each zone and barrier between what two runs have published, as (topic, message).

    Only alerts and commands count; a repetition to the byte is the same message once.
    """
    left, right = by_key(one), by_key(other)
    found = []
    for topic, key in sorted({*left, *right}):
        mine, theirs = left.get((topic, key), []), right.get((topic, key), [])
        if mine == theirs:
            continue
        pairs = zip(mine, theirs, strict=False)
        place = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(mine), len(theirs)))
        first, second = (lines[place] if place < len(lines) else b"-" for lines in (mine, theirs))
        known = orjson.loads(first if first != b"-" else second)
        zh = "{thing}：两次运行在 {topic} 的第 {number} 条不同：{first}；{second}"
        en = "{thing}: two runs differ at message {number} of {topic}: {first}; {second}"
        facts = {"topic": topic, "number": place + 1, "first": first.decode(), "second": second.decode()}
        found.append(broken(SAME, key, when(known), zh, en, **facts))
    return found


def by_key(history: Published) -> dict[tuple[str, str], list[bytes]]:
    """The decisions of a history as bytes, by topic and key, each once."""
    found: dict[tuple[str, str], dict[bytes, None]] = {}
    for topic, message in history:
        if topic in DECISIONS:
            line = orjson.dumps(dict(message))
            found.setdefault((topic, str(message[DECISIONS[topic]])), {})[line] = None
    return {place: list(lines) for place, lines in found.items()}
