"""One replay of a recording, as a process of its own: `python -m bench.replaying RECORDING SITE THRESHOLDS OUT`."""

import sys
from pathlib import Path

import orjson

from backtest.recordings import read
from backtest.replay import run
from bench.clock import now_s
from streams.policy import load


def main(recording: str, site: str, thresholds: str, out: str) -> None:
    """Replay, and print the seconds that it took and the number of alerts as JSON."""
    policy = load(Path(site).read_text(encoding="utf-8"), Path(thresholds).read_text(encoding="utf-8"))
    begun_s = now_s()
    summary = run(policy, read(recording), Path(out))
    took_s = now_s() - begun_s
    alerts = sum(zone["alerts"] for zone in summary["zones"].values())
    sys.stdout.write(orjson.dumps({"replay": took_s, "alerts": alerts}).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
