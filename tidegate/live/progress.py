"""Shows how far a feed is: a bar on a terminal after two seconds, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from tidegate.live.clock import seconds

SHOWN_AFTER_S = 2.0
EVERY_S = 0.1

Show = Callable[[int, int], None]
"""Is told of the readings sent so far, and of the instant (ms) that the feed has reached."""


@contextmanager
def feeding(total: int | None) -> Iterator[Show]:
    """A bar on standard error for a feed of `total` readings (None: nobody knows)."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda sent, at: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("feeding", total=total, visible=False)
        begun_s = shown_s = seconds()

        def show(sent: int, at: int) -> None:
            nonlocal shown_s
            now_s = seconds()
            if now_s - shown_s < EVERY_S:
                return
            shown_s = now_s
            words = f"{sent:,} readings, {datetime.fromtimestamp(at / 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"
            bar.update(task, completed=sent, description=words, visible=now_s - begun_s > SHOWN_AFTER_S)

        yield show
