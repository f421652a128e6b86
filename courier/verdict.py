"""What became of one message at its provider, as a word of ours with a sentence in both languages.

A provider's own word is kept beside it. `delivered` needs the provider's explicit yes: a 200 with a refusal inside, an
answer that cannot be read, and no answer at all are failures.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Literal

Result = Literal["delivered", "refused", "failed"]

LONGEST_SAID = 300
LONGEST_WAIT_S = 3600.0
"""A provider that asks for a longer pause than this is asked again after it all the same."""


class Why(Enum):
    """Why a message is delivered, refused (it never will be) or failed (it may be later): word, result, zh, en."""

    ACCEPTED = ("accepted", "delivered", "对方已接收", "the provider has taken it")
    PARTLY = ("partly", "delivered", "部分收件人已接收", "the provider has taken it for some of the recipients")
    LIMITED = ("limited", "failed", "发送过快，已被限流", "too many messages in a short time")
    BUSY = ("busy", "failed", "对方繁忙或出错", "the provider is busy or has a fault of its own")
    NO_ANSWER = ("no-answer", "failed", "对方在时限内没有应答", "the provider did not answer in time")
    UNREACHABLE = ("unreachable", "failed", "无法连接对方", "the provider cannot be reached")
    CUT_OFF = ("cut-off", "failed", "对方中途断开连接", "the provider went away in the middle")
    UNREADABLE = ("unreadable", "failed", "对方的应答无法辨认", "the answer is not one that this provider gives")
    ELSEWHERE = (
        "elsewhere",
        "failed",
        "对方要求改发别处，未照办",
        "the provider points elsewhere for now; not followed",
    )
    UNKNOWN_CODE = ("unknown-code", "failed", "对方返回未知代码", "the provider answered with a code that is not known")
    WAITED = ("waited", "failed", "排队过久，未能发出", "it waited too long for its turn")
    CROWDED = ("crowded", "failed", "排队过多，未能发出", "too many wait for this channel already")
    FAULT = ("fault", "failed", "本程序出错", "a fault in the courier itself")
    MOVED = ("moved", "refused", "对方地址已永久变更，未照办", "the provider has moved for good; not followed")
    BAD_SECRET = (
        "bad-secret",
        "refused",
        "密钥、签名、时间或来源地址不被接受",
        "key, signature, time or our address refused",
    )
    NO_SUCH_ROBOT = (
        "no-such-robot",
        "refused",
        "机器人或地址不存在或已停用",
        "the robot or address is not there, or stopped",
    )
    BAD_CONTENT = ("bad-content", "refused", "内容不被接受", "the content is not accepted")
    TOO_LARGE = ("too-large", "refused", "消息过长", "the message is too large")
    REJECTED = ("rejected", "refused", "对方拒绝", "the provider refuses it")
    NO_SECRET = ("no-secret", "refused", "缺少密钥或密钥不可用", "its secret is missing, or is none")
    NO_CHANNEL = ("no-channel", "refused", "场所中没有这个渠道", "the site has no such channel")

    def __init__(self, word: str, result: Result, zh: str, en: str) -> None:
        self.word, self.result, self.zh, self.en = word, result, zh, en


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` is the provider's own (empty if it gave none), `said` its words; `retry_after_s` only if it asked so."""

    why: Why
    code: str = ""
    said: str = ""
    retry_after_s: float | None = None

    @property
    def result(self) -> Result:
        """Delivered, refused or failed."""
        return self.why.result

    def tidy(self, secrets: tuple[str, ...]) -> "Verdict":
        """The same, fit to be kept: one short line, and no secret in it."""
        return replace(self, said=masked(one_line(self.said), secrets)[:LONGEST_SAID])


def one_line(text: str) -> str:
    """A provider's words without line breaks or characters that cannot be shown."""
    return "".join(mark if mark.isprintable() else " " for mark in text[: 4 * LONGEST_SAID]).strip()


MASK = "***"


def masked(text: str, secrets: tuple[str, ...]) -> str:
    """A text in which no secret stands any more, nor the beginning of one at its end, where somebody has cut it."""
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)
    for secret in longest_first:
        text = text.replace(secret, MASK)
    for secret in longest_first:
        begun = next((size for size in range(len(secret) - 1, 2, -1) if text.endswith(secret[:size])), 0)
        if begun:
            return text[:-begun] + MASK
    return text


def by_status(status: int, headers: Mapping[str, str], said: str, now_ms: int) -> Verdict:
    """What an HTTP status says; 2xx is only that the door was open, and each channel says whether that is enough."""
    code = f"http {status}"
    if status in (301, 308):
        return Verdict(Why.MOVED, code, said)
    if 300 <= status < 400:
        return Verdict(Why.ELSEWHERE, code, said)
    wait = retry_after(headers.get("retry-after", ""), now_ms)
    if status == 429:
        return Verdict(Why.LIMITED, code, said, wait)
    if status in (408, 425) or status >= 500 or status < 200:
        return Verdict(Why.BUSY, code, said, wait)
    exact = {401: Why.BAD_SECRET, 403: Why.BAD_SECRET, 404: Why.NO_SUCH_ROBOT, 410: Why.NO_SUCH_ROBOT}
    return Verdict(exact.get(status, Why.TOO_LARGE if status == 413 else Why.REJECTED), code, said)


def retry_after(text: str, now_ms: int) -> float | None:
    """Seconds that a `Retry-After` header asks for, which may be a number or a date; None if it says nothing usable."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return min(float(text), LONGEST_WAIT_S)
    try:
        wait = parsedate_to_datetime(text).timestamp() - now_ms / 1000
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, wait), LONGEST_WAIT_S)
