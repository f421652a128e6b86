"""What became of an opening or a step: a word, and what the person reads, in Chinese and in English."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from streams.schemas import IncidentStepName


class Verdict(StrEnum):
    """What became of it."""

    ACCEPTED = "accepted"
    ACCEPTED_LATE = "accepted_late"
    REPEATED = "repeated"
    OUT_OF_ORDER = "out_of_order"
    UNKNOWN = "unknown_incident"
    CLOSED = "closed"
    NOBODY = "nobody"
    FUTURE = "future"
    TOO_OLD = "too_old"
    BEFORE_THE_LAST = "before_the_last"
    FULL = "too_many_open"


TAKEN = (Verdict.ACCEPTED, Verdict.ACCEPTED_LATE)

STEP_WORDS: Mapping[IncidentStepName, tuple[str, str]] = {
    "reported": ("发现上报", "the report"),
    "dispatched": ("受理派遣", "the dispatch"),
    "handled": ("处置反馈", "the feedback from the spot"),
    "checked": ("任务核查", "the check"),
    "archived": ("事件归档", "the filing"),
    "assessed": ("考核评价", "the assessment"),
}
SENTENCES: Mapping[Verdict, tuple[str, str]] = {
    Verdict.ACCEPTED: ("已记录：{step}，{by}，{time}。", "Recorded: {step_en}, by {by}, {time}."),
    Verdict.ACCEPTED_LATE: (
        "已记录，但已超时：{step}，{by}，{time}（时限 {was_due}）。",
        "Recorded, but late: {step_en}, by {by}, {time} (it was due by {was_due}).",
    ),
    Verdict.REPEATED: (
        "{step}已由 {first_by} 于 {first_time} 完成，不必重复。",
        "Nothing to do: {step_en} was done by {first_by}, {first_time}.",
    ),
    Verdict.OUT_OF_ORDER: (
        "现在还不能登记{step}：下一步是{next}。",
        "Not yet {step_en}: first comes {next_en}.",
    ),
    Verdict.UNKNOWN: (
        "{zone}没有编号为 {incident} 的事件：请用 tidegate incidents list 查编号。",
        "{zone_en} has no incident {incident}: look it up with `tidegate incidents list`.",
    ),
    Verdict.CLOSED: (
        "该事件已结束，不能再登记{step}。",
        "This incident is closed: {step_en} cannot be added to it.",
    ),
    Verdict.NOBODY: ("没有写明是谁：请填写姓名。", "It does not say who did it: give a name."),
    Verdict.FUTURE: ("{time} 还没有到：请核对时间。", "{time} is still to come: look at the time that was given."),
    Verdict.TOO_OLD: (
        "{time} 距今超过 {days} 天，不能再立案：请核对时间。",
        "{time} is more than {days} days ago, too long to open an incident: look at the time that was given.",
    ),
    Verdict.BEFORE_THE_LAST: (
        "{time} 早于上一步的时间 {first_time}：请核对时间。",
        "{time} is before the last step, {first_time}: look at the time that was given.",
    ),
    Verdict.FULL: (
        "{zone}已有 {open} 起未办结的事件：请先办结一些。",
        "{zone_en} has {open} incidents open: finish some of them first.",
    ),
}
NEXT = ("下一步：{next}，时限 {due}。", "Next: {next_en}, due by {due}.")
OVER = ("全部步骤已完成，事件办结。", "All steps are done; the incident is closed.")


def clock_of(at_ms: int, timezone: str) -> str:
    """An instant as a clock of the site shows it, to the second."""
    return f"{datetime.fromtimestamp(at_ms / 1_000, ZoneInfo(timezone)):%Y-%m-%d %H:%M:%S}"


def month_of(at_ms: int, timezone: str) -> str:
    """The month of an instant by the clocks of the site: `2026-10`."""
    return f"{datetime.fromtimestamp(at_ms / 1_000, ZoneInfo(timezone)):%Y-%m}"
