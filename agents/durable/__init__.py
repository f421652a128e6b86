"""The durable shell: carries decisions over Kafka so that no crash, freeze or rebalance loses or invents one."""

from agents.durable.binding import Binding
from agents.durable.check import PINS, Facts, check_topics, check_versions, describe_topics
from agents.durable.clock import SYSTEM, Clock
from agents.durable.core import Shell
from agents.durable.duty import BadData, Duty, Header, Output, Row, Where
from agents.durable.exits import LEASE, STOP, STUCK, WORLD, Exit, WorldError
from agents.durable.lease import Lease
from agents.durable.log import Log
from agents.durable.observer import Observer, Quiet
from agents.durable.options import Limits, Options, Patience
from agents.durable.process import run
from agents.durable.watchdog import Vigil, Watchdog

__all__ = [
    "LEASE",
    "PINS",
    "STOP",
    "STUCK",
    "SYSTEM",
    "WORLD",
    "BadData",
    "Binding",
    "Clock",
    "Duty",
    "Exit",
    "Facts",
    "Header",
    "Lease",
    "Limits",
    "Log",
    "Observer",
    "Options",
    "Output",
    "Patience",
    "Quiet",
    "Row",
    "Shell",
    "Vigil",
    "Watchdog",
    "Where",
    "WorldError",
    "check_topics",
    "check_versions",
    "describe_topics",
    "run",
]
