"""`tidegate order`: what a person asks for, with name and reason; the orders of each thing have a file in orders/."""

from __future__ import annotations

import typer

from tidegate.orders import alarms, barriers, counts, levels

HELP = """What a person asks for; each order has a name.

Examples:

    tidegate order ack fountain --by "Lin Xia"

    tidegate order set-count fountain 4200 --accuracy 10% --by "Lin Xia"
"""

orders = typer.Typer(name="order", no_args_is_help=True, help=HELP)

for part in (alarms, levels, counts, barriers):
    part.add(orders)


def register(app: typer.Typer) -> None:
    """Add `order` to the command line."""
    app.add_typer(orders)
