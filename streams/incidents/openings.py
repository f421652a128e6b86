"""What an alert says to the incidents of its zone: it opens one, or raises the level of the one that is open."""

from typing import Any

from streams.notices import kind_of
from streams.policy import Policy
from streams.schemas import LEVELS, milliseconds
from streams.texts.telling import render

BY = "tidegate"
"""Who reports when no person does."""


def openings(alert: dict[str, Any], policy: Policy) -> list[dict[str, Any]]:
    """The opening that an alert makes: one when its zone rises to the level that policy names or above, else none."""
    if kind_of(alert) != "raise" or LEVELS.index(alert["to"]) < policy.incidents.open_at:
        return []
    return [
        {
            "kind": "opening",
            "zone": alert["zone"],
            "at": milliseconds(alert["at"]),
            "alert": alert["id"],
            "episode": alert["episode"],
            "level": alert["to"],
            "by": BY,
            "role": "",
            "text": render("raise", alert, policy),
        }
    ]
