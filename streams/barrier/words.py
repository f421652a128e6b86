"""What a person reads of a barrier, in Chinese and in English: states, levels, commands, alarms and their ends.

Each text is a template over the same few fields; `name`, `zones`, `state` are the site's and the machine's words.
"""

from streams.barrier.state import Kind

Pair = tuple[str, str]

STATES: dict[str, Pair] = {
    "lifted": ("已撤除", "lifted"),
    "wanted": ("要求布设", "wanted"),
    "accepted": ("已受理", "accepted by the crew"),
    "deploying": ("布设中", "being deployed"),
    "deployed": ("已布设", "deployed"),
    "lift_proposed": ("建议撤除，等待批准", "proposed for lifting"),
    "lift_approved": ("已批准撤除", "approved for lifting"),
    "lifting": ("撤除中", "being lifted"),
    "failed": ("布设未完成，位置不明", "not known to stand: its deployment failed"),
    "unknown": ("状态不明", "in an unknown position"),
}
LEVELS: dict[str, Pair] = {
    "normal": ("正常", "normal"),
    "III": ("三级响应", "level III"),
    "II": ("二级响应", "level II"),
    "I": ("一级响应（最高）", "level I (highest)"),
}
POSITIONS: dict[str, Pair] = {"deployed": ("布设", "deployed"), "lifted": ("撤除", "lifted")}

ZONE_LEVEL: Pair = ("{zone}现为{level}", "{zone} is at {level}")
AND: Pair = ("，", ", ")
NOT_SAID: Pair = ("各区域现状未知", "the zones have not said how they stand")

REASONS: dict[str, Pair] = {
    "zone_at_level": ("{zones}", "{zones}"),
    "rose_while_lifting": ("撤除期间人流再次上升，{zones}", "crowds rose again before it was lifted: {zones}"),
    "approved": ("布设已获批准，{zones}", "the deployment was approved: {zones}"),
    "proven_clear": ("各区域人数已持续低于布设级别", "every zone has stayed below the level for long enough"),
    "proven_and_approved": (
        "各区域人数已持续低于布设级别，撤除已获批准",
        "every zone has stayed below the level for long enough, and the lift was approved",
    ),
    "person_ordered": ("{by}（{role}）下令，理由：{reason}", "ordered by {by} ({role}): {reason}"),
}
COMMANDS: dict[str, Pair] = {
    "deployed": (
        "{time} 请布设{name}：{why}。请于 {by_when} 前完成并回报。",
        "{time} Please deploy {name_en}: {why_en}. To be done and reported by {by_when}.",
    ),
    "lifted": (
        "{time} 请撤除{name}：{why}。请于 {by_when} 前完成并回报。",
        "{time} Please lift {name_en}: {why_en}. To be done and reported by {by_when}.",
    ),
}

BEGINS: dict[str, Pair] = {
    Kind.NOT_ACCEPTED: (
        "{time} {name}：现场尚未接收{position}指令（{asked} 下达）。{zones}。请立即联系现场人员。",
        "{time} {name_en}: the crew has not accepted the command of {asked} that it be {position_en}. {zones_en}. "
        "Please call the crew now.",
    ),
    Kind.CREW_SILENT: (
        "{time} {name}：{asked} 下达的{position}指令逾期未回报，现场位置不明。{zones}。请立即派人到现场查看并回报。",
        "{time} {name_en}: nobody has reported on the command of {asked} that it be {position_en}, and it is not known "
        "where the barrier is. {zones_en}. Please send somebody to look, and report.",
    ),
    Kind.FIELD_FAILED: (
        "{time} {name}：{by} 报告无法{position}，现场位置不明。{zones}。请立即派人支援，并回报实际位置。",
        "{time} {name_en}: {by} reports that it cannot be {position_en}; it is not known where the barrier is. "
        "{zones_en}. Please send help, and report where it is.",
    ),
    Kind.APPROVAL_WAITS: (
        "{time} {name}等待批准{position}：{zones}。请有批准权限的人员尽快处理。",
        "{time} {name_en} waits for approval to be {position_en}: {zones_en}. Whoever may approve it, please decide.",
    ),
    Kind.LIFT_OVERDUE: (
        "{time} {name}已具备撤除条件，但至今未撤除（现为“{state}”）。请批准并安排撤除，或说明保留的理由。",
        "{time} {name_en} may be lifted and has not been: it is {state_en}. Please see that it is approved and done, "
        "or say why it stays.",
    ),
    Kind.POSITION_IN_DOUBT: (
        "{time} {name}的实际位置不明，在现场回报之前请按未布设处置。",
        "{time} It is not known where {name_en} is; until the field reports it, do not count on it being up.",
    ),
    Kind.OVERRIDE: (
        "{time} {name}转为人工控制：{by}（{role}）要求{position}，理由：{reason}。解除之前系统不再自动调整。",
        "{time} {name_en} is under manual control: {by} ({role}) orders it to be {position_en}: {reason}. The "
        "automation leaves it so until it is released.",
    ),
}
ENDS: dict[str, Pair] = {
    Kind.NOT_ACCEPTED: (
        "{time} {name}：现场未接收指令一事已结束，现为“{state}”。",
        "{time} {name_en}: no longer waiting for the crew to accept; the barrier is now {state_en}.",
    ),
    Kind.CREW_SILENT: (
        "{time} {name}：逾期未回报一事已结束，现为“{state}”。",
        "{time} {name_en}: no longer waiting for that overdue report; the barrier is now {state_en}.",
    ),
    Kind.FIELD_FAILED: (
        "{time} {name}：现场未能完成一事已结束，现为“{state}”。",
        "{time} {name_en}: the failure in the field is over; the barrier is now {state_en}.",
    ),
    Kind.APPROVAL_WAITS: (
        "{time} {name}不再等待批准，现为“{state}”。",
        "{time} {name_en} no longer waits for approval; it is now {state_en}.",
    ),
    Kind.LIFT_OVERDUE: (
        "{time} {name}：撤除逾期一事已结束，现为“{state}”。",
        "{time} {name_en}: its lift is no longer overdue; the barrier is now {state_en}.",
    ),
    Kind.POSITION_IN_DOUBT: (
        "{time} {name}的实际位置已确认，现为“{state}”。",
        "{time} The field has said where {name_en} is; it is now {state_en}.",
    ),
    Kind.OVERRIDE: (
        "{time} {name}的人工控制已解除，现为“{state}”。",
        "{time} {name_en} is no longer under that manual control; it is now {state_en}.",
    ),
}
