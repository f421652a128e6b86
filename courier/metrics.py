"""What the courier tells Prometheus; channels by their id in site.yaml, never by their address."""

from prometheus_client import Counter, Gauge, Histogram

ANSWERS = Counter("tidegate_courier_answers", "Sendings by what became of them.", ["channel", "result", "why"])
WAITING = Gauge("tidegate_courier_waiting", "Sendings that wait for a channel, or are under way.", ["channel"])
SECONDS = Histogram(
    "tidegate_courier_seconds",
    "From a sending being on Kafka to the provider's answer.",
    ["channel"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0),
)
READY = Gauge("tidegate_courier_ready", "1 while every secret of a channel is where it should be.", ["channel"])
KAFKA = Gauge("tidegate_courier_kafka_up", "1 while Kafka answers the courier.")
DEAD = Counter("tidegate_courier_dead", "Sendings that could not be read.")
