"""The deciding code alone: readings a second through `streams.block.advance`, on one core."""

from bench.clock import now_s, own_cpu_s
from bench.report import JSON, Figure, Figures
from bench.venue import Venue
from streams.block import advance
from streams.columns import parse, render
from streams.memory import begin

READINGS, ZONES = 5_000, 50
FRAMES = 400


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """Frames of 5,000 readings over 50 zones, each of one second, decided in steps of a second and of a minute."""
    frames = max(2, round(FRAMES * size))
    figures: Figures = {}
    facts: JSON = {"readings": frames * READINGS, "zones": ZONES, "frame_ms": 1000}
    for step in ("1s", "1min"):
        venue = Venue(1, ZONES, READINGS, step=step, window_s=60)
        policy = venue.policy
        given = [frame for number in range(frames) for frame in venue.frames(number)]
        wall = figures[f"step_{step}"] = Figure("readings/s", least=20_000_000)
        cpu = figures[f"step_{step}_cpu"] = Figure("readings/CPU-s")
        for _ in range(runs + 1):
            state = begin(policy, venue.names[0])
            wall_s, cpu_s = now_s(), own_cpu_s()
            said = sum(len(advance(state, frame, policy).changes) for frame in given)
            wall.values.append(frames * READINGS / (now_s() - wall_s))
            cpu.values.append(frames * READINGS / (own_cpu_s() - cpu_s))
            facts[f"step_{step}_changes"] = said
        # The first time through, the compiled code is fetched from the disk.
        del wall.values[0], cpu.values[0]
    values = [render(frame) for number in range(frames) for frame in venue.frames(number)]
    bytes_each = sum(map(len, values)) / len(values)
    decode = figures["decode"] = Figure("readings/CPU-s")
    for _ in range(runs):
        cpu_s = own_cpu_s()
        for value in values:
            parse(value)
        decode.values.append(frames * READINGS / (own_cpu_s() - cpu_s))
    facts["frame_bytes"] = round(bytes_each)
    return figures, facts
