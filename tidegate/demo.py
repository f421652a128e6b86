"""`tidegate demo`: everything on this machine, with a simulated evening at the lakeside."""

from __future__ import annotations

import os
import signal
import sys
import webbrowser
from collections.abc import Callable
from typing import Annotated

import typer

from deploy.kafka import KafkaError
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options
from tidegate.live.children import ChildEnded
from tidegate.live.clock import seconds
from tidegate.live.evening import MINUTES
from tidegate.live.sending import KafkaAway
from tidegate.live.show import Show, connected, in_words
from tidegate.live.stage import Busy, Stage
from tidegate.policies import read_policy
from wire.settings import Settings

INTERRUPTED = 130
WATCHED_SPEED = 10.0
UNWATCHED_SPEED = 60.0

Headless = Annotated[bool, typer.Option("--headless", help="No page: play one evening, say what happened, and end.")]
Speed = Annotated[
    float | None,
    typer.Option(
        "--speed", min=0, help="Seconds of the evening in one second: 10, or 60 if headless; 0: as fast as it goes."
    ),
]
Minutes = Annotated[int, typer.Option("--minutes", min=1, max=1_440, help="Length of the evening, from 18:00 on.")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port of the page; 0: any free one.")]
Surge = Annotated[bool, typer.Option("--surge", help="A crowded holiday: so many come that level I is reached.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same number makes the same evening.")]


def demo(
    headless: Headless = False,
    speed: Speed = None,
    minutes: Minutes = MINUTES,
    port: Port = None,
    surge: Surge = False,
    seed: Seed = 1,
) -> None:
    """Run everything on this machine: Kafka, a worker, the live page, and a simulated evening at the lakeside.

    People gather for the show at 19:30 and leave together at 19:50; one gate counts too many, one camera dies for 20
    minutes; barriers go up and come down. Evening follows evening until Ctrl-C; twice Ctrl-C ends it at once.

    Examples:

        tidegate demo

        tidegate demo --speed 30 --surge

        tidegate demo --headless --speed 60 --json
    """
    settings = Settings()
    policy = read_policy(settings.site, settings.thresholds)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    say = sayer()
    speed = speed if speed is not None else UNWATCHED_SPEED if headless else WATCHED_SPEED
    show = Show(policy.site, speed, minutes, surge, seed, say, endless=not headless)
    try:
        with Stage(settings, settings.datadir / "demo", port, not headless, say) as stage:
            if headless:
                one_evening(show, stage)
            else:
                evenings(show, stage)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED if headless else 0) from None
    except Busy as error:
        fail(BAD_INPUT, str(error))
    except KafkaError as error:
        fail(error.status, error.said(options.lang))
    except (ChildEnded, KafkaAway) as error:
        fail(SERVICE_AWAY, str(error))
    if show.wanting:
        fail(FOUND, "the evening did not show: " + "; ".join(show.wanting))


def one_evening(show: Show, stage: Stage) -> None:
    """One evening from its beginning to its end, and what it showed."""
    with connected(stage, show.site) as feeder:
        shown = show.one(feeder)
    if options.json:
        emit(shown, True)
    else:
        typer.echo(in_words(shown, show.site))


def evenings(show: Show, stage: Stage) -> None:
    """Evening after evening, with the page open."""
    show.made()
    address = stage.page()
    show.say(f"the page is at {address}  (Ctrl-C ends the demo)")
    if options.json:
        emit({"url": address}, True)
    if can_browse():
        webbrowser.open(address)
    with connected(stage, show.site) as feeder:
        while True:
            made = show.made()
            show.say(in_words(show.one(feeder), show.site))
            show.night(feeder, made)


def can_browse() -> bool:
    """Is there a screen that a browser could open a window on?"""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def sayer() -> Callable[[str], None]:
    """Tells on standard error what is being done, each line with the seconds since the beginning."""
    begun_s = seconds()
    return lambda sentence: typer.echo(f"{seconds() - begun_s:6.1f} s {sentence}", err=True)


def register(app: typer.Typer) -> None:
    """Add `demo` to the command line."""
    app.command("demo")(demo)
