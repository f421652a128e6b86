"""Incidents and figures as a person reads them on a terminal, in Chinese or in English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table

from streams.incidents.verdicts import STEP_WORDS, clock_of
from streams.schemas import Incident, IncidentAnswer, IncidentStepName, milliseconds

WIDE = 160
SHORT = 8
"""Digits of an id that a person has to type."""

WORDS = {
    "zh": {
        "none": "没有事件", "none_kpi": "没有可统计的事件", "id": "编号", "zone": "区域", "office": "机构",
        "level": "级别", "step": "已到步骤", "next": "下一步", "due": "时限", "overdue": "超时", "late": "超时完成",
        "assessed": "已办结", "lapsed": "失效", "by": "经办人", "at": "时间", "note": "说明", "month": "月份",
        "until": "下一步：{next}，时限 {due}", "is_overdue": "（已超时）",
        "opened": "立案", "handled": "处置率", "in_time": "按期处置率", "response": "首次响应（中位数 / 九成以内）",
        "handling": "处置用时（中位数 / 九成以内）",
    },
    "en": {
        "none": "no incidents", "none_kpi": "no incidents to count", "id": "id", "zone": "zone", "office": "office",
        "level": "level", "step": "done", "next": "next", "due": "due by", "overdue": "overdue", "late": "late",
        "assessed": "closed", "lapsed": "lapsed", "by": "by", "at": "at", "note": "note", "month": "month",
        "until": "next: {next}, due by {due}", "is_overdue": " (overdue)",
        "opened": "opened", "handled": "handled", "in_time": "in time", "response": "response (median / 9 in 10)",
        "handling": "handling (median / 9 in 10)",
    },
}  # fmt: skip


def step_word(step: IncidentStepName, lang: str) -> str:
    """A step by the word that people type, or by its Chinese name."""
    return STEP_WORDS[step][0] if lang == "zh" else step


def clock(instant: str | None, timezone: str) -> str:
    """An instant of a message as the clocks of the site show it."""
    return clock_of(milliseconds(instant), timezone) if instant is not None else ""


def drawn(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as text."""
    made = Table(*titles, box=None, pad_edge=False, header_style="")
    for row in rows:
        made.add_row(*row)
    out = StringIO()
    Console(file=out, width=WIDE, color_system=None, highlight=False, markup=False).print(made)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def table(incidents: Sequence[Incident], timezone: str, lang: str) -> str:
    """One line an incident."""
    words = WORDS[lang]
    if not incidents:
        return words["none"]
    titles = [words[name] for name in ("id", "zone", "office", "level", "step", "next", "due")]
    return drawn(titles, (row(each, timezone, lang) for each in incidents))


def row(incident: Incident, timezone: str, lang: str) -> list[str]:
    """What one line says of an incident."""
    words = WORDS[lang]
    follows = words[incident.ended] if incident.ended else step_word(incident.next or incident.step, lang)
    due = clock(incident.due, timezone) + f" {words['overdue']}" * incident.overdue
    return [
        incident.id[:SHORT], incident.zone, incident.office or "", incident.level, step_word(incident.step, lang),
        follows, due,
    ]  # fmt: skip


def one(incident: Incident, timezone: str, lang: str) -> str:
    """One incident in full: what it is about, its steps, and what comes next."""
    words = WORDS[lang]
    about = incident.text.zh if lang == "zh" else incident.text.en
    head = f"{incident.id}  {incident.zone}  {incident.office or ''}  {incident.level}"
    titles = [words[name] for name in ("step", "at", "by", "due", "note")]
    lines = [
        [
            step_word(done.step, lang), clock(done.at, timezone), done.by + (f" ({done.role})" if done.role else ""),
            clock(done.due, timezone) + ("" if done.in_time else f" {words['late']}"), done.note,
        ]
        for done in incident.steps
    ]  # fmt: skip
    follows = words[incident.ended] if incident.ended else ""
    if incident.next is not None:
        due = words["until"].format(next=step_word(incident.next, lang), due=clock(incident.due, timezone))
        follows = due + words["is_overdue"] * incident.overdue
    return "\n".join([head, about, "", drawn(titles, lines), "", follows])


def kpi_table(kpis: Sequence[dict[str, Any]], lang: str) -> str:
    """One line an office and month."""
    words = WORDS[lang]
    if not kpis:
        return words["none_kpi"]
    titles = [words[name] for name in ("month", "office", "opened", "handled", "in_time", "response", "handling")]
    return drawn(titles, (kpi_row(kpi, lang) for kpi in kpis))


def kpi_row(kpi: dict[str, Any], lang: str) -> list[str]:
    """What one line says of an office's month."""
    times = [
        " / ".join(lasted(kpi[f"{name}_{figure}_s"], lang) for figure in ("median", "p90"))
        for name in ("response", "handling")
    ]
    shares = [
        f"{part(kpi['handled_share'])} ({kpi['handled']}/{kpi['opened']})",
        f"{part(kpi['in_time_share'])} ({kpi['in_time']}/{kpi['due']})",
    ]
    return [kpi["month"], kpi["office"], str(kpi["opened"]), *shares, *times]


def part(share: float | None) -> str:
    """A share in per cent."""
    return "-" if share is None else f"{share:.1%}"


def lasted(duration_s: float | None, lang: str) -> str:
    """A time in minutes and seconds, from an hour on in hours and minutes."""
    if duration_s is None:
        return "-"
    whole = round(duration_s)
    units = (("小时", "分"), ("分", "秒")) if lang == "zh" else ((" h ", " min"), (" min ", " s"))
    large, small = units[whole < 3_600]
    size = 60 if whole < 3_600 else 3_600
    return f"{whole // size}{large}{whole % size * 60 // size:02d}{small}"


def sentence(answer: IncidentAnswer, lang: str) -> str:
    """The answer for a person, with the id that the next step will need."""
    text = answer.text.zh if lang == "zh" else answer.text.en
    return f"{answer.incident[:SHORT]}  {text}"
