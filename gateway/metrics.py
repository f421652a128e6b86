"""What the gateway tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

READINGS = Counter("tidegate_gateway_readings", "Single readings taken from sensor.readings.")
FRAMES = Counter("tidegate_gateway_frames", "Frames that the brokers have acknowledged.", ["block"])
DEAD = Counter("tidegate_gateway_dead", "Single readings refused, by reason.", ["reason"])
LAG = Gauge("tidegate_gateway_lag", "Readings of a partition that are not committed yet.", ["partition"])
GATHERED = Histogram(
    "tidegate_gateway_gathered_seconds",
    "How long the oldest reading of a round waited for its frame.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0, 5.0),
)
