"""The console's own inbox: whatever is on `office.sendings` is there already."""

import aiohttp

from courier import wording
from courier.account import Account
from courier.post import Links
from courier.verdict import Verdict, Why
from streams.schemas import Sending


def shown(sending: Sending, account: Account, links: Links, at_ms: int) -> dict[str, object]:
    """What the page shows."""
    return {"subject": wording.subject(sending), "text": wording.text(sending, 1_000_000, links)}


async def send(sending: Sending, account: Account, http: aiohttp.ClientSession, links: Links = ()) -> Verdict:
    """Delivered at once: nobody else is asked."""
    return Verdict(Why.ACCEPTED, "inbox")
