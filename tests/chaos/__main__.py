"""`python -m tests.chaos`: the whole siege, a table of it, and a picture; `make chaos` calls it."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from deploy.kafka import KafkaError
from tests.chaos.report import table, write
from tests.chaos.run import Wish, run


def main() -> int:
    """Run; status 1 if anything is missing, spurious, doubled, out of order or wrongly remembered."""
    given = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    given.add_argument("--seed", type=int, help="the plan and the evening; without it a new one, which is printed")
    given.add_argument("--brokers", type=int, default=3, choices=(1, 3))
    given.add_argument("--worker-kills", type=int, default=Wish.workers)
    given.add_argument("--broker-kills", type=int, default=Wish.brokers)
    given.add_argument("--others", type=int, default=Wish.others, help="freezes, cuts, full disks, joins, leaves, …")
    given.add_argument("--speed", type=float, default=Wish.speed, help="seconds of the recording in one second")
    given.add_argument("--within", type=float, default=Wish.within_s, help="seconds after which no fault is begun")
    given.add_argument("--out", type=Path, default=Path("chaos"), help="folder of the table, the JSON and the picture")
    chosen = given.parse_args()
    seed = chosen.seed if chosen.seed is not None else int.from_bytes(os.urandom(3), "big")
    wish = Wish(
        seed, chosen.brokers, chosen.worker_kills, chosen.broker_kills, chosen.others, chosen.speed,
        within_s=chosen.within,
    )  # fmt: skip
    say(f"seed {seed}: again with --seed {seed}")
    with tempfile.TemporaryDirectory(prefix="tidegate-chaos-") as folder:
        try:
            result = run(Path(folder), wish, say)
        except (AssertionError, KafkaError) as error:
            say(f"seed {seed}: {error}")
            return 1
    for path in write(result, chosen.out):
        say(f"written: {path}")
    print(table(result), end="")
    return 0 if result.right else 1


def say(line: str) -> None:
    """Progress, beside the table."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
