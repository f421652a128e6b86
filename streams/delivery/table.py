"""The machine of a notice as data: step × event → step, receipt, and a sentence in both languages."""

from enum import StrEnum
from typing import NamedTuple

from streams.delivery.state import Step


class Event(StrEnum):
    """What can happen to a notice on its way."""

    GO = "go"
    QUIET = "quiet"
    BEHIND = "behind"
    STALE = "stale"
    SENDING = "sending"
    TAKEN = "taken"
    FAILED = "failed"
    REFUSED = "refused"
    SILENT = "silent"
    SPENT = "spent"
    UNACKED = "unacked"
    NEWER = "newer"
    ACKED = "acked"
    ACKED_OVER = "acked_over"
    DONE = "done"
    DONE_OVER = "done_over"
    AGAIN = "again"
    GIVEN_UP = "given_up"


MEANING: dict[Event, str] = {
    Event.GO: "nothing holds it back (any more)",
    Event.QUIET: "quiet hours hold it back",
    Event.BEHIND: "a level I notice of the same response has not arrived yet",
    Event.STALE: "a newer one of the same response came before it",
    Event.SENDING: "a channel has room: an attempt goes out",
    Event.TAKEN: "the provider took it",
    Event.FAILED: "the provider could not take it now",
    Event.REFUSED: "the provider will never take it",
    Event.SILENT: "no answer came in time",
    Event.SPENT: "no channel is left to try, or `next_tier_after` is over",
    Event.UNACKED: "`ack_within` is over",
    Event.NEWER: "a newer notice of the same response came",
    Event.ACKED: "somebody says that they have read it",
    Event.ACKED_OVER: "the same, and the response is over already",
    Event.DONE: "somebody says that what it asks for is done",
    Event.DONE_OVER: "the same, and the response is over already",
    Event.AGAIN: "a second person says so",
    Event.GIVEN_UP: "the response has been over for a day, and still nobody could be reached",
}


class Move(NamedTuple):
    """One transition: where to, what the receipt is called, and what it says."""

    to: Step
    receipt: str
    zh: str
    en: str


Rows = dict[tuple[Step, Event], Move]

SENT_ZH, SENT_EN = "已经由 {channel} 发出（第 {attempt} 次）。", "Sent over {channel} (attempt {attempt})."
TAKEN_ZH, TAKEN_EN = "{channel} 已送达。", "Delivered over {channel}."
BEFORE_SENDING = (Step.WAITING, Step.BEHIND, Step.QUEUED)
OPEN = (Step.SENT, Step.DELIVERED, Step.ESCALATED, Step.UNREACHED)
AFTERWARDS = (Step.OVERTAKEN, Step.ACKED, Step.DONE)
UNANSWERED = (*BEFORE_SENDING, *OPEN, Step.OVERTAKEN, Step.SUPERSEDED)


def _beginning() -> Rows:
    """How a notice begins, and what it may wait for."""
    ready = "已排入发送。", "Ready to be sent."
    quiet = "静默时段，时段结束后发出。", "Quiet hours: it will be sent when they are over."
    newer = "已有更新的通知，本条不再单独发出。", "A newer notice takes its place; it is not sent by itself."
    rows = {
        (Step.NEW, Event.GO): Move(Step.QUEUED, "queued", *ready),
        (Step.NEW, Event.QUIET): Move(Step.WAITING, "queued", *quiet),
        (Step.NEW, Event.BEHIND): Move(
            Step.BEHIND,
            "queued",
            "同一次响应的一级通知尚未送达，本条随后发出。",
            "The level I notice of the same response has not arrived yet; this one follows it.",
        ),
        (Step.NEW, Event.STALE): Move(Step.SUPERSEDED, "superseded", *newer),
        (Step.WAITING, Event.GO): Move(
            Step.QUEUED, "queued", "静默时段已结束，已排入发送。", "The quiet hours are over: ready to be sent."
        ),
        (Step.BEHIND, Event.GO): Move(Step.QUEUED, "queued", *ready),
        (Step.BEHIND, Event.QUIET): Move(Step.WAITING, "queued", *quiet),
    }
    return rows | {(step, Event.NEWER): Move(Step.SUPERSEDED, "superseded", *newer) for step in BEFORE_SENDING}


def _under_way() -> Rows:
    """Attempts and the answers of providers; they are recorded even when nobody waits for them any more."""
    rows: Rows = {(Step.QUEUED, Event.SENDING): Move(Step.SENT, "sent", SENT_ZH, SENT_EN)}
    for step in (*OPEN, *AFTERWARDS):
        arrived = Step.DELIVERED if step in (Step.SENT, Step.UNREACHED) else step
        rows[step, Event.TAKEN] = Move(arrived, "delivered", TAKEN_ZH, TAKEN_EN)
        rows[step, Event.FAILED] = Move(
            step, "failed", "{channel} 此次未能送达（{said}）。", "{channel} could not deliver it this time ({said})."
        )
        rows[step, Event.REFUSED] = Move(
            step,
            "failed",
            "{channel} 拒收（{said}），不再尝试。",
            "{channel} refused it ({said}) and is not tried again.",
        )
        rows[step, Event.SILENT] = Move(
            step,
            "failed",
            "{channel} 没有回应，可能已送达，也可能没有。",
            "{channel} did not answer: it may have arrived, or not.",
        )
    for step in OPEN:
        rows[step, Event.SENDING] = Move(step, "sent", SENT_ZH, SENT_EN)
    return rows


def _upwards() -> Rows:
    """What goes to the next tier, and what a newer notice takes over."""
    spent = "各渠道均未送达，{next}。", "No channel has delivered it: {next}."
    rows = {(step, Event.SPENT): Move(Step.UNREACHED, "escalated", *spent) for step in (Step.QUEUED, Step.SENT)}
    rows[Step.DELIVERED, Event.UNACKED] = Move(
        Step.ESCALATED, "escalated", "限时内无人确认，{next}。", "Nobody has acknowledged it in time: {next}."
    )
    lost = "该次响应结束已满一天仍无法送达，不再尝试。", "The response ended a day ago; nothing more is tried."
    rows |= {(step, Event.GIVEN_UP): Move(step, "failed", *lost) for step in (Step.BEHIND, Step.UNREACHED)}
    for step in OPEN:
        rows[step, Event.NEWER] = Move(
            Step.OVERTAKEN,
            "superseded",
            "后续通知已接替本条，本条不再重发，也不再等待确认。",
            "A later notice takes over: this one is not sent again and waits for nobody.",
        )
    return rows


def _people() -> Rows:
    """What people say: the first counts, a second is told who it was, and a late one that it is over."""
    rows: Rows = {}
    over_zh, over_en = "该次响应已结束，仍予记录。", "The response is over already; it is recorded."
    acked, done = ("{by} 已确认。", "Acknowledged by {by}."), ("{by} 已办结。", "Done, says {by}.")
    for step in UNANSWERED:
        rows[step, Event.ACKED] = Move(Step.ACKED, "acked", *acked)
        rows[step, Event.ACKED_OVER] = Move(Step.ACKED, "acked", acked[0] + over_zh, f"{acked[1]} {over_en}")
    for step in (*UNANSWERED, Step.ACKED):
        rows[step, Event.DONE] = Move(Step.DONE, "done", *done)
        rows[step, Event.DONE_OVER] = Move(Step.DONE, "done", done[0] + over_zh, f"{done[1]} {over_en}")
    rows[Step.ACKED, Event.AGAIN] = Move(
        Step.ACKED,
        "acked",
        "{first} 已于 {when} 先行确认；{by} 的确认也已记录。",
        "{first} acknowledged it first, at {when}; {by} did so too.",
    )
    rows[Step.DONE, Event.AGAIN] = Move(
        Step.DONE,
        "done",
        "{first} 已于 {when} 先行办结；{by} 的回复也已记录。",
        "{first} reported it done first, at {when}; {by} answered too.",
    )
    return rows


TABLE: Rows = _beginning() | _under_way() | _upwards() | _people()
"""Every transition; what stands in no row changes nothing and says nothing."""
