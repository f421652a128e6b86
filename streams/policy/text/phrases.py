"""Every sentence about a mistake, in both languages: what is wrong, and what to do."""

from typing import NamedTuple

from streams.policy.text.phrases_channels import CHANNELS
from streams.policy.text.phrases_meaning import MEANING
from streams.policy.text.phrases_writing import WRITING


class Phrase(NamedTuple):
    """What is wrong and what to do, with places for the facts in braces."""

    what: str
    todo: str


def _table() -> dict[str, dict[str, Phrase]]:
    return {
        name: {"zh": Phrase(*zh), "en": Phrase(*en)}
        for table in (WRITING, MEANING, CHANNELS)
        for name, (zh, en) in table.items()
    }


PHRASES = _table()
