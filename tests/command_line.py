"""The whole command line as a tree of commands, for tests of what the pages and the containers say about it."""

from functools import cache
from importlib import import_module
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import typer
import typer.main

from tidegate.__main__ import COMMANDS


@cache
def whole() -> typer.Typer:
    """An app of its own with every command registered; `tidegate` itself loads only the one that is asked for."""
    full = typer.Typer(name="tidegate")
    for name in COMMANDS:
        import_module(f"tidegate.{name}").register(full)
    return full


def group() -> Any:
    """The same as the command objects below typer: `.commands`, `.params`."""
    return typer.main.get_command(whole())


def put_broken_recording(folder: Path) -> None:
    """A recording whose third line has no instant."""
    (folder / "broken.csv").write_text("seen,at,sensor,in,out\n1,1,gate-north,1,1\n2,x,gate-north,1,1\n")


def assert_refused(done: CompletedProcess[str], said: str) -> None:
    """Bad input or usage: status 2, nothing on standard output, and a sentence with the name of what is wrong."""
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr
