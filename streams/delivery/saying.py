"""What leaves an office's row: sendings for the courier, receipts for everybody, notices for the office above."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.delivery.machine import Rules, sending_id
from streams.delivery.state import INBOX, Errand, Newest, Step, Thread, Try
from streams.delivery.table import Event, Move
from streams.policy import LANGUAGES, Words
from streams.schemas import LEVELS, identity, instant
from streams.texts import LEVEL_WORDS, clock_face

Message = dict[str, Any]

SHORT_LEVELS = {**LEVEL_WORDS, "I": Words("一级响应", "level I")}

TITLES = {
    "raise": Words("【{level}】{place}级别上升", "{level}: {place} raised"),
    "lower": Words("【{level}】{place}级别下降", "{level}: {place} lowered"),
    "end": Words("【响应结束】{place}恢复正常", "Ended: {place} back to normal"),
    "blind": Words("【请到现场】{place}计数不可信", "Please go and look: counts of {place} cannot be trusted"),
    "barrier": Words("【硬隔离】{place}", "Barrier: {place}"),
}
HIDDEN = {
    "raise": Words(
        "此前未能告知：{place}曾于 {time} 升为{level}。",
        "Not told before: {place} was raised to {level} at {time}.",
    ),
    "blind": Words(
        "此前未能告知：{time} {place}的计数已不可信，需派人清点。",
        "Not told before: at {time} the counts of {place} could no longer be trusted, and somebody was asked to count.",
    ),
}
ALREADY = Words(
    "注意：{place}其后又于 {time} 进入新的响应，现为{level}。",
    "Note: a new response began for {place} since; it has been at {level} since {time}.",
)
UNREACHED = Words("【上报】{office}未能收到以下通知：", "Passed on, since {office} could not be reached: ")
UNACKED = Words(
    "【上报】{office}在 {within}内无人确认以下通知：", "Passed on, since nobody at {office} answered within {within}: "
)
ABOVE = Words("已转告{office}", "{office} is told")
NOBODY_ABOVE = Words("没有上级机构可以转告，请直接联系值班人员", "no office is above it, so call the people on duty")
IN_INBOX = Words(
    "已放入收件箱（{channel}）；目前没有页面显示它，有人确认之前不能算已告知。",
    "Put into the inbox ({channel}), which no page shows yet: until somebody acknowledges it, nobody has been told.",
)
NO_REASON = Words("未说明原因", "no reason given")
LONGEST_REASON = 200


@dataclass(slots=True)
class Outputs:
    """What one event makes an office's row say."""

    sendings: list[Message] = field(default_factory=list)
    receipts: list[Message] = field(default_factory=list)
    notices: list[Message] = field(default_factory=list)


def place(thread: Thread, rules: Rules) -> Words:
    """The name of what a thread is about; its id when the site knows it no more."""
    if thread.barrier is not None:
        named = {each.id: each.name for each in rules.policy.site.barriers}
        return named.get(thread.barrier, Words(thread.barrier, thread.barrier))
    zone = rules.policy.site.zones.get(thread.zone)
    return zone.name if zone is not None else Words(thread.zone, thread.zone)


def level_words(level: str) -> Words:
    """A level without the reminder that I is the highest."""
    return SHORT_LEVELS[level]


def filled(words: Words, **facts: Words | str) -> Words:
    """A sentence with its facts in either language."""
    if not facts:
        return words
    zh, en = (
        words.said(lang).format(**{k: v.said(lang) if isinstance(v, Words) else v for k, v in facts.items()})
        for lang in LANGUAGES
    )
    return Words(zh, en)


def hidden(thread: Thread, errand: Errand) -> list[Errand]:
    """Older notices of the response that ask for somebody and that nobody at the office has, the newest last."""
    before = thread.errands[: thread.errands.index(errand)] if errand in thread.errands else thread.errands
    given_up = (Step.SUPERSEDED, Step.OVERTAKEN)
    return [each for each in before if each.asks and not each.reached and each.step in given_up]


def body(thread: Thread, errand: Errand, newest: Newest | None, rules: Rules) -> Words:
    """What is sent: the notice, what the office could not be told before, and how things stand if they have moved."""
    zone, timezone = rules.policy.site.timezone, rules.policy.site.timezone
    name, parts = place(thread, rules), [Words(errand.zh, errand.en)]
    older = hidden(thread, errand)
    raises = sorted((each for each in older if each.kind == "raise"), key=lambda each: LEVELS.index(each.level))
    if raises and errand.kind != "raise":
        most = raises[-1]
        facts: dict[str, Words | str] = {"place": name, "level": level_words(most.level)}
        parts.append(filled(HIDDEN["raise"], time=clock_face(most.at, timezone), **facts))
    blind = [each for each in older if each.kind == "blind"]
    if blind and errand.kind == "end":
        parts.append(filled(HIDDEN["blind"], place=name, time=clock_face(blind[-1].at, timezone)))
    if newest is not None and newest.episode != thread.episode and newest.level != LEVELS[0]:
        time = clock_face(newest.at, zone)
        parts.append(filled(ALREADY, place=name, time=time, level=level_words(newest.level)))
    return Words("".join(each.zh for each in parts), " ".join(each.en for each in parts))


def sending(thread: Thread, errand: Errand, made: Try, newest: Newest | None, rules: Rules) -> Message:
    """One attempt, as the courier gets it."""
    subject = filled(TITLES[errand.kind], place=place(thread, rules), level=level_words(errand.level))
    english = subject.en[:1].upper() + subject.en[1:]
    told = body(thread, errand, newest, rules)
    return {
        "id": sending_id(errand, made.channel, made.number),
        "office": rules.office.id,
        "channel": made.channel,
        "notices": [*(each.id for each in hidden(thread, errand)), errand.id],
        "zone": thread.zone,
        "barrier": thread.barrier,
        "episode": thread.episode,
        "level": errand.level,
        "what": errand.kind,
        "urgent": errand.urgent,
        "attempt": made.number,
        "at": instant(made.at),
        "subject": {"zh": subject.zh, "en": english},
        "text": {"zh": told.zh, "en": told.en},
    }


def receipt(
    thread: Thread, errand: Errand, event: Event, move: Move, at: int, rules: Rules, **facts: Words | str
) -> Message:
    """One step of a notice, as everybody may read it."""
    channel, attempt, by = facts.get("channel"), str(facts.get("attempt", "0")), str(facts.get("by", ""))
    inboxes = {INBOX, *(each.id for each in rules.policy.site.channels if each.kind == INBOX)}
    words = IN_INBOX if event is Event.TAKEN and channel in inboxes else Words(move.zh, move.en)
    text = filled(words, **facts)
    return {
        "id": identity("receipt", errand.id, event, move.to, channel or "", attempt, by, at if by else ""),
        "office": rules.office.id,
        "notice": errand.id,
        "zone": thread.zone,
        "episode": thread.episode,
        "level": errand.level,
        "at": instant(at),
        "step": move.receipt,
        "channel": channel,
        "attempt": int(attempt),
        "by": by,
        "text": {"zh": text.zh, "en": text.en},
    }


def upward(thread: Thread, errand: Errand, event: Event | None, rules: Rules) -> Message | None:
    """The notice for the office above, saying why it comes; None when there is no office above."""
    if rules.above is None:
        return None
    prefix = Words("", "")
    if event is Event.SPENT:
        prefix = filled(UNREACHED, office=rules.office.name)
    elif event is Event.UNACKED:
        prefix = filled(UNACKED, office=rules.office.name, within=spoken(rules.ack_within_ms(errand.level)))
    return {
        "id": identity(errand.id, rules.above.id),
        "office": rules.above.id,
        "tier": rules.above.tier,
        "zone": thread.zone,
        "alert": errand.alert,
        "at": errand.at,
        "level": errand.level,
        "kind": errand.kind,
        "text": {"zh": prefix.zh + errand.zh, "en": prefix.en + errand.en},
        "episode": thread.episode,
        "sequence": errand.sequence,
        "barrier": thread.barrier,
    }


def next_words(rules: Rules) -> Words:
    """Who is told next, as the end of a sentence."""
    return NOBODY_ABOVE if rules.above is None else filled(ABOVE, office=rules.above.name)


def reason(code: str, said: str) -> Words:
    """What a provider said, short enough for a receipt."""
    told = " ".join(part for part in (code, said) if part)[:LONGEST_REASON]
    return Words(told, told) if told else NO_REASON


def spoken(milliseconds: int) -> Words:
    """A duration as it is said: whole minutes where it is, else seconds."""
    if milliseconds % 60_000 == 0:
        minutes: Sequence[object] = (milliseconds // 60_000,)
        return Words(f"{minutes[0]} 分钟", f"{minutes[0]} min")
    return Words(f"{milliseconds / 1000:g} 秒", f"{milliseconds / 1000:g} s")
