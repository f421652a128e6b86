"""The whole command line as a tree of commands, for tests of what the pages and the containers say about it."""

from functools import cache
from importlib import import_module
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
