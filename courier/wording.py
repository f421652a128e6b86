"""What a person reads of a sending: Chinese first, then English, then the link; cut so that it fits."""

from collections.abc import Sequence

from courier.waiting import Held
from streams.schemas import LEVELS, Sending, Words, identity

CUT = "…"
LEVEL_ZH = {"normal": "正常", "III": "三级", "II": "二级", "I": "一级"}
TEST = Words(zh="【测试】", en="[TEST] ")


def subject(sending: Sending) -> str:
    """One line in both languages, marked if it is a test."""
    mark = TEST if sending.what == "test" else Words(zh="", en="")
    return f"{mark.zh}{sending.subject.zh} / {mark.en}{sending.subject.en}"


def text(sending: Sending, most: int, links: Sequence[str] = ()) -> str:
    """The text of a sending in at most so many bytes of UTF-8; Chinese and links stay whole as long as they can."""
    mark = TEST if sending.what == "test" else Words(zh="", en="")
    tail = "".join(f"\n{link}" for link in links)
    return joined(mark.zh + sending.text.zh, mark.en + sending.text.en, tail, most)


def joined(chinese: str, english: str, tail: str, most: int) -> str:
    """Both languages and the links; English is shortened first, then Chinese, links only if nothing else is left."""
    room = most - len(tail.encode())
    if room <= 0:
        return fitting(tail.strip(), most)
    rest = room - len(chinese.encode()) - 1
    if rest >= len(CUT.encode()) + 20 or not english:
        return (chinese + "\n" + fitting(english, rest) if english and rest > 0 else fitting(chinese, room)) + tail
    return fitting(chinese, room) + tail


def fitting(words: str, most: int) -> str:
    """A text cut to so many bytes of UTF-8, between characters, with a mark that it was cut."""
    data = words.encode()
    if len(data) <= most:
        return words
    kept = data[: max(0, most - len(CUT.encode()))].decode(errors="ignore")
    return kept + CUT if most >= len(CUT.encode()) else kept


def digest(held: Sequence[Held], most: int) -> tuple[Sending, int]:
    """One sending that says what several do, a line each, and how many of them it holds (at least one).

    Its id is derived from theirs.  `held` is the heaviest first; the rest waits for the next one.
    """
    lines: list[str] = []
    english: list[str] = []
    used = len(header(len(held)).encode())
    for one in held:
        said = one.sending
        line = f"• [{LEVEL_ZH[said.level]}] {said.subject.zh}"
        other = f"• [{said.level}] {said.subject.en}"
        used += len(line.encode()) + len(other.encode()) + 2
        if lines and used > most:
            break
        lines.append(line)
        english.append(other)
    told = [one.sending for one in held[: len(lines)]]
    highest = max((sending.level for sending in told), key=LEVELS.index)
    last = told[-1]
    made = last.model_copy(
        update={
            "id": identity("digest", *(sending.id for sending in told)),
            "notices": [notice for sending in told for notice in sending.notices],
            "level": highest,
            "urgent": False,
            "subject": Words(zh=f"{len(told)} 条通知", en=f"{len(told)} notices"),
            "text": Words(zh="\n".join([header(len(told)), *lines]), en="\n".join(english)),
        }
    )
    return made, len(lines)


def header(count: int) -> str:
    """What stands above the lines of a digest."""
    return f"{count} 条通知 / {count} notices"
