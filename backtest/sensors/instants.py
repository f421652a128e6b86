"""Instants and durations as the page writes them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def clock(at_ms: int, timezone: str) -> str:
    """An instant as the site's clock showed it, to the minute."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


def lasted(duration_ms: int) -> str:
    """A duration as it is written in site.yaml."""
    seconds = duration_ms // 1000
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
