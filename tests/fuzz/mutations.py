"""Good messages made bad: bytes changed, and values, types, keys and their order changed inside the JSON."""

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

USUAL = 100
"""The examples of hypothesis' own default; the profile `deep` (conftest.py) has fifty times as many."""


def examples(few: int) -> settings:
    """So many examples in the suite, and as many times more as the profile asks for."""
    usual = settings.default
    return settings(deadline=None, max_examples=max(1, few * (usual.max_examples if usual else USUAL) // USUAL))


NUMBERS = st.sampled_from([
    0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, -(2**63), 1e18, 1e306, 0.5, -0.0,
    float("inf"), float("nan"), 253_402_300_799_999, 253_402_300_800_000,
])  # fmt: skip
TEXTS = st.sampled_from([
    "", " ", "\0", "\t", "a" * 3_000, "音乐", "\ud800", "normal", "I", "2026-01-01T00:00:00",
    "2026-13-01T00:00:00.000Z", "0001-01-01T00:00:00+23:59", "٢٠٢٦-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
    "1969-01-01T00:00:00.000Z", "{}",
])  # fmt: skip
VALUES = st.one_of(
    NUMBERS, TEXTS, st.none(), st.booleans(), st.just([]), st.just({}), st.integers(), st.floats(), st.text(max_size=4)
)


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is a value inside of a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, below in pairs for path in ((*above, key), *paths(below, (*above, key)))]


@st.composite
def altered(draw: st.DrawFn, good: list[dict[str, Any]]) -> bytes:
    """A good message of which some values, keys or their order are changed, as JSON that may not be quite JSON."""
    message = json.loads(json.dumps(draw(st.sampled_from(good))))
    for _ in range(draw(st.integers(1, 3))):
        found = paths(message)
        if not found:
            break
        *above, last = draw(st.sampled_from(found))
        place: Any = message
        for key in above:
            place = place[key]
        what = draw(st.integers(0, 9))
        if what == 0:
            del place[last]
        elif what == 1 and isinstance(place, dict):
            place[draw(st.sampled_from(["kind", "at", "zone", "more", "", "音"]))] = draw(VALUES)
        elif what == 2 and isinstance(place, list):
            place.append(draw(VALUES))
        else:
            place[last] = draw(VALUES)
    if draw(st.booleans()):
        message = dict(draw(st.permutations(list(message.items()))))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    return json.dumps(message, separators=separators, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def broken(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """Good bytes that were cut, doubled, changed or added to."""
    value = bytearray(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(value)))
        end = min(len(value), begin + draw(st.integers(0, 6)))
        what = draw(st.integers(0, 4))
        if what == 0:
            del value[begin:end]
        elif what == 1:
            value[begin:end] = draw(st.binary(max_size=6))
        elif what == 2:
            value[begin:begin] = value[begin : end + 20]
        elif what == 3:
            value[begin:end] = draw(
                st.sampled_from([b'"', b"{", b"[", b"]}", b",", b"null", b"-", b"9" * 20, b"\\u0000"])
            )
        else:
            del value[begin:]
    return bytes(value)


def mutated(good: list[dict[str, Any]]) -> st.SearchStrategy[bytes]:
    """Both, of messages."""
    return st.one_of(altered(good), broken([json.dumps(each).encode() for each in good]))
