"""Who is told at which level, when a notice may wait, and how long an office has before somebody else is told."""

from dataclasses import dataclass

Tiers = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""The tiers that are told at III, II and I, in that order."""


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """The section `notices` of `thresholds.yaml`; durations are milliseconds, one for each of III, II, I.

    quiet: spans of minutes of the local day, the end excluded, in which only II and I are told; one may pass midnight.
    The defaults are our own figures: two minutes are what a person at a desk needs to read and answer a level I.
    """

    tiers: Tiers = (("street",), ("street", "district", "city"), ("street", "district", "city"))
    quiet: tuple[tuple[int, int], ...] = ()
    ack_within_ms: tuple[int, int, int] = (600_000, 300_000, 120_000)
    next_channel_after_ms: int = 30_000
    next_tier_after_ms: int = 600_000

    def is_quiet(self, minute: int) -> bool:
        """Whether a minute of the local day, 0 to 1439, lies in a quiet span."""
        return any(
            first <= minute < last if first < last else minute >= first or minute < last for first, last in self.quiet
        )


USUAL_NOTICES = NoticePolicy()
"""What holds when the thresholds say nothing of notices."""
