"""What the codes mean that robots put into the body of an answer; HTTP 200 alone means nothing.

From the vendors' pages (ecosystem notes, section 3, and the error lists there).  A code that is not here is a failure
that may pass: an office must not lose its channel because a vendor has added a number.
"""

from courier.post import Answer
from courier.verdict import Verdict, Why

Codes = dict[int, Why]

WECOM: Codes = {
    0: Why.ACCEPTED,
    -1: Why.BUSY,
    40008: Why.BAD_CONTENT,
    40058: Why.BAD_CONTENT,
    44004: Why.BAD_CONTENT,
    45002: Why.TOO_LARGE,
    45009: Why.LIMITED,
    45033: Why.LIMITED,
    93000: Why.NO_SUCH_ROBOT,
    93004: Why.NO_SUCH_ROBOT,
    93008: Why.NO_SUCH_ROBOT,
}
DINGTALK: Codes = {
    0: Why.ACCEPTED,
    -1: Why.BUSY,
    40035: Why.BAD_CONTENT,
    43004: Why.BAD_CONTENT,
    130101: Why.LIMITED,
    300001: Why.NO_SUCH_ROBOT,
    310000: Why.BAD_SECRET,
    400013: Why.NO_SUCH_ROBOT,
    400101: Why.NO_SUCH_ROBOT,
    400102: Why.NO_SUCH_ROBOT,
    410100: Why.LIMITED,
    430101: Why.BAD_CONTENT,
    430102: Why.BAD_CONTENT,
    430103: Why.BAD_CONTENT,
    430104: Why.BAD_CONTENT,
    460101: Why.TOO_LARGE,
}
FEISHU: Codes = {
    0: Why.ACCEPTED,
    9499: Why.LIMITED,
    11232: Why.LIMITED,
    19001: Why.NO_SUCH_ROBOT,
    19002: Why.BAD_CONTENT,
    19021: Why.BAD_SECRET,
    19022: Why.BAD_SECRET,
    19024: Why.BAD_CONTENT,
}
PAUSE_S = {"wecom": 60.0, "dingtalk": 600.0, "feishu": 60.0}
"""How long a robot that was too fast is left alone: the vendor's window, for DingTalk its block of ten minutes."""


def judge(answer: Answer, kind: str, codes: Codes, name: str, words: str) -> Verdict:
    """What a robot's answer means; `name` is the key of its code and `words` that of its message."""
    body = answer.json() or {}
    code = body.get(name)
    said = str(body.get(words, ""))
    if not isinstance(code, int) or isinstance(code, bool):
        return answer.judged() if not 200 <= answer.status < 300 else unreadable(answer, name)
    if not 200 <= answer.status < 300 and codes.get(code, Why.UNKNOWN_CODE) in (Why.ACCEPTED, Why.UNKNOWN_CODE):
        return answer.judged()
    why = codes.get(code, Why.UNKNOWN_CODE)
    return Verdict(why, f"{name} {code}", said, PAUSE_S[kind] if why is Why.LIMITED else None)


def unreadable(answer: Answer, name: str) -> Verdict:
    """A good status around something else: the page of a network's entrance, or of a broken proxy."""
    said = f"there is no whole number {name} in it: {answer.body[:200].decode(errors='replace')}"
    return Verdict(Why.UNREADABLE, f"http {answer.status}", said)
