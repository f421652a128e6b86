"""How every command speaks: JSON only on standard output when asked, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
import typer

if TYPE_CHECKING:
    from rich.progress import Progress

DONE, FOUND, BAD_INPUT, SERVICE_AWAY = 0, 1, 2, 3
"""Exit statuses of contracts §4."""


@dataclass
class Options:
    """What was said before the command: `--json`, `--lang`."""

    json: bool = False
    lang: str = "en"


options = Options()


def fail(status: int, message: str) -> NoReturn:
    """Say what is wrong on standard error and leave with the status."""
    print(message, file=sys.stderr)
    raise typer.Exit(status)


def emit(value: Any, json: bool | None = None, *, text: str | None = None) -> None:
    """The result: as JSON when asked for (or when `json` says so), otherwise as the text given, or as indented JSON.

    It leaves at once: whoever reads it through a pipe waits for it, and the command may go on for long.
    """
    if options.json if json is None else json:
        print(orjson.dumps(value, default=str).decode(), flush=True)
    else:
        told = text if text is not None else orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
        print(told, flush=True)


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Progress]:
    """A bar on standard error, on a terminal only."""
    # Loaded here, since most commands end sooner than a bar is loaded.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, disable=not sys.stderr.isatty(), transient=True) as bar:
        bar.add_task(title, total=total)
        yield bar
