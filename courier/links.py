"""The link that stands under a text: to say that it was read, and that what it asks for is done."""

from collections.abc import Callable

from streams.schemas import Sending, milliseconds
from wire.links import AckLink, address, links_of
from wire.settings import Settings

LASTS_MS = 24 * 3_600_000
"""A notice can be acknowledged by its link for a day; whoever comes later asks the operations centre."""

Signing = Callable[[Sending], tuple[str, ...]]
"""The whole addresses that stand under a sending."""


def unsigned(sending: Sending) -> tuple[str, ...]:
    """No links: nobody has said with what to sign them."""
    return ()


def signing(settings: Settings, site: str) -> Signing:
    """Under each sending a link that acknowledges its newest notice; none without a secret and a public address.

    Raises SecretMissing or NoAddress when only one of them is set, or cannot be used: links that open nothing, or that
    are missing without a word, are found out in the night when they are needed.
    """
    if not settings.link_secret and not settings.public_url:
        return unsigned
    links = links_of(settings, site)
    address(settings, "acknowledge", "")

    def signed(sending: Sending) -> tuple[str, ...]:
        if sending.what == "test" or not sending.notices:
            return ()
        link = AckLink(sending.office, sending.notices[-1], milliseconds(sending.at) + LASTS_MS)
        return (address(settings, "acknowledge", links.acknowledge(link)),)

    return signed
