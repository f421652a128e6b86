"""`python -m tests.exhaustive [--depth N] [--machine NAME]`: the small worlds, further than the suite has time for."""

import argparse
import sys

from tests.exhaustive.exploring import explore
from tests.exhaustive.worlds import WORLDS


def main() -> int:
    """Explore, print what was found and the shortest history of each broken rule; 1 if there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.exhaustive", description=__doc__)
    parser.add_argument("--depth", type=int, help="events from the beginning; without it to the end, which may be far")
    parser.add_argument("--machine", choices=sorted({world.machine for world in WORLDS}))
    asked = parser.parse_args()
    broken = 0
    for world in WORLDS:
        if asked.machine in (None, world.machine):
            seen = explore(world.domain, asked.depth)
            print(f"{world.machine} ({world.has}): {seen}", flush=True)
            for rule, history in seen.broken.items():
                print("  broken:", rule, *history, sep="\n    ", flush=True)
            broken += len(seen.broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
