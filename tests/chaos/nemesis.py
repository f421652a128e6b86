"""What is done to a city under siege: each kind of fault as one function, and a plan of them from a seed."""

import signal
from collections.abc import Callable, Mapping
from random import Random

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from tests.chaos.doors import BROKERS, EVERYBODY, WORKERS
from tests.chaos.siege import Siege, Slot, signalled
from tests.journey.processes import until

MOST_WORKERS = 3
SLOW_SHARE = 0.15
Act = Callable[[Siege], None]


def any_slot(siege: Siege) -> Slot:
    """A worker that the seed chooses; those of the zones twice as often as others."""
    return siege.random.choice([*siege.slots, *siege.of("zones")])


def any_node(siege: Siege) -> int:
    """A broker that the seed chooses."""
    return siege.random.randrange(1, siege.kafka.nodes + 1)


def kill_worker(siege: Siege, duty: str = "") -> None:
    """kill -9 of a worker (of a duty, if one is named), at a moment that nobody chose."""
    slot = siege.random.choice(siege.of(duty)) if duty else any_slot(siege)
    pid = slot.pid()
    with siege.fault("worker killed", slot):
        signalled(pid, signal.SIGKILL)


def kill_worker_twice(siege: Siege) -> None:
    """kill -9 of a worker, and of the one that takes its place, while that still starts or restores."""
    slot = any_slot(siege)
    pid = slot.pid()
    with siege.fault("worker killed, and its successor while it starts", slot):
        signalled(pid, signal.SIGKILL)
        successor = slot.pid(gone=pid)
        siege.hold(0.0, 3.0)
        signalled(successor, signal.SIGKILL)


def kill_all_workers(siege: Siege) -> None:
    """kill -9 of every worker at once, as when a machine loses its power."""
    pids = [slot.pid() for slot in siege.slots]
    with siege.fault("all workers killed", "all"):
        for pid in pids:
            signalled(pid, signal.SIGKILL)


def stop_worker(siege: Siege) -> None:
    """SIGTERM to a worker, whose supervisor starts it again."""
    slot = any_slot(siege)
    pid = slot.pid()
    with siege.fault("worker stopped", slot):
        signalled(pid, signal.SIGTERM)
        slot.pid(gone=pid)


def pause_worker(siege: Siege) -> None:
    """SIGSTOP beyond the session, then SIGCONT: a zombie that still believes in its partitions."""
    slot = any_slot(siege)
    pid = slot.pid()
    with siege.fault("worker frozen beyond its session", slot):
        signalled(pid, signal.SIGSTOP)
        siege.hold(siege.session_s + 0.5, siege.session_s + 3.0)
        signalled(pid, signal.SIGCONT)


def join_worker(siege: Siege) -> None:
    """One more worker of the zones, or one less where there are enough."""
    slots = siege.of("zones")
    if len(slots) >= MOST_WORKERS or (len(slots) > 1 and siege.random.random() < 0.5):
        slot = slots[-1]
        with siege.fault("worker leaves", slot):
            siege.leave(slot)
        return
    number = min(set(range(MOST_WORKERS)) - {slot.number for slot in slots})
    with siege.fault("worker joins", f"zones {number}"):
        siege.join("zones", number).pid()


def kill_broker(siege: Siege, node: int = 0, kind: str = "broker killed") -> None:
    """kill -9 of a broker, which is started again some seconds later."""
    node = node or any_node(siege)
    with siege.fault(kind, f"broker {node}"):
        siege.kafka.kill(node)
        siege.hold(0.5, 4.0)
        siege.restart(node)


def kill_controller(siege: Siege) -> None:
    """kill -9 of the broker that leads the controllers."""
    kill_broker(siege, leader(siege), "controller killed")


def pause_broker(siege: Siege) -> None:
    """SIGSTOP of a broker for some seconds: its connections stand, and nothing answers."""
    node = any_node(siege)
    with siege.fault("broker frozen", f"broker {node}"):
        siege.kafka.send_signal(node, signal.SIGSTOP)
        siege.hold(4.0, 9.0)
        siege.kafka.send_signal(node, signal.SIGCONT)


def slow_broker(siege: Siege) -> None:
    """A broker that gets a small share of its time, as on a disk that is far too slow."""
    node = any_node(siege)
    with siege.fault("broker slow", f"broker {node}"):
        for _ in range(siege.random.randrange(15, 30)):
            siege.kafka.send_signal(node, signal.SIGSTOP)
            siege.hold(0.2, 0.4)
            siege.kafka.send_signal(node, signal.SIGCONT)
            siege.hold(0.3 * SLOW_SHARE, 0.3 * SLOW_SHARE)


def fill_disk(siege: Siege) -> None:
    """A broker's disk runs full: it gives up; there is room again, and it is started again."""
    node = any_node(siege)
    with siege.fault("disk full", f"broker {node}"):
        siege.kafka.fill(node)
        until(lambda: node in siege.kafka.failures(), f"the end of broker {node}, whose disk is full")
        siege.kafka.empty(node)
        siege.restart(node)


def cut_workers(siege: Siege) -> None:
    """Workers do not reach one broker."""
    cut(siege, any_node(siege), WORKERS)


def cut_brokers(siege: Siege) -> None:
    """The other brokers cannot copy from one."""
    cut(siege, any_node(siege), BROKERS)


def cut_everybody(siege: Siege) -> None:
    """Nobody reaches one broker."""
    cut(siege, any_node(siege), *EVERYBODY)


def cut(siege: Siege, node: int, *who: str) -> None:
    """Cut the net before a broker for a while."""
    words = "everybody" if set(who) == set(EVERYBODY) else ", ".join(who)
    with siege.fault(f"net cut for {words}", f"broker {node}"):
        siege.kafka.doors.cut(node, *who)
        siege.hold(3.0, siege.session_s + 4.0)
        siege.kafka.doors.mend()


def leader(siege: Siege) -> int:
    """The broker that leads the controllers; 1 where nobody says."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=siege.kafka.bootstrap.split(","), request_timeout_ms=5_000)
    except KafkaError:
        return 1
    try:
        topics = admin.describe_metadata_quorum()["topics"]
        return int(topics[0]["partitions"][0]["leader_id"])
    except (KafkaError, LookupError, TypeError):
        return 1
    finally:
        admin.close()


BROKER_KILLS = (kill_broker, kill_broker, kill_controller)
OTHERS: Mapping[str, Act] = {
    "twice": kill_worker_twice, "all": kill_all_workers, "stop": stop_worker, "freeze": pause_worker,
    "join": join_worker, "freeze-broker": pause_broker, "slow": slow_broker, "disk": fill_disk,
    "cut-workers": cut_workers, "cut-brokers": cut_brokers, "cut": cut_everybody,
}  # fmt: skip
"""Every other kind by its word."""


def plan(random: Random, workers: int, brokers: int, others: int, nodes: int, small: bool) -> list[Act]:
    """So many kills of each and of other faults, mixed by the seed; what this cluster has no place for is left out."""
    fit = [act for word, act in OTHERS.items() if (small or word != "disk") and (nodes > 1 or word != "cut-brokers")]
    acts: list[Act] = [kill_worker] * workers
    acts += [BROKER_KILLS[number % len(BROKER_KILLS)] for number in range(brokers)]
    acts += [fit[number % len(fit)] for number in range(others)]
    random.shuffle(acts)
    return acts
