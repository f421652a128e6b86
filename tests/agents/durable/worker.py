"""A worker process for the tests: `python -m tests.agents.durable.worker BINDING OPTIONS-AS-JSON`."""

import asyncio
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from agents.durable import Limits, Log, Options, Output, Patience, run
from tests.agents.durable.counting import Counting


class Measure:
    """Prints, now and then, how many events are durable."""

    def __init__(self) -> None:
        self.frames = 0

    def decided(self, n_outputs: int, seconds: float) -> None:
        """Nothing."""

    def group(self, frames: int, seconds: float) -> None:
        self.frames += frames

    def dead(self, reason: str) -> None:
        """Nothing."""

    def lag(self, partition: int, records: int) -> None:
        """Nothing."""


def slowed(by_s: float) -> None:
    """Make every durable step longer, so that a kill falls between two steps of a group."""
    send = Log.send

    async def slow(self: Log, batches: Mapping[tuple[str, int], Sequence[Output]]) -> None:
        await send(self, batches)
        await asyncio.sleep(by_s)

    Log.send = slow  # type: ignore[method-assign]


def main(binding: Any, text: str) -> None:
    given = json.loads(text)
    options = Options(
        **given["options"],
        limits=Limits(**given.get("limits", {})),
        patience=Patience(**given.get("patience", {})),
    )
    if given.get("slow_s"):
        slowed(given["slow_s"])
    level = logging.INFO if given.get("verbose") else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    run(options, Counting(options.outputs[0], pad=given.get("pad", 0)), binding, observer=Measure())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
