"""A short cut for large files that a program wrote: YAML that is JSON, read by the compiled JSON reader.

A site of 100,000 sensors takes half a minute to read with positions, and a second without.  Positions are needed
only where something is wrong; then the file is read again by `tree`.
"""

import json
from functools import lru_cache
from typing import Any

from streams.policy.text.tree import EMPTY_TEXTS, Items, Node, Table, Text


def quick_tree(text: str) -> Node | None:
    """The tree of a JSON object, every place being line 0; None when the text is anything else or says a key twice."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text, object_pairs_hook=_table, parse_int=_plain, parse_float=_plain, parse_constant=_plain)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Table) else None


@lru_cache(maxsize=4_096)
def _plain(written: str) -> Text:
    return Text(0, 0, written)


@lru_cache(maxsize=4_096)
def _quoted(written: str) -> Text:
    """The same text is the same object, since it has no place of its own; most of a large file repeats itself."""
    return Text(0, 0, written, plain=False)


def _node(value: Any) -> Node:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return Items(0, 0, tuple(_node(item) for item in value))
    if isinstance(value, Text | Table):
        return value
    return Text(0, 0, EMPTY_TEXTS[0] if value is None else str(value).lower())


def _table(pairs: list[tuple[str, Any]]) -> Table:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key is there twice")
    return Table(0, 0, tuple((_quoted(key), _node(value)) for key, value in pairs))
