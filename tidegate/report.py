"""`tidegate report`: what the field did, told by a controller."""

from __future__ import annotations

import typer

from tidegate.order_barrier import report


def register(app: typer.Typer) -> None:
    """Add `report` to the command line."""
    app.command("report")(report)
