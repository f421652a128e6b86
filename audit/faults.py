"""What may be wrong with a log, each case with its sentence in both languages."""

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong at an entry."""

    CHANGED = "changed"
    MISSING = "missing"
    MOVED = "moved"
    INSERTED = "inserted"
    REPEATED = "repeated"
    CUT_OFF = "cut_off"


class Case(StrEnum):
    """How it shows."""

    CONTENT = "content"
    REPLACED = "replaced"
    BEGINNING = "beginning"
    ANCHOR = "anchor"
    GAP = "gap"
    REMOVED = "removed"
    MOVED = "moved"
    INSERTED = "inserted"
    REPEATED = "repeated"
    SHORT_OF_ANCHOR = "short_of_anchor"
    SHORT_OF_TOPIC = "short_of_topic"
    EMPTY = "empty"


CASES: dict[Case, tuple[Fault, str, str]] = {
    Case.CONTENT: (
        Fault.CHANGED,
        "条目 {number} 被改动：所存哈希为 {found}，按内容应为 {expected}",
        "entry {number} was changed: its hash is {found}, its content gives {expected}",
    ),
    Case.REPLACED: (
        Fault.CHANGED,
        "条目 {number} 被替换：其哈希为 {found}，而条目 {after} 写入时接在 {expected} 之后",
        "entry {number} was replaced: its hash is {found}, entry {after} was written after {expected}",
    ),
    Case.BEGINNING: (
        Fault.CHANGED,
        "条目 {number} 不是日志的起点：类别为 {found}，应为 {expected}，且之前的哈希为 32 个零字节",
        "entry {number} is no beginning of a log: it is of the kind {found}, not {expected} after 32 zero bytes",
    ),
    Case.ANCHOR: (
        Fault.CHANGED,
        "条目 {number} 与锚点不符：其哈希为 {found}，锚点记为 {expected}",
        "entry {number} is not what the anchor names: its hash is {found}, not {expected}",
    ),
    Case.GAP: (
        Fault.MISSING,
        "条目 {number} 至 {last} 缺失：此处是条目 {found}，应为 {expected}",
        "entries {number} to {last} are missing: there comes entry {found}, not {expected}",
    ),
    Case.REMOVED: (
        Fault.MISSING,
        "条目 {number} 缺失：此处是写入时编号为 {found} 的条目，应为 {expected}",
        "entry {number} is missing: in its place stands the one written as {found}, not {expected}",
    ),
    Case.MOVED: (
        Fault.MOVED,
        "条目 {number} 不在原位：写入时编号为 {found}，应为 {expected}",
        "entry {number} is out of its place: it was written as {found}, not {expected}",
    ),
    Case.INSERTED: (
        Fault.INSERTED,
        "条目 {number} 是后来插入的：其后的条目写入时编号为 {found}，应为 {expected}",
        "entry {number} was put in later: the one after it was written as {found}, not {expected}",
    ),
    Case.REPEATED: (
        Fault.REPEATED,
        "条目 {number} 重复：{topic} 分区 {partition} 的偏移量 {found} 已有条目，应大于 {expected}",
        "entry {number} repeats another: {topic} {partition} is at offset {found} again, not above {expected}",
    ),
    Case.SHORT_OF_ANCHOR: (
        Fault.CUT_OFF,
        "条目 {number} 及之后被截去：日志止于 {found}，锚点记为 {expected}",
        "entry {number} and what follows were cut off: the log ends with {found}, the anchor names {expected}",
    ),
    Case.SHORT_OF_TOPIC: (
        Fault.CUT_OFF,
        "条目 {number} 及之后被截去：{topic} 分区 {partition} 的条目止于偏移量 {found}，而已写至 {expected}",
        "entry {number} and what follows were cut off: the entries of {topic} {partition} end with offset {found}, "
        "it was written up to {expected}",
    ),
    Case.EMPTY: (
        Fault.CUT_OFF,
        "条目 {number} 及之后被截去：没有条目（{found}），应有 {expected}",
        "entry {number} and what follows were cut off: there is {found}, not {expected}",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: at which entry, how it shows, what is there and what was expected."""

    number: int
    case: Case
    found: str | int
    expected: str | int
    facts: dict[str, str | int] = field(default_factory=dict)

    @property
    def fault(self) -> Fault:
        """What is wrong, as a word."""
        return CASES[self.case][0]

    def said(self, lang: str) -> str:
        """As a sentence."""
        _, zh, en = CASES[self.case]
        told = {"number": self.number, "found": self.found, "expected": self.expected}
        return (zh if lang == "zh" else en).format(**told, **self.facts)
