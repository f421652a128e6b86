"""The life of a gateway process, from its first look at Kafka to its exit code."""

import os
import signal
import sys
import threading
from enum import IntEnum
from typing import NoReturn

from confluent_kafka import KafkaException
from prometheus_client import start_http_server

from gateway.connection import WorldError, check
from gateway.door import Door
from gateway.lease import FrozenError
from gateway.roster import Roster
from streams.policy import Site
from wire.settings import Settings

STOP_S = 10.0
"""A stop that takes longer is ended; what is not committed then is found in the frames by whoever goes on."""


class Exit(IntEnum):
    """Why a gateway ended by itself; it is to be started again at once, under the same slot."""

    WORLD = 70
    LEASE = 72
    STOP = 73


def serve(settings: Settings, site: Site) -> None:
    """Take single readings in until SIGTERM or SIGINT, then stop cleanly within 10 s.

    Raises BrokerAway or UnfitError when Kafka or a topic is not there at the start, OSError when the metrics' port is
    taken. Later troubles that waiting does not mend end the process with an `Exit` and a sentence on standard error.
    """
    check(settings)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
    door = Door(settings, Roster.of(site))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop(door))
    try:
        door.run()
    except (WorldError, KafkaException) as error:
        leave(Exit.WORLD, str(error))
    except FrozenError as error:
        leave(Exit.LEASE, str(error))


def _stop(door: Door) -> None:
    door.stop()
    late = threading.Timer(STOP_S, leave, (Exit.STOP, f"the stop took more than {STOP_S:.0f} s"))
    late.daemon = True
    late.start()


def leave(code: Exit, why: str) -> NoReturn:
    """End this process now: closing clients tidily could still send what must not be sent."""
    print(f"tidegate gateway: exit {code.value}: {why}", file=sys.stderr, flush=True)
    os._exit(code.value)
