"""`python -m deploy.kafka prepare`: download Apache Kafka and make its starts fast; `lock`: write `jars.lock` anew.

`supervise` is what `tidegate broker start` leaves running.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

from deploy.kafka import jars, supervisor
from deploy.kafka.faults import KafkaError
from deploy.kafka.prepare import prepare


def write_lock() -> None:
    """Resolve Kafka's dependencies and write `jars.lock` beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        found = jars.resolve_roots(Path(folder))
    Path(__file__).with_name("jars.lock").write_text(jars.lock_text(found), "utf-8")


def run_supervisor(asked: argparse.Namespace) -> int:
    """Hold a broker until told to stop; write `null` to the file `--tell` when it runs, or what is wrong as JSON."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")

    def tell(trouble: dict[str, str] | None) -> None:
        with os.fdopen(asked.tell, "w", encoding="utf-8") as word:
            json.dump(trouble, word)

    told = False

    def ready(_: supervisor.Found) -> None:
        nonlocal told
        told = True
        tell(None)

    try:
        supervisor.supervise(supervisor.Supervised(asked.data, asked.nodes, asked.port, asked.cache), ready)
    except KafkaError as error:
        if not told:
            tell({"fault": error.fault.name, "where": error.where, "why": error.why})
        logging.error("%s", error)
        return error.status
    return 0


def main() -> int:
    """Run one of the two; the exit status is 0, 2 or 3, as for the `tidegate` command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka", description=__doc__)
    parser.add_argument("action", choices=("prepare", "lock", "supervise"))
    parser.add_argument("--cache", type=Path, help="where downloads are kept (default: TIDEGATE_CACHE or ~/.cache)")
    parser.add_argument("--data", type=Path, help="supervise: the broker's folder")
    parser.add_argument("--nodes", type=int, default=1, help="supervise: 1 or 3")
    parser.add_argument("--port", type=int, help="supervise: the first node's port")
    parser.add_argument("--tell", type=int, help="supervise: the open file that the outcome is written to")
    asked = parser.parse_args()
    try:
        if asked.action == "supervise":
            return run_supervisor(asked)
        if asked.action == "lock":
            write_lock()
        else:
            prepare(asked.cache)
    except KafkaError as error:
        print(error, file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
