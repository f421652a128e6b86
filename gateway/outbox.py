"""What the gateway sends: frames and dead letters, each on a page of the ledger until the brokers have it."""

import logging
from functools import partial

from confluent_kafka import KafkaError, Message, Producer

from gateway.batch import Refusal
from gateway.connection import WorldError
from gateway.gather import Cut
from gateway.lease import Lease
from gateway.ledger import Ledger, Page
from gateway.letters import Headers, Letter
from gateway.marks import HEADER, render_ranges
from gateway.metrics import DEAD, FRAMES
from streams.columns import render
from wire.batches import headers
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, DEAD_LETTERS, partition_of

logger = logging.getLogger("tidegate.gateway")

FULL_S = 0.1
"""So long a send waits for room in a full queue before it looks again."""


class Outbox:
    """Sends in order within a block. A frame that the brokers refuse is a bad world; brokers that are away are not."""

    def __init__(self, producer: Producer, lease: Lease, settings: Settings) -> None:
        self._producer = producer
        self._lease = lease
        self._inputs = settings.topic(BLOCK_INPUTS)
        self._dead = settings.topic(DEAD_LETTERS)

    @property
    def waiting(self) -> int:
        """How many messages the brokers have not acknowledged yet."""
        return len(self._producer)

    def poll(self, wait_s: float = 0) -> None:
        """Take in what the brokers say, and wait so long for it if there is nothing yet."""
        self._producer.poll(wait_s)

    def frame(self, cut: Cut, ledger: Ledger) -> None:
        """Send a frame to its block's inbox."""
        page, block, ranges = ledger.send(), cut.frame.block, render_ranges(cut.ranges)

        def delivered(error: KafkaError | None, frame: Message) -> None:
            if error is not None:
                raise WorldError(f"a frame of {block} was refused by {self._inputs}: {error.str()}")
            page.reach(frame.partition() or 0, frame.offset() or 0)
            page.acknowledge()
            FRAMES.labels(block).inc()

        marked: Headers = [*headers("frame", f"{block}/{ranges}"), (HEADER, ranges.encode())]
        key, value = block.encode(), render(cut.frame)
        where = partition_of(BLOCK_INPUTS, key)
        self._patiently(partial(self._producer.produce, self._inputs, value, key, where, delivered, headers=marked))

    def letter(self, message: Message, refusal: Refusal, ledger: Ledger) -> None:
        """Send a refused message to the dead letters."""
        DEAD.labels(refusal.reason.value).inc()
        self._send_letter(Letter.of(message, refusal), ledger.send())

    def _send_letter(self, letter: Letter, page: Page) -> None:
        def delivered(error: KafkaError | None, sent: Message) -> None:
            if error is None:
                page.acknowledge()
            elif error.code() == KafkaError.MSG_SIZE_TOO_LARGE and letter.value is not None:
                logger.error("%s does not take a letter of %d bytes: sent without them", self._dead, len(letter.value))
                self._send_letter(letter.emptied(), page)
            else:
                raise WorldError(f"a dead letter was refused by {self._dead}: {error.str()}")

        where = partition_of(DEAD_LETTERS, letter.key or b"")
        self._patiently(
            partial(
                self._producer.produce, self._dead, letter.value, letter.key, where, delivered, headers=letter.headers
            )
        )

    def _patiently(self, produce: "partial[None]") -> None:
        """Hand a message to the producer as soon as its queue has room."""
        while True:
            try:
                return produce()
            except BufferError:
                self._producer.poll(FULL_S)
                self._lease.check()
