"""`tidegate status`: what runs, how far behind it is, and how the zones and barriers stand."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from tidegate.console_output import FOUND, SERVICE_AWAY, emit, fail, options
from tidegate.live import clock
from tidegate.live.listening import Listener
from tidegate.live.sending import KafkaAway
from tidegate.live.services import BEHIND_S, State, services, shown
from wire.settings import Settings
from wire.topics import BARRIER_STATES, SENSOR_ALERTS, ZONE_STATES

ZONE_KEYS = ("at", "people", "lower", "upper", "rolling", "density", "level", "quality", "since", "clearing_s")

Kafka = Annotated[
    str | None, typer.Option("--kafka", help="Kafka's address, HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA.")
]


def status(kafka: Kafka = None) -> None:
    """Say what runs and how the zones and barriers stand; exit status 1 when the picture is not live.

    Live means: Ticks come in, and every duty has a worker that keeps up.

    Examples:

        tidegate status

        tidegate status --json --kafka 127.0.0.1:9092
    """
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
    try:
        picture = look(settings, clock.wall_ms())
    except KafkaAway as error:
        fail(SERVICE_AWAY, str(error))
    if options.json:
        emit(picture, True)
    else:
        show(picture)
    if not picture["live"]:
        raise typer.Exit(FOUND)


def look(settings: Settings, now: int) -> dict[str, Any]:
    """The whole picture as of the instant `now` (ms); raises `KafkaAway`."""
    found = services(settings, now)
    zones: dict[str, dict[str, Any]] = {}
    barriers: dict[str, str] = {}
    violations: dict[str, dict[str, Any]] = {}
    revision = None
    with Listener(settings, ZONE_STATES, BARRIER_STATES, SENSOR_ALERTS, from_start=True) as listener:
        for heard in listener.hear_all():
            value = heard.value
            if not isinstance(value, dict):
                continue
            if heard.topic == ZONE_STATES:
                zones[value["zone"]] = {key: value.get(key) for key in ZONE_KEYS}
                revision = value["revision"]
            elif heard.topic == SENSOR_ALERTS:
                violations |= {value["id"]: value} if "invariant" in value else {}
            else:
                barriers[value["barrier"]] = value["state"]
    lag_s = max(service.lag_s for service in found.values())
    return {
        "live": bool(zones) and lag_s <= BEHIND_S and all(each.state is State.RUNNING for each in found.values()),
        "lag_s": lag_s,
        "zones": dict(sorted(zones.items())),
        "levels": {zone: state["level"] for zone, state in sorted(zones.items())},
        "barriers": dict(sorted(barriers.items())),
        "revision": revision,
        "violations": [
            {key: told[key] for key in ("invariant", "thing", "at", "text")} for told in violations.values()
        ],
        "services": {name: shown(service) for name, service in found.items()},
    }


def show(picture: dict[str, Any]) -> None:
    """The picture for people."""
    console = Console()
    console.print("live" if picture["live"] else "NOT LIVE", f"· {picture['lag_s']:.1f} s behind", end=" ")
    console.print(f"· revision {picture['revision'] or 'unknown'}", highlight=False)
    parts = Table("part", "state", "since", box=None)
    for name, service in picture["services"].items():
        parts.add_row(name, State[service["state"].upper()].value, service["since"] or "")
    places = Table("zone", "level", "people", "band", "data", "as of", box=None)
    for name, zone in picture["zones"].items():
        band = f"{zone['lower']:,.0f} to {zone['upper']:,.0f}"
        places.add_row(name, zone["level"], f"{zone['people']:,.0f}", band, zone["quality"], zone["at"])
    console.print(parts)
    console.print(places)
    for barrier, state in picture["barriers"].items():
        console.print(f"{barrier}: {state.replace('_', ' ')}", highlight=False)
    for told in picture["violations"]:
        console.print(f"INVARIANT BROKEN: {told['invariant']}: {told['text'][options.lang]}", highlight=False)


def register(app: typer.Typer) -> None:
    """Add `status` to the command line."""
    app.command("status")(status)
