"""What was sent already: a sending goes out once, and whoever asks for it again is told once more what became of it.

Level I comes twice: by the express way at once, and from its office's machine when that reaches it, perhaps after the
answer.  That machine must hear the answer after its own question, or it would wait for it in vain.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from courier.answers import TOGETHER
from courier.waiting import Matter, matter
from streams.schemas import Outcome, Sending

MOST = 100_000
"""Answers that are kept: those of a quarter of an hour at 100 a second."""

AHEAD_MS = 120_000
"""How long a level I that went the express way keeps older raises of its matter back, if its office's machine is still
behind it then: as long as that machine waits for an answer."""

Place = tuple[TopicPartition, int, int]
"""Where a sending stands: partition and offset, and when Kafka was given it, epoch ms."""

Ahead = tuple[str, Matter]


@dataclass
class Repeats:
    """The answers that are durable; what is under way, with every place where it stands; and what went ahead."""

    answers: "OrderedDict[str, Outcome]" = field(default_factory=OrderedDict)
    under_way: dict[str, dict[Place, None]] = field(default_factory=dict)
    ahead: dict[Ahead, tuple[str, int]] = field(default_factory=dict)
    asked: "dict[str, asyncio.Future[Outcome]]" = field(default_factory=dict)

    def begin(self, sending: Sending, place: Place) -> bool:
        """Is it to be sent?  Not if it is under way: it may be read once more after Kafka was away, or asked again."""
        begun = sending.id not in self.under_way
        self.under_way.setdefault(sending.id, {})[place] = None
        return begun

    def answered(self, answer: Outcome) -> list[Place]:
        """Keep a durable answer; every place where its sending stood, the first first."""
        self.keep([answer])
        waiting = self.asked.pop(answer.sending, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
        return list(self.under_way.pop(answer.sending, ()))

    async def answer_to(self, name: str) -> Outcome:
        """The answer to a sending, which may be under way still."""
        if name in self.answers:
            return self.answers[name]
        return await asyncio.shield(self.asked.setdefault(name, asyncio.get_running_loop().create_future()))

    def keep(self, answers: Iterable[Outcome]) -> None:
        """Keep durable answers, the newest of them."""
        for answer in answers:
            self.answers[answer.sending] = answer
            self.answers.move_to_end(answer.sending)
        while len(self.answers) > MOST:
            self.answers.popitem(last=False)

    def dropped(self, names: Iterable[str]) -> None:
        """Those are not sent after all; whoever reads them next begins anew."""
        for name in names:
            self.under_way.pop(name, None)

    def goes_ahead(self, sending: Sending, at_ms: int) -> None:
        """A level I goes the express way: its office's machine may still say what was before it."""
        self.ahead = {about: told for about, told in self.ahead.items() if at_ms - told[1] <= AHEAD_MS}
        self.ahead[sending.channel, matter(sending)] = (sending.id, at_ms)

    def caught_up(self, sending: Sending) -> None:
        """The machine has come to that level I: what it says from now on is newer."""
        about = (sending.channel, matter(sending))
        if self.ahead.get(about, ("", 0))[0] == sending.id:
            del self.ahead[about]

    def overtaken_by(self, sending: Sending, at_ms: int) -> str | None:
        """The level I that went ahead of this raise, which would read as if the level had come down; or None."""
        name, since_ms = self.ahead.get((sending.channel, matter(sending)), ("", 0))
        late = name and sending.what == "raise" and not sending.urgent and at_ms - since_ms <= AHEAD_MS
        return name if late else None


def told_with(answer: Outcome, sending: Sending) -> Outcome:
    """The answer to a sending that another one has told along."""
    code = answer.code if answer.code.startswith(TOGETHER) else f"{TOGETHER}: {answer.code}"
    return answer.model_copy(update={"sending": sending.id, "office": sending.office, "code": code})
