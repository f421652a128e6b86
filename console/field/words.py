"""What the pages for the field say, in both languages."""

from console.field.sense import Fate, Said
from streams.schemas import Position, Words

ASKED: dict[Position, Words] = {
    "deployed": Words(zh="请布设", en="Put it up"),
    "lifted": Words(zh="请撤除", en="Take it down"),
}

SAY: dict[tuple[Position, Said], Words] = {
    ("deployed", "accepted"): Words(zh="收到，马上去", en="Understood, on our way"),
    ("deployed", "deploying"): Words(zh="开始布设", en="Putting it up now"),
    ("deployed", "deployed"): Words(zh="布设完成", en="It is up"),
    ("deployed", "failed"): Words(zh="无法布设", en="It cannot be put up"),
    ("lifted", "lifting"): Words(zh="开始撤除", en="Taking it down now"),
    ("lifted", "lifted"): Words(zh="撤除完成", en="It is down"),
    ("lifted", "deployed"): Words(zh="仍在原位", en="It is still up"),
    ("lifted", "failed"): Words(zh="无法撤除", en="It cannot be taken down"),
}

STATES = {
    "lifted": Words(zh="已撤除", en="Lifted"),
    "wanted": Words(zh="要求布设", en="Wanted"),
    "accepted": Words(zh="已受理", en="Accepted by the crew"),
    "deploying": Words(zh="布设中", en="Deploying"),
    "deployed": Words(zh="已布设", en="Deployed"),
    "lift_proposed": Words(zh="建议撤除，等待批准", en="Lift proposed, waits for approval"),
    "lift_approved": Words(zh="已批准撤除", en="Lift approved"),
    "lifting": Words(zh="撤除中", en="Lifting"),
    "failed": Words(zh="未完成", en="Failed"),
    "unknown": Words(zh="状态不明", en="Unknown"),
}
"""As the live page says them (console/static/words.js)."""

WHY = {
    "zone_at_level": Words(zh="所服务的区域达到响应级别", en="A zone that it serves has reached the level"),
    "rose_while_lifting": Words(zh="撤除完成前，区域再次升级", en="A zone rose again before it was down"),
    "approved": Words(zh="经人工批准", en="Approved by a person"),
    "person_ordered": Words(zh="人工下令", en="Ordered by a person"),
    "proven_clear": Words(
        zh="所服务的区域均已解除，并持续满规定时长", en="Every zone that it serves has been clear for long enough"
    ),
    "proven_and_approved": Words(zh="已证实解除，并经人工批准", en="Proven clear, and approved by a person"),
}

LEVELS = {
    "normal": Words(zh="正常", en="Normal"),
    "III": Words(zh="三级", en="Level III"),
    "II": Words(zh="二级", en="Level II"),
    "I": Words(zh="一级·最高", en="Level I, highest"),
}

FATES = {
    Fate.TAKEN: Words(zh="已收到您的上报", en="Your report was taken"),
    Fate.REFUSED: Words(zh="上报未被采纳", en="Your report was not accepted"),
    Fate.WAITING: Words(zh="已发送，尚未确认", en="Sent, not yet confirmed"),
    Fate.LOST: Words(zh="没有收到您的上报", en="Your report was NOT taken"),
}
FATES_MORE = {
    Fate.WAITING: Words(
        zh="不用再报。请稍后点“刷新”查看结果；一分钟后仍未确认，请打电话告诉指挥中心。",
        en="Do not report again. Tap Refresh in a moment to see what became of it; if it stays like this for a "
        "minute, call the operations centre.",
    ),
    Fate.LOST: Words(
        zh="系统暂时连不上。请立即打电话告诉指挥中心。",
        en="The system cannot be reached. Call the operations centre now and tell them.",
    ),
}
ACK_FATES = {
    Fate.TAKEN: Words(zh="已登记", en="Recorded"),
    Fate.REFUSED: Words(zh="未被采纳", en="Not accepted"),
    Fate.WAITING: Words(zh="已发送，尚未确认", en="Sent, not yet confirmed"),
    Fate.LOST: Words(zh="没有登记", en="NOT recorded"),
}

TITLE = Words(zh="现场上报", en="Field report")
TITLE_NOTICE = Words(zh="通知签收", en="Notice")
BY_WHEN = Words(zh="前完成", en="at the latest")
NOW = Words(zh="当前状态", en="Now")
SINCE = Words(zh="起", en="since then")
REASON = Words(zh="原因", en="Why")
AS = Words(zh="上报人", en="You report as")
FAILED_ASK = Words(zh="原因（必填）", en="What is wrong (needed)")
FAILED_SEND = Words(zh="发送", en="Send")
REFRESH = Words(zh="刷新", en="Refresh")
CALL = Words(zh="呼叫指挥中心", en="Call the operations centre")
ACKED = Words(zh="已阅", en="Acknowledge")
DONE = Words(zh="已办结", en="Done")
NOTE = Words(zh="备注（可不填）", en="Note (optional)")
TO_OFFICE = Words(zh="收件单位", en="To")

SUPERSEDED = Words(
    zh="此链接已失效：该隔离设施已有新的指令。请按最新消息中的链接上报。",
    en="This link is about an older order: the barrier has a newer one. Use the link in the newest message.",
)
NOTHING_TO_SAY = Words(zh="现在没有需要上报的内容。谢谢！", en="There is nothing to report now. Thank you.")
NOTHING_TO_DO = Words(zh="已全部办结。谢谢！", en="All done. Thank you.")
AWAY = Words(
    zh="与系统的连接中断，下面的状态可能已过时。上报若未成功，请打电话。",
    en="The system is not connected, so what stands below may be old. If a report does not go through, call.",
)
TO_REPORT = Words(zh="现场上报（硬隔离）", en="Report from the barrier")
FORGOTTEN = Words(
    zh="通知正文已不在手边；签收仍然有效。", en="The text is not at hand any more; it can still be acknowledged."
)
NOT_HERE = Words(
    zh="本现场已没有它。请向指挥中心核对。", en="This site no longer has it. Check with the operations centre."
)
NOT_UNDERSTOOD = Words(
    zh="没有看懂这次上报，未作登记。请返回重试。",
    en="That was not understood and nothing was recorded. Go back and try again.",
)
NO_REASON = Words(zh="请写明原因，再发送。未作登记。", en="Say what is wrong, then send. Nothing was recorded.")
NOT_BY_THIS_LINK = Words(
    zh="这个链接不能这样上报，未作登记。", en="This link cannot report that. Nothing was recorded."
)
TOO_LONG = Words(zh="内容太长，请写短一些。未作登记。", en="That is too long. Write less. Nothing was recorded.")
FROM_ELSEWHERE = Words(
    zh="这次提交来自别的网站，未作登记。", en="That was sent from another site. Nothing was recorded."
)
NO_LINKS = Words(zh="这里没有启用现场链接。", en="Links for the field are not in use here.")


def too_often(wait_s: int) -> Words:
    """A link that is called too often."""
    return Words(
        zh=f"操作太频繁。请等 {wait_s} 秒再试；紧急情况请打电话。",
        en=f"Too many taps. Wait {wait_s} s and try again; call if it is urgent.",
    )


def left(minutes: int) -> Words:
    """How long there still is, or how long it is overdue; whole minutes."""
    if minutes >= 0:
        return Words(zh=f"还有 {minutes} 分钟", en=f"{minutes} min left")
    return Words(zh=f"已超时 {-minutes} 分钟", en=f"{-minutes} min overdue")
