"""What the shell holds in memory: the partitions it owns, and the group of events that is being collected."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Generic

from agents.durable.duty import BadData, Header, Output, Row, Where

LETTER_BYTES = 95 << 20
"""What fits into one record of the dead letters (96 MiB), with the reasons beside it."""
MESSAGE_CHARACTERS = 1_000
"""So much of a sentence is told: it may quote a key, which has no bound."""


class Slot(Generic[Row]):
    """A state row with its fence: the offset of the last event that was applied to it.

    `offset` is where its newest record lies in the memory, or shortly before that; -1 if there is none yet.
    """

    __slots__ = ("fence", "offset", "row")

    def __init__(self, fence: int, row: Row, offset: int = -1) -> None:
        self.fence = fence
        self.row = row
        self.offset = offset


class Aside(Slot[bytes]):
    """A row as bytes, of a key that the duty does not know at present."""

    __slots__ = ()


class Part(Generic[Row]):
    """An adopted partition: its rows, `next` to be decided, and `done`, the first that is not yet durable.

    `strange` are the rows of keys that the duty does not know, such as a block that was taken out of site.yaml; they
    are kept, so that it has its state again if it comes back. `oldest` and `newest` bound the offsets at which its
    rows lie in the memory; `looked_s` is when that was looked up, `saved_s` when its rows were last frozen.
    """

    __slots__ = ("done", "looked_s", "newest", "next", "oldest", "rows", "saved_s", "strange")

    def __init__(self, following: int) -> None:
        self.rows: dict[bytes, Slot[Row]] = {}
        self.strange: dict[bytes, Aside] = {}
        self.next = following
        self.done = following
        self.oldest = self.newest = 0
        self.looked_s = self.saved_s = float("-inf")

    def slots(self) -> Iterator[tuple[bytes, Slot[Any]]]:
        """Every row by its key, those put aside too."""
        return chain(self.rows.items(), self.strange.items())


class Group(Generic[Row]):
    """Events whose outputs leave together: outputs by topic and partition, changed rows by partition."""

    __slots__ = ("dirty", "frames", "outputs", "parts", "size")

    def __init__(self) -> None:
        self.frames = 0
        self.size = 0
        self.outputs: defaultdict[tuple[str, int], list[Output]] = defaultdict(list)
        self.dirty: defaultdict[int, dict[bytes, Slot[Row]]] = defaultdict(dict)
        self.parts: dict[int, Part[Row]] = {}

    def publish(self, outputs: Sequence[Output]) -> None:
        """Put outputs at the end of their topic and partition."""
        for output in outputs:
            self.outputs[output[0], output[1]].append(output)
            if output[3] is not None:
                self.size += len(output[3])


def letter(
    bad: BadData,
    dead: tuple[str, int],
    inputs: str,
    where: Where,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[Header],
) -> Output:
    """The dead letter of an event: its own key, bytes and headers, and why it was refused, in Kafka Connect's words.

    What is larger than a letter may be (a message that was small only while it was compressed) is left out, and the
    letter says how many bytes that were: a letter that no broker takes would stop the inbox for good.
    """
    reasons = (
        ("__connect.errors.topic", inputs),
        ("__connect.errors.partition", str(where.partition)),
        ("__connect.errors.offset", str(where.offset)),
        ("__connect.errors.stage", bad.stage),
        ("__connect.errors.exception.message", bad.message[:MESSAGE_CHARACTERS]),
        ("tidegate.reason", bad.reason),
    )
    told = tuple((name, text.encode()) for name, text in reasons)
    size = len(key or b"") + len(value or b"") + sum(len(name) + len(text or b"") for name, text in headers)
    if size > LETTER_BYTES:
        return Output(*dead, None, None, (*told, ("tidegate.left_out", str(size).encode())))
    return Output(*dead, key, value, (*headers, *told))
