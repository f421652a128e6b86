"""A worker process for the tests: `python -m tests.agents.durable.worker BINDING OPTIONS-AS-JSON`."""

import asyncio
import json
import logging
import sys
from typing import Any

from agents.durable import Limits, Log, Options, Patience, run
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

    def aside(self, partition: int, rows: int) -> None:
        """Nothing."""


def slow_down(step: str, by_s: float) -> None:
    """Make every durable step (`send`) or restore (`load`) longer, so that what happens meanwhile can happen."""
    quick = getattr(Log, step)

    async def slow(self: Log, what: Any) -> Any:
        answer = await quick(self, what)
        await asyncio.sleep(by_s)
        return answer

    setattr(Log, step, slow)


def main(binding: Any, text: str) -> None:
    given = json.loads(text)
    options = Options(
        **given["options"],
        limits=Limits(**given.get("limits", {})),
        patience=Patience(**given.get("patience", {})),
    )
    if given.get("slow_s"):
        slow_down("send", given["slow_s"])
    if given.get("slow_load_s"):
        slow_down("load", given["slow_load_s"])
    level = logging.INFO if given.get("verbose") else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    run(options, Counting(options.outputs[0], pad=given.get("pad", 0)), binding, observer=Measure())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
