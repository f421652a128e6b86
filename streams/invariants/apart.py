"""Invariant 8: a replay cannot reach a production channel, by what it says and by what its process can import."""

from collections.abc import Iterable, Mapping

from streams.invariants.violation import APART, Message, Violation, broken
from streams.policy import Policy

CHANNELS = (
    "aiohttp",
    "aiokafka",
    "aiosmtplib",
    "confluent_kafka",
    "courier",
    "kafka",
    "requests",
    "smtplib",
    "urllib3",
)
"""What opens a way out: the courier, and whatever speaks HTTP, mail or Kafka."""

OUTWARD = ("office.sendings", "office.inputs")


class Apart:
    """Messages of a replay: none asks for a sending, none names a channel."""

    topics = ("*",)

    def __init__(self, policy: Policy, whole: bool) -> None:
        self._channels = frozenset(channel.id for channel in policy.site.channels)

    def revise(self, policy: Policy) -> None:
        """The channels of the site from here on."""
        self._channels = frozenset(channel.id for channel in policy.site.channels)

    def end(self) -> list[Violation]:
        """Nothing that only the end can tell."""
        return []

    def see(self, topic: str, message: Message) -> list[Violation]:
        """Any message of a replay."""
        channel = message.get("channel")
        if topic not in OUTWARD and channel is None:
            return []
        thing = str(message.get("office", topic))
        zh = "{thing}：回放产生了 {topic}，指向渠道 {channel}"
        en = "{thing}: a replay says something on {topic}, to the channel {channel}"
        return [broken(APART, thing, None, zh, en, topic=topic, channel=channel)]


def reaching(
    imports: Mapping[str, Iterable[str]], start: str, outward: Iterable[str] = CHANNELS
) -> tuple[Violation, ...]:
    """The ways by which a module, through what it imports, comes to what opens a way out; none when it cannot.

    imports: each module with what it imports itself, by full name.
    """
    roots = tuple(outward)
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting, found = [start], []
    while waiting:
        module = waiting.pop(0)
        for imported in sorted(imports.get(module, ())):
            if imported in ways:
                continue
            ways[imported] = (*ways[module], imported)
            if imported.partition(".")[0] in roots:
                zh, en = "{thing} 可以到达 {way}", "{thing} can reach {way}"
                found.append(broken(APART, start, None, zh, en, way=" → ".join(ways[imported])))
            else:
                waiting.append(imported)
    return tuple(found)
