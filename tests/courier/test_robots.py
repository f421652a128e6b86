"""Robots and webhooks: what goes out is what their vendors ask for, and only their explicit yes is a delivery."""

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from courier.account import Unfit, opened
from courier.channels import dingtalk, feishu, webhook, wecom
from courier.channels.codes import DINGTALK, FEISHU, WECOM
from courier.post import MOST_ANSWER, Answer, Request, post, session
from courier.verdict import Verdict, Why, by_status, retry_after
from streams.schemas import Words
from tests.courier.providers import (
    SECRETS,
    Behaviour,
    Robot,
    broken_line,
    channel,
    hangs,
    provider,
    says,
    sending,
    sent,
)

AT_MS = 1_700_000_000_000


def test_dingtalk_signs_as_its_vendor_shows() -> None:
    assert dingtalk.signature("SECdemo", AT_MS) == "lOvVf9TQCVugV68mGbSZCg0gzOl1SVjxWi1MyVZCUuA="


def test_feishu_signs_as_its_vendor_shows() -> None:
    assert feishu.signature("demo", 1_599_360_473) == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


def test_a_webhook_signs_as_the_standard_shows() -> None:
    signed = webhook.signature(b"0123456789abcdef" * 2, "msg_1", 1_700_000_000, b'{"type":"crowd.alert.raised"}')
    assert signed == "v1,34R/ReZz6o7lsfU0gs+26uWx6qcFn1x8vTziKUjVtns="


async def test_a_receiver_with_the_standard_library_trusts_the_webhook() -> None:
    async with provider(says(204)) as door:
        verdict = await sent(channel("webhook", door.url), sending())
    seen = door.seen[0]
    told = Webhook(SECRETS["HOOK_SECRET"]).verify(seen.raw, {k.lower(): v for k, v in seen.headers.items()})
    assert verdict.why is Why.ACCEPTED
    assert told["type"] == "tidegate.notice.raise" and told["data"]["id"] == seen.headers["webhook-id"] == "sending-1"


def test_while_a_secret_is_replaced_both_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    new = "whsec_" + base64.b64encode(b"n" * 32).decode()
    monkeypatch.setenv("HOOK_SECRET", f"{SECRETS['HOOK_SECRET']} {new}")
    request = webhook.request(sending(), opened(channel("webhook", "http://127.0.0.1:1")), AT_MS)
    first, second = request.headers["webhook-signature"].split()
    assert first.startswith("v1,") and second.startswith("v1,") and first != second


@pytest.mark.parametrize("secret", ["plain", "whsec_", "whsec_!!!", "whsec_" + base64.b64encode(b"short").decode()])
def test_a_webhook_secret_that_is_none_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("HOOK_SECRET", secret)
    with pytest.raises(Unfit) as unfit:
        webhook.keys(opened(channel("webhook", "http://127.0.0.1:1")))
    assert "24 to 64 random bytes" in str(unfit.value) and secret not in str(unfit.value).replace("whsec_ and", "")


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
@pytest.mark.parametrize("level", ["III", "I"])
async def test_a_robot_takes_what_is_sent_to_it(kind: str, level: str) -> None:
    async with provider(Robot(kind, lambda: 0.0)) as door:
        verdict = await sent(channel(kind, door.url), sending(level=level))
    assert (verdict.why, verdict.result) == (Why.ACCEPTED, "delivered"), verdict
    text = json.dumps(door.seen[0].body, ensure_ascii=False)
    assert text.index("音乐喷泉") < text.index("Music fountain")


def test_level_one_calls_everyone() -> None:
    what = sending(level="I")
    text = json.loads(wecom.request(what, opened(channel("wecom"))).body)
    assert text["msgtype"] == "text" and text["text"]["mentioned_list"] == ["@all"]
    assert json.loads(dingtalk.request(what, opened(channel("dingtalk")), AT_MS).body)["at"] == {"isAtAll": True}
    assert b"<at id=all></at>" in feishu.request(what, opened(channel("feishu")), AT_MS).body
    assert json.loads(wecom.request(sending(), opened(channel("wecom"))).body)["msgtype"] == "markdown"


def test_the_addresses_of_the_vendors_are_used_unless_the_site_says_another() -> None:
    assert wecom.request(sending(), opened(channel("wecom"))).url.startswith("https://qyapi.weixin.qq.com/cgi-bin/")
    assert dingtalk.request(sending(), opened(channel("dingtalk")), 1).url.startswith("https://oapi.dingtalk.com/robot")
    assert feishu.request(sending(), opened(channel("feishu")), 1).url.startswith("https://open.feishu.cn/open-apis/")


CODES = [
    (kind, name, code, why)
    for kind, name, codes in (
        ("wecom", "errcode", WECOM),
        ("dingtalk", "errcode", DINGTALK),
        ("feishu", "code", FEISHU),
    )
    for code, why in codes.items()
]


@pytest.mark.parametrize(("kind", "name", "code", "why"), CODES)
async def test_a_code_inside_a_good_answer_is_what_counts(kind: str, name: str, code: int, why: Why) -> None:
    async with provider(says(200, {name: code, "errmsg": "so it is", "msg": "so it is"})) as door:
        verdict = await sent(channel(kind, door.url), sending())
    assert (verdict.why, verdict.code, verdict.said) == (why, f"{name} {code}", "so it is")
    assert (verdict.result == "delivered") == (code == 0)
    assert (verdict.retry_after_s is not None) == (why is Why.LIMITED)


ODD: list[tuple[str, Behaviour, Why]] = [
    ("a code that nobody knows", says(200, {"errcode": 99999, "code": 99999}), Why.UNKNOWN_CODE),
    ("a page of a network's entrance", says(200, b"<html>log in</html>"), Why.UNREADABLE),
    ("nothing in a good answer", says(200, b""), Why.UNREADABLE),
    ("a list", says(200, [0]), Why.UNREADABLE),
    ("a zero that is a text", says(200, {"errcode": "0", "code": "0"}), Why.UNREADABLE),
    ("a zero that is false", says(200, {"errcode": False, "code": False}), Why.UNREADABLE),
    ("no code at all", says(200, {"errmsg": "ok", "StatusCode": 0}), Why.UNREADABLE),
    ("a good code in a bad answer", says(500, {"errcode": 0, "code": 0}), Why.BUSY),
    ("400", says(400, b"no"), Why.REJECTED),
    ("404", says(404, b"no"), Why.NO_SUCH_ROBOT),
    ("413", says(413, b"no"), Why.TOO_LARGE),
    ("429", says(429, b"slow", Retry_After="17"), Why.LIMITED),
    ("500", says(500, b"oh"), Why.BUSY),
    ("503", says(503, b"oh"), Why.BUSY),
]


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
@pytest.mark.parametrize(("name", "behaviour", "why"), ODD, ids=[name for name, _, _ in ODD])
async def test_what_a_robot_may_answer_has_a_stated_meaning(
    kind: str, name: str, behaviour: Behaviour, why: Why
) -> None:
    async with provider(behaviour) as door:
        verdict = await sent(channel(kind, door.url), sending())
    assert verdict.why is why and verdict.result != "delivered"
    assert verdict.retry_after_s == (17.0 if name == "429" else None)
    assert len(door.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu", "webhook"])
async def test_a_redirect_is_never_followed_and_no_secret_goes_elsewhere(kind: str, status: int) -> None:
    async with provider(says(200, {"errcode": 0, "code": 0})) as elsewhere:
        async with provider(says(status, b"", Location=elsewhere.url + "/here")) as door:
            verdict = await sent(channel(kind, door.url), sending())
        assert elsewhere.seen == [] and len(door.seen) == 1
    assert verdict.result == ("refused" if status in (301, 308) else "failed")


STATUSES = [
    (200, "delivered"), (201, "delivered"), (204, "delivered"), (400, "refused"), (401, "refused"), (403, "refused"),
    (404, "refused"), (405, "refused"), (408, "failed"), (410, "refused"), (413, "refused"), (422, "refused"),
    (425, "failed"), (429, "failed"), (500, "failed"), (502, "failed"), (503, "failed"), (504, "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "result"), STATUSES)
async def test_a_webhook_is_delivered_by_a_good_status_only(status: int, result: str) -> None:
    async with provider(says(status, b"whatever")) as door:
        verdict = await sent(channel("webhook", door.url), sending())
    assert verdict.result == result and verdict.code == f"http {status}"


async def test_a_door_that_says_nothing_is_left_after_a_while() -> None:
    async with provider(hangs) as door, session() as http:
        answer = await post(http, Request(door.url, b"{}"), answer_s=0.1)
    assert isinstance(answer, Verdict) and answer.why is Why.NO_ANSWER


@pytest.mark.parametrize(
    ("begins", "why"),
    [
        (b"", Why.CUT_OFF),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{", Why.CUT_OFF),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", Why.UNREADABLE),
    ],
)
async def test_a_door_that_shuts_in_the_middle_has_taken_nothing(begins: bytes, why: Why) -> None:
    async with broken_line(begins) as url:
        for kind in ("wecom", "dingtalk", "feishu", "webhook"):
            verdict = await sent(channel(kind, url), sending())
            assert (verdict.why, verdict.result) == (why, "failed")


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async with provider(says(200, b"x" * (4 * MOST_ANSWER))) as door, session() as http:
        answer = await post(http, Request(door.url, b"{}"))
    assert isinstance(answer, Answer) and len(answer.body) == MOST_ANSWER


async def test_nobody_at_home_is_a_failure_that_may_pass() -> None:
    async with provider(says()) as door:
        gone = door.url
    verdict = await sent(channel("wecom", gone), sending())
    assert (verdict.why, verdict.result) == (Why.UNREACHABLE, "failed")


@pytest.mark.parametrize("text", ["17", " 17 ", "Tue, 14 Nov 2023 22:13:37 GMT"])
def test_a_pause_may_be_asked_for_in_seconds_or_by_a_date(text: str) -> None:
    assert retry_after(text, AT_MS) == 17.0


@given(st.text(max_size=40))
def test_any_text_may_stand_where_a_pause_is_asked_for(text: str) -> None:
    wait = retry_after(text, AT_MS)
    assert wait is None or 0 <= wait <= 3600


@given(st.integers(100, 999), st.text())
def test_every_status_means_something_and_none_but_the_door_says_yes(status: int, said: str) -> None:
    verdict = by_status(status, {}, said, AT_MS)
    assert verdict.result in ("failed", "refused")


@pytest.mark.parametrize("level", ["III", "I"])
@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
async def test_a_text_that_is_too_long_is_cut_between_characters_and_taken(kind: str, level: str) -> None:
    long = sending(level=level, text=Words(zh="湖滨" * 20_000, en="lake " * 20_000))
    async with provider(Robot(kind, lambda: 0.0)) as door:
        verdict = await sent(channel(kind, door.url), long)
    assert verdict.why is Why.ACCEPTED, verdict
    assert len(door.seen[0].raw) <= 20_000
    assert "\ufffd" not in door.seen[0].raw.decode()


async def test_a_webhook_stays_below_the_size_of_the_standard() -> None:
    long = sending(text=Words(zh="湖滨" * 20_000, en="lake " * 20_000), subject=Words(zh="湖" * 900, en="l" * 900))
    async with provider(says(200)) as door:
        await sent(channel("webhook", door.url), long)
    assert len(door.seen[0].raw) < 20_480


@pytest.mark.parametrize("breaks", [lambda key: key[:-1], lambda key: ""])
async def test_a_wrong_key_is_a_refusal(monkeypatch: pytest.MonkeyPatch, breaks: Callable[[str], str]) -> None:
    monkeypatch.setenv("WECOM_KEY", breaks(SECRETS["WECOM_KEY"]) or "x")
    monkeypatch.setenv("DING_SECRET", breaks(SECRETS["DING_SECRET"]) or "x")
    monkeypatch.setenv("FEISHU_SECRET", breaks(SECRETS["FEISHU_SECRET"]) or "x")
    found = []
    for kind in ("wecom", "dingtalk", "feishu"):
        async with provider(Robot(kind, lambda: 0.0)) as door:
            found.append((await sent(channel(kind, door.url), sending())).why)
    assert found == [Why.NO_SUCH_ROBOT, Why.BAD_SECRET, Why.BAD_SECRET]
