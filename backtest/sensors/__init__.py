"""How each sensor did over a recording: a list of them, and one page to look at."""

from backtest.sensors.listing import SHOWN_FIRST, Listing, listed, overall
from backtest.sensors.page import write_page
from backtest.sensors.replaying import period, policy_of, replayed
from backtest.sensors.watching import Watch

__all__ = [
    "SHOWN_FIRST",
    "Listing",
    "Watch",
    "listed",
    "overall",
    "period",
    "policy_of",
    "replayed",
    "write_page",
]
