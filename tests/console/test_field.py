"""The pages for crews and offices over HTTP, without Kafka: what they show, and what a tap becomes."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from console.field import words
from console.field.html import el
from console.field.sense import BEGINS, MAY_SAY, OFFERED, Fate, offered, report_fate, told_before
from console.messages import BarrierState, Command, Notice, Receipt, parse
from console.picture import REMEMBERED, Change, Picture, advance
from console.settings import PageSettings
from streams.barrier.machine import advance as machine
from streams.barrier.state import GOING_UP, State, Step
from streams.barrier.state import Command as NewestCommand
from streams.policy import load
from streams.reasons import Reason
from streams.schemas import BARRIER_INPUT, Report, identity, instant
from tests.browser.lakeside import EVENING_MS, SITE, THRESHOLDS
from tests.console.phone import ACK, DOWN, MINUTE_MS, NOW, POLICY, SIGNER, TOKEN, UP, Phone, of, offers

# What makes sense


def test_each_button_says_something_and_belongs_to_its_link() -> None:
    for (position, state), may in OFFERED.items():
        assert set(may) <= set(MAY_SAY[position]) and state in set(Step)
        assert all((position, said) in words.SAY for said in may)
    assert set(words.STATES) == set(Step)


def test_a_link_to_put_a_barrier_up_can_never_say_that_it_is_down() -> None:
    assert {"lifted", "lifting"} & set(MAY_SAY["deployed"]) == set()
    assert not any("lifted" in may for (_, state), may in OFFERED.items() if state in set(GOING_UP))


def test_only_what_makes_sense_now_is_offered() -> None:
    picture = Picture()
    assert offered(UP, picture) == OFFERED["deployed", BEGINS["deployed"]], "before the machine's word is here"
    for state, sequence, may in (
        ("wanted", 3, ("accepted", "deploying", "deployed", "failed")),
        ("deploying", 3, ("deployed", "failed")),
        ("deployed", 3, ()),
        ("failed", 3, ("deployed",)),
        ("lift_approved", 4, ()),
        ("deployed", 2, OFFERED["deployed", "wanted"]),
    ):
        told = {"barrier": "north-barrier", "state": state, "at": instant(NOW), "sequence": sequence}
        advance(picture, Change(), parse(BarrierState, orjson.dumps(told)), 0)
        assert offered(UP, picture) == may, (state, sequence)


async def test_a_page_shows_the_barrier_what_is_asked_by_when_and_why(phone: Phone) -> None:
    phone.state("wanted")
    phone.tell(
        Command, id="c-3", barrier="north-barrier", sequence=3, at=instant(EVENING_MS), position="deployed",
        reason="zone_at_level",
    )  # fmt: skip
    page = await phone.get(f"/r/{TOKEN}")
    assert page.status == 200
    for said in ("北侧硬隔离", "North barrier", "请布设", "18:55", "还有 7 分钟", "所服务的区域达到响应级别",
                 "音乐喷泉", "二级", "要求布设", "18:45", "北侧一组", "tel:057187170000"):  # fmt: skip
        assert said in page.text, said
    assert offers(page) == ["accepted", "deploying", "deployed", "failed"]
    assert "<script" not in page.text and "style=" not in page.text
    assert page.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_after_its_time_the_page_says_by_how_much(phone: Phone) -> None:
    late = SIGNER.report(replace(UP, asked_at=EVENING_MS - 20 * MINUTE_MS))
    assert "已超时 13 分钟" in (await phone.get(f"/r/{late}")).text


# Reports


async def test_a_tap_is_one_report_in_the_inbox_under_the_crews_name(phone: Phone) -> None:
    phone.state("wanted")
    tapped = await phone.tap(f"/r/{TOKEN}", position="accepted", seen="wanted-1")
    assert tapped.status == 303 and tapped.headers["location"].startswith(f"/r/{TOKEN}?told=")
    ((topic, key, report, name),) = phone.posted
    assert (topic, key) == ("barrier.inputs", "north-barrier")
    assert BARRIER_INPUT.validate_python(report).kind == "report"
    assert report == {
        "kind": "report", "barrier": "north-barrier", "at": NOW, "position": "accepted", "by": "北侧一组",
        "command": "c-3", "note": "",
    }  # fmt: skip
    assert name == identity("report", "hubin", "c-3", "accepted", "北侧一组", "wanted-1")
    page = await phone.get(tapped.headers["location"])
    assert "已发送，尚未确认" in page.text and offers(page) == [], "nobody has answered yet"
    assert f'href="{tapped.headers["location"]}"' in page.text, "to look again is to look for the answer"
    phone.answer(report)
    assert "已收到您的上报" in (await phone.get(tapped.headers["location"])).text


async def test_a_machine_that_moved_upon_a_report_has_taken_it(phone: Phone) -> None:
    tapped = await phone.tap(f"/r/{TOKEN}", position="accepted", seen="-")
    phone.state("accepted", since=NOW)
    assert "已收到您的上报" in (await phone.get(tapped.headers["location"])).text
    assert report_fate(phone.hub.picture, "north-barrier", NOW, "北侧一组", "deployed") is Fate.WAITING
    phone.state("unknown", since=NOW)
    assert report_fate(phone.hub.picture, "north-barrier", NOW, "北侧一组", "failed") is Fate.TAKEN


async def test_a_double_tap_and_a_reload_report_once(phone: Phone) -> None:
    first, second = [await phone.tap(f"/r/{TOKEN}", position="deploying", seen="wanted-1") for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    await phone.get(first.headers["location"])
    assert len(phone.posted) == 1


async def test_after_a_restart_a_word_that_was_taken_is_not_said_again(phone: Phone) -> None:
    await phone.tap(f"/r/{TOKEN}", position="deploying", seen="wanted-1")
    again = of(PageSettings(), phone.posted, SIGNER)
    again.answer(phone.posted[0][2])
    tapped = await again.tap(f"/r/{TOKEN}", position="deploying", seen="wanted-1")
    assert len(phone.posted) == 1
    assert "已收到您的上报" in (await again.get(tapped.headers["location"])).text
    assert told_before(again.hub.picture, UP, "deployed") is None
    assert told_before(again.hub.picture, replace(UP, asked_at=NOW + 1), "deploying") is None
    assert (await again.get(f"/r/{TOKEN}?told=nobody-knows")).status == 200


async def test_a_report_that_is_refused_is_told_in_the_machines_words(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    tapped = await phone.tap(f"/r/{TOKEN}", position="accepted", seen="-")
    phone.answer(phone.posted[0][2], "refused")
    page = await phone.get(tapped.headers["location"])
    assert "上报未被采纳" in page.text and "现在是布设中" in page.text
    assert "it is deploying &lt;now&gt;" in page.text, "it stays text"
    assert "a report on north-barrier was refused" in caplog.text and TOKEN not in caplog.text


async def test_a_report_is_never_older_than_its_command(phone: Phone) -> None:
    ahead = SIGNER.report(replace(UP, asked_at=NOW + 900))
    await phone.tap(f"/r/{ahead}", position="accepted", seen="-")
    assert phone.posted[0][2]["at"] == NOW + 900


async def test_a_failure_says_what_is_wrong(phone: Phone) -> None:
    bare = await phone.tap(f"/r/{TOKEN}", position="failed", note="  ", seen="-")
    assert (bare.status, phone.posted) == (400, []) and "请写明原因" in bare.text
    await phone.tap(f"/r/{TOKEN}", position="failed", note="钥匙不在 & <b>", seen="-")
    assert phone.posted[0][2]["note"] == "钥匙不在 & <b>"


async def test_a_link_whose_command_is_not_the_newest_says_so_and_reports_nothing(phone: Phone) -> None:
    phone.state("lift_approved", sequence=4)
    page = await phone.get(f"/r/{TOKEN}")
    assert "此链接已失效" in page.text and offers(page) == [] and "已批准撤除" in page.text
    tapped = await phone.tap(f"/r/{TOKEN}", position="deployed", seen="-")
    assert (tapped.status, phone.posted) == (409, [])
    assert offers(await phone.get(f"/r/{SIGNER.report(DOWN)}")) == ["lifting", "lifted", "failed"]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"position": "lifted"}, 403, "不能这样上报"),
        ({"position": "lifting"}, 403, "不能这样上报"),
        ({"position": "approve_lift"}, 400, "没有看懂"),
        ({}, 400, "没有看懂"),
        ({"position": "failed", "note": "x" * 501}, 413, "太长"),
        ({"position": "failed", "note": "x" * 9_000}, 413, "太长"),
    ],
)
async def test_what_the_page_does_not_offer_is_not_taken(
    phone: Phone, fields: dict[str, str], status: int, said: str
) -> None:
    answered = await phone.tap(f"/r/{TOKEN}", **fields)
    assert (answered.status, phone.posted) == (status, []) and said in answered.text


async def test_only_our_own_forms_are_taken(phone: Phone) -> None:
    body = b"position=accepted&seen=-"
    foreign = await phone.call("POST", f"/r/{TOKEN}", body, sec_fetch_site="cross-site")
    assert (foreign.status, phone.posted) == (403, [])
    for broken in (b"\xff\xfe", b"position=%ff", b"&".join([b"a=1"] * 9)):
        assert (await phone.call("POST", f"/r/{TOKEN}", broken)).status == 400
    assert (await phone.call("PUT", f"/r/{TOKEN}", body)).status == 405
    assert (await phone.call("POST", f"/r/{TOKEN}", body, sec_fetch_site="same-origin")).status == 303


# Notices


def noticed(phone: Phone, **more: Any) -> None:
    """A notice of the street office."""
    told = {
        "id": "n-1", "office": "hubin-street", "zone": "fountain", "at": instant(EVENING_MS), "level": "I",
        "kind": "raise", "text": {"zh": "音乐喷泉升为一级响应。", "en": "Music fountain: raised to level I <b>."},
    }  # fmt: skip
    phone.tell(Notice, **(told | more))


def receipt(phone: Phone, step: str) -> None:
    """What became of it."""
    phone.tell(
        Receipt, id=step, office="hubin-street", notice="n-1", at=instant(NOW), step=step, by="李霞",
        text={"zh": "", "en": ""},
    )  # fmt: skip


async def test_an_office_reads_acknowledges_and_says_when_it_is_done(phone: Phone) -> None:
    noticed(phone)
    path = f"/n/{SIGNER.acknowledge(replace(ACK, person='李霞'))}"
    page = await phone.get(path)
    for said in ("音乐喷泉升为一级响应。", "level I &lt;b&gt;.", "一级·最高", "湖滨街道", "已阅", "已办结"):
        assert said in page.text
    tapped = await phone.tap(path, what="acked", note="马上到")
    ((topic, key, word, name),) = phone.posted
    assert (topic, key) == ("office.inputs", "hubin-street")
    assert word == {
        "kind": "acknowledgement", "office": "hubin-street", "notice": "n-1", "at": NOW, "what": "acked",
        "by": "李霞", "note": "马上到",
    }  # fmt: skip
    assert name == identity("acknowledgement", "hubin", "hubin-street", "n-1", "acked", "李霞")
    assert "尚未确认" in (await phone.get(tapped.headers["location"])).text
    receipt(phone, "acked")
    page = await phone.get(tapped.headers["location"])
    assert "已登记" in page.text and "李霞" in page.text and 'value="acked"' not in page.text
    await phone.tap(path, what="acked")
    assert len(phone.posted) == 1
    await phone.tap(path, what="done")
    receipt(phone, "done")
    assert words.NOTHING_TO_DO.zh in (await phone.get(path)).text
    assert [each[2]["what"] for each in phone.posted] == ["acked", "done"]


async def test_the_office_that_sends_the_crew_goes_on_from_its_notice_to_the_barriers_page(phone: Phone) -> None:
    path = f"/n/{SIGNER.acknowledge(ACK)}"
    noticed(phone, kind="barrier", barrier="north-barrier")
    assert "/r/" not in (await phone.get(path)).text, "nothing is asked of the barrier yet"
    phone.state("wanted")
    asked = instant(EVENING_MS)
    phone.tell(
        Command, id="c-3", barrier="north-barrier", episode="e", sequence=3, at=asked, position="deployed", reason="",
    )  # fmt: skip
    (there,) = re.findall(r'href="(/r/[^"]+)"', (await phone.get(path)).text)
    opened = SIGNER.open_report(there.removeprefix("/r/"), NOW)
    assert (opened.barrier, opened.command, opened.crew) == ("north-barrier", "c-3", "湖滨街道")
    assert opened.expires == ACK.expires
    assert offers(await phone.get(there)) == ["accepted", "deploying", "deployed", "failed"]


async def test_an_office_that_does_not_answer_for_the_barrier_has_no_way_to_its_page(phone: Phone) -> None:
    above = "  - {id: shangcheng, name: {zh: 上城区, en: Shangcheng}, tier: district}\n"
    policy = load(SITE.replace("  - {id: hubin-street", above + "  - {id: hubin-street"), THRESHOLDS)
    field = replace(phone.field, policy=policy)
    asked = {"barrier": "north-barrier", "episode": "e", "sequence": 3, "at": instant(EVENING_MS), "reason": ""}
    phone.tell(Command, id="c-3", position="deployed", **asked)
    for office, expected in (("hubin-street", True), ("shangcheng", False)):
        noticed(phone, kind="barrier", barrier="north-barrier", office=office)
        (told,) = (each for each in policy.site.offices if each.id == office)
        assert (field.report_path(replace(ACK, office=office), told, SIGNER) is not None) is expected


async def test_a_notice_that_is_long_past_can_still_be_acknowledged(phone: Phone) -> None:
    path = f"/n/{SIGNER.acknowledge(ACK)}"
    noticed(phone, office="another")
    page = await phone.get(path)
    assert words.FORGOTTEN.zh in page.text and "音乐喷泉" not in page.text, "another office's text is not shown"
    await phone.tap(path, what="acked")
    assert phone.posted[0][2]["by"] == "湖滨街道"
    assert (await phone.tap(path, what="shredded")).status == 400


def test_what_is_remembered_of_notices_has_an_end() -> None:
    picture = Picture()
    told = {"office": "o", "zone": "z", "at": instant(NOW), "level": "I", "kind": "raise", "text": {"zh": "", "en": ""}}
    for number in range(REMEMBERED + 2):
        advance(picture, Change(), parse(Notice, orjson.dumps(told | {"id": str(number)})), 0)
    assert len(picture.notices) == REMEMBERED and "0" not in picture.notices


def test_text_stays_text() -> None:
    assert el("p", "<", el("b"), title='"<', hidden=True, lang=None) == '<p title="&quot;&lt;" hidden>&lt;<b></b></p>'


@pytest.mark.parametrize(("asked", "stands"), OFFERED)
def test_each_button_says_what_the_machine_takes_there(asked: str, stands: str) -> None:
    """The page and the machine hold together: what is offered is refused only when somebody else was quicker."""
    policy = POLICY.barriers[0]
    command = NewestCommand(1, 3, EVENING_MS, "deployed" if asked == "deployed" else "lifted", None, Reason.APPROVED)
    state = State(step=Step(stands), since=EVENING_MS, episode=1, sequence=3, command=command)
    for position in OFFERED["deployed" if asked == "deployed" else "lifted", stands]:
        report = Report(barrier=policy.id, at=NOW, position=position, by="北侧一组")
        assert machine(state, report, policy)[0].since == NOW, position
