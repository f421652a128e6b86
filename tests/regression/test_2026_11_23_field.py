"""Defects of 2026-11-23 in the pages for the field, each told by its fact."""

from dataclasses import replace

from console.field import words
from console.field.sense import Fate
from console.messages import Notice, Receipt
from streams.schemas import instant
from tests.browser.lakeside import EVENING_MS
from tests.console.phone import ACK, NOW, SIGNER, TOKEN, Phone

LIN, CHEN = (f"/n/{SIGNER.acknowledge(replace(ACK, person=name))}" for name in ("李霞", "陈波"))
FIRST, SECOND = instant(NOW), instant(NOW + 60_000)


def noticed(phone: Phone) -> None:
    phone.tell(
        Notice, id="n-1", office="hubin-street", zone="fountain", at=instant(EVENING_MS), level="I", kind="raise",
        text={"zh": "音乐喷泉升为一级响应。", "en": "Music fountain: raised to level I."},
    )  # fmt: skip


def receipt(phone: Phone, step: str, by: str, at: str) -> None:
    phone.tell(
        Receipt, id=f"{step}-{by}", office="hubin-street", notice="n-1", at=at, step=step, by=by,
        text={"zh": "", "en": ""},
    )  # fmt: skip


async def test_of_two_people_the_first_is_shown_and_the_second_is_recorded_too(phone: Phone) -> None:
    """The second stood on the page as if nobody had come before, and their word never left the console."""
    noticed(phone)
    await phone.tap(LIN, what="acked")
    receipt(phone, "acked", "李霞", FIRST)
    tapped = await phone.tap(CHEN, what="acked")
    assert [word["by"] for _, _, word, _ in phone.posted] == ["李霞", "陈波"]
    receipt(phone, "acked", "陈波", SECOND)
    page = (await phone.get(tapped.headers["location"])).text
    assert "已登记" in page and "李霞" in page and "陈波" not in page


async def test_an_acknowledgement_of_what_somebody_has_done_already_is_answered(phone: Phone) -> None:
    """Its page said for ever that nothing was confirmed yet: the machine answers it with the word that it is done."""
    noticed(phone)
    receipt(phone, "done", "李霞", FIRST)
    tapped = await phone.tap(CHEN, what="acked")
    receipt(phone, "done", "陈波", SECOND)
    page = (await phone.get(tapped.headers["location"])).text
    assert "已登记" in page and "尚未确认" not in page
    assert "李霞" in page and "陈波" not in page


async def test_a_note_of_500_letters_on_many_lines_is_taken(phone: Phone) -> None:
    """A phone counts the end of a line as one letter and sends two: such a note was refused as too long."""
    phone.state("wanted")
    note = "\r\n".join(["路" * 49] * 10)
    assert (await phone.tap(f"/r/{TOKEN}", position="failed", seen="-", note=note)).status == 303
    assert phone.posted[0][2]["note"] == note.replace("\r\n", "\n")


def test_who_waits_for_an_answer_is_told_what_to_do_if_none_comes() -> None:
    """A word about a notice that is long over is never confirmed: the page said only to look again."""
    more = words.FATES_MORE[Fate.WAITING]
    assert "打电话" in more.zh and "call" in more.en
