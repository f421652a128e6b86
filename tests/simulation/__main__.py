"""`python -m tests.simulation --seeds N --from S`: evenings by the thousand; the first that fails is told in words."""

import argparse
import gc
import sys
import time

from tests.simulation.checking import faults
from tests.simulation.history import history
from tests.simulation.shrinking import shortest, told

GARBAGE_EVERY = 20


def main() -> int:
    """Live through the evenings; the exit status says whether one of them failed (1) or none (0)."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many evenings")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--all", action="store_true", help="go on after one that fails")
    asked = parser.parse_args()
    faults(history(asked.first))
    # The collector would look through the compiled kernel again and again.
    gc.collect()
    gc.freeze()
    gc.disable()
    begun_s, failed = time.process_time(), 0
    for number in range(asked.seeds):
        seed = asked.first + number
        if faults(history(seed)):
            failed += 1
            print(told(*shortest(history(seed), faults)), flush=True)
            if not asked.all:
                break
        if number % GARBAGE_EVERY == 0:
            gc.collect()
    spent_s = time.process_time() - begun_s
    print(
        f"{number + 1} evenings from seed {asked.first}, {failed} failed, {(number + 1) / spent_s:.1f} a second of CPU"
    )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
