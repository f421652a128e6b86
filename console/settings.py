"""What only the live page's process can be told, beside the settings of all processes."""

from wire.settings import Settings


class PageSettings(Settings):
    """The settings of all processes, and the page's own; each can be given as TIDEGATE_<NAME>."""

    simulated: bool = False
    """The figures come from a simulation: the page says so in both languages, always."""
    stale_s: float = 15.0
    """A figure older than this is greyed: a decider tells each zone's standing at least every 10 s."""
