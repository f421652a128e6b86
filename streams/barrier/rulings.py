"""What became of an order or a report to a barrier: each a word, with the sentence that answers it."""

from enum import StrEnum

from streams.schemas import Order, Report, identity


class Ruling(StrEnum):
    """The answer to an order or a report; `SENTENCES` says it in full."""

    TAKEN = "taken"
    COMMANDED = "commanded"
    RELEASED = "released"
    NOT_SERVED = "not_served"
    OTHER_BARRIER = "other_barrier"
    OTHER_COMMAND = "other_command"
    BEFORE_COMMAND = "before_command"
    BEFORE_REPORT = "before_report"
    NOTHING_NEW = "nothing_new"
    FUTURE = "future"
    NO_NAME = "no_name"
    NO_DEPLOYMENT_WAITS = "no_deployment_waits"
    NO_LIFT_WAITS = "no_lift_waits"
    NOT_PROVEN = "not_proven"
    BEFORE_PROPOSAL = "before_proposal"
    MAY_NOT_APPROVE = "may_not_approve"
    NO_POSITION = "no_position"
    MAY_NOT_LIFT = "may_not_lift"
    NEWER_ORDER = "newer_order"
    NOT_OVERRIDDEN = "not_overridden"


TAKEN = (Ruling.TAKEN, Ruling.COMMANDED, Ruling.RELEASED)
"""The rulings by which something was taken; all others refuse, and then nothing has changed."""

SENTENCES: dict[Ruling, tuple[str, str]] = {
    Ruling.TAKEN: ("已收到，{name}现为“{state}”。", "Taken: {name_en} is now {state_en}."),
    Ruling.COMMANDED: ("已受理，指令已下达现场。", "Accepted: the field has been given the command."),
    Ruling.RELEASED: (
        "人工控制已解除，恢复自动判断；撤除仍须有依据。",
        "Released: the automation decides again, and a lift still needs its proof.",
    ),
    Ruling.NOT_SERVED: ("该区域不由{name}服务。", "That zone is not served by {name_en}."),
    Ruling.OTHER_BARRIER: (
        "未采纳：内容针对的是另一处硬隔离，请核对后重新上报。",
        "Refused: it is about another barrier; check which one you stand at and send it again.",
    ),
    Ruling.OTHER_COMMAND: (
        "未采纳：所对应的指令不是最新指令，请查看最新指令后再上报。",
        "Refused: it names a command that is not the newest; look at the newest command and report again.",
    ),
    Ruling.BEFORE_COMMAND: (
        "未采纳：上报的时间早于最新指令。请按现在的情况重新上报。",
        "Refused: it is from before the newest command; report how the barrier stands now.",
    ),
    Ruling.BEFORE_REPORT: (
        "未采纳：此后已有更新的现场上报。请按现在的情况重新上报。",
        "Refused: the field has reported since; report how the barrier stands now.",
    ),
    Ruling.NOTHING_NEW: (
        "未采纳：{name}现为“{state}”，此条上报与之不符或没有新的内容。",
        "Refused: {name_en} is {state_en}, and this report does not follow from that or says nothing new.",
    ),
    Ruling.FUTURE: (
        "未采纳：时间晚于现在，请校准设备时钟后重新发送。",
        "Refused: its time lies in the future; set the clock of the device and send it again.",
    ),
    Ruling.NO_NAME: ("未采纳：缺少姓名，请注明由谁发出。", "Refused: it has no name; say who sends it."),
    Ruling.NO_DEPLOYMENT_WAITS: (
        "未采纳：{name}现为“{state}”，没有待批准的布设。",
        "Refused: {name_en} is {state_en}, and no deployment waits for approval.",
    ),
    Ruling.NO_LIFT_WAITS: (
        "未采纳：{name}现为“{state}”，没有待批准的撤除。",
        "Refused: {name_en} is {state_en}, and no lift waits for approval.",
    ),
    Ruling.NOT_PROVEN: (
        "未采纳：撤除的依据已不成立，请等待系统重新提出。",
        "Refused: the proof to lift is no longer there; wait until the lift is proposed again.",
    ),
    Ruling.BEFORE_PROPOSAL: (
        "未采纳：批准的时间早于本次撤除提议，请重新批准。",
        "Refused: it is from before this lift was proposed; approve it again.",
    ),
    Ruling.MAY_NOT_APPROVE: (
        "未采纳：撤除须由以下岗位批准：{roles}。{name}保持不变。",
        "Refused: a lift is approved by one of these roles: {roles}. {name_en} stays as it is.",
    ),
    Ruling.NO_POSITION: (
        "未采纳：人工控制须写明位置、岗位和理由。",
        "Refused: an override names a position, a role and a reason; add what is missing.",
    ),
    Ruling.MAY_NOT_LIFT: (
        "未采纳：没有依据的撤除只能由主管（supervisor）下令。",
        "Refused: only a supervisor may lift against the rule.",
    ),
    Ruling.NEWER_ORDER: (
        "未采纳：已有更新的人工控制（{by}）。同一时刻的两条指令以布设为准。",
        "Refused: a newer override by {by} holds. Of two at the same instant, the one to deploy holds.",
    ),
    Ruling.NOT_OVERRIDDEN: (
        "未采纳：{name}没有处于人工控制之下，无需解除。",
        "Refused: {name_en} is under no override, so there is nothing to release.",
    ),
}


def answer_id(site: str, barrier: str, asked: Order | Report) -> str:
    """The id of the answer to an order or a report: the same for one that comes again, and for no other."""
    return identity(site, barrier, "answer", *asked.model_dump(mode="json").values())
