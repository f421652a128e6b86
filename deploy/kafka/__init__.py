"""Real Apache Kafka for the demo, the tests and the benches, with neither Java nor Docker on the machine.

with Kafka(Path("data")) as kafka:
    ...  # clients connect to kafka.bootstrap
"""

from deploy.kafka.cluster import Kafka, State, Status
from deploy.kafka.faults import Fault, KafkaError
from deploy.kafka.jars import default_cache
from deploy.kafka.prepare import prepare

__all__ = ["Fault", "Kafka", "KafkaError", "State", "Status", "default_cache", "prepare"]
