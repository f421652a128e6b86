"""Shows what takes long: a bar on a terminal, one plain line otherwise, on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# rich is imported where a bar is drawn: a start that downloads nothing need not wait for it.


@contextmanager
def downloading(label: str, files: int, total_bytes: int, to: Path) -> Iterator[Callable[[int], None]]:
    """Shows a download of `total_bytes`; yields a function that is told of each part that has arrived."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"{label}: {files} files, {total_bytes / 1e6:.0f} MB, to {to}", soft_wrap=True, highlight=False)
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(label, total=total_bytes)
        yield lambda part: bar.advance(task, part)


@contextmanager
def working(label: str) -> Iterator[None]:
    """Shows that something of unknown length is being done."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(label, soft_wrap=True, highlight=False)
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        bar.add_task(label, total=None)
        yield
