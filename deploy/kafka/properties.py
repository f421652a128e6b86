"""The server properties of one node of the embedded Kafka."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.kafka.ports import LOOPBACK

LARGEST_RECORD_BYTES = 16 * 1024 * 1024  # a frame of 10 MB must arrive whole, so that it can become a dead letter


def node_properties(
    number: int, clients: Sequence[int], controllers: Sequence[int], config: Mapping[str, str]
) -> dict[str, str]:
    """Settings of node `number` (1..n); the nodes listen on the ports `clients` and `controllers`.

    One node keeps one copy; three keep three and acknowledge at two. Small internal topics and few threads keep a start
    short, and so does a short session: a start after kill -9 waits until the broker's former one has run out (default
    9 s). `config` goes over all of it.
    """
    nodes = len(clients)
    copies = str(min(3, nodes))
    in_sync = str(max(1, min(3, nodes) - 1))
    quorum = ",".join(f"{i}@{LOOPBACK}:{port}" for i, port in enumerate(controllers, 1))
    client = f"CLIENT://{LOOPBACK}:{clients[number - 1]}"
    return {
        "process.roles": "broker,controller",
        "node.id": str(number),
        "controller.quorum.voters": quorum,
        "listeners": f"{client},CONTROLLER://{LOOPBACK}:{controllers[number - 1]}",
        "advertised.listeners": client,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT",
        "log.dirs": f"n{number}",
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "message.max.bytes": str(LARGEST_RECORD_BYTES),
        "replica.fetch.max.bytes": str(LARGEST_RECORD_BYTES),
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "broker.session.timeout.ms": "2000" if nodes == 1 else "3000",
        "broker.heartbeat.interval.ms": "400" if nodes == 1 else "500",
        "controlled.shutdown.enable": "true",
        "num.network.threads": "1",
        "num.io.threads": "2",
        "num.replica.fetchers": "1",
        "num.recovery.threads.per.data.dir": "1",
        "background.threads": "2",
        "log.cleaner.threads": "1",
        "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
        **config,
    }


def rendered(properties: Mapping[str, str]) -> str:
    """The text of a properties file; whatever is not plain ASCII is written as Java's escapes."""
    return "".join(f"{_escaped(name)}={_escaped(value)}\n" for name, value in properties.items())


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace("\n", "\\n")
    units = plain.encode("utf-16-be")
    pairs = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(u) if u < 128 else f"\\u{u:04x}" for u in pairs)
