"""The pages for crews and offices over HTTP: every way in which nothing is taken, and what is said then."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from console.field import desk, words
from console.field.allowance import CALLS, LINKS, Allowance
from console.push import Link
from console.settings import PageSettings
from tests.console.phone import ACK, NOW, SIGNER, TOKEN, UP, Phone, of, offers
from wire.links import Links, Refusal

# Links that open nothing


async def test_every_bad_link_says_what_is_wrong_with_it_and_is_logged_without_it(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    bad = {
        Refusal.FORGED: (f"/r/{TOKEN[:-4]}AAAA", 403),
        Refusal.CUT: (f"/r/{TOKEN[:-9]}", 403),
        Refusal.EXPIRED: (f"/r/{SIGNER.report(replace(UP, expires=NOW))}", 410),
        Refusal.OTHER_PURPOSE: (f"/n/{TOKEN}", 403),
        Refusal.OTHER_SITE: (f"/r/{Links([SecretStr('s' * 40)], 'xihu').report(UP)}", 403),
    }
    assert set(bad) == set(Refusal)
    for why, (path, status) in bad.items():
        for answered in (await phone.get(path), await phone.tap(path, position="accepted", what="acked")):
            assert (answered.status, why.text.zh in answered.text) == (status, True), why
            assert "北侧" not in answered.text and "North" not in answered.text
            assert answered.headers["cache-control"] == "no-store"
        assert why.text.en in caplog.text
        assert path[3:60] not in caplog.text
    assert phone.posted == []


async def test_a_barrier_or_office_that_is_no_more_is_told(phone: Phone) -> None:
    gone = SIGNER.report(replace(UP, barrier="old-barrier")), SIGNER.acknowledge(replace(ACK, office="old"))
    for path in (f"/r/{gone[0]}", f"/n/{gone[1]}"):
        answered = await phone.get(path)
        assert answered.status == 404 and words.NOT_HERE.zh in answered.text


async def test_without_a_secret_there_are_no_such_pages() -> None:
    answered = await of(PageSettings(), [], None).get(f"/r/{TOKEN}")
    assert answered.status == 404 and words.NO_LINKS.zh in answered.text


async def test_one_link_cannot_be_called_without_end_and_the_others_go_on(phone: Phone) -> None:
    answered = [(await phone.get(f"/r/{TOKEN}")).status for _ in range(CALLS + 1)]
    assert answered == [200] * CALLS + [429]
    assert (await phone.get(f"/n/{SIGNER.acknowledge(ACK)}")).status == 200
    assert (await phone.tap(f"/r/{TOKEN}", position="accepted")).status == 429 and phone.posted == []


def test_calls_come_back_evenly_and_only_so_many_links_are_remembered() -> None:
    allowance = Allowance(calls=2)
    assert [allowance.wait_s("a", 0) for _ in range(3)] == [0, 0, 30]
    assert allowance.wait_s("a", 30_000) == 0 and allowance.wait_s("a", 30_001) > 0
    for number in range(LINKS):
        assert allowance.wait_s(f"link-{number}", 40_000) == 0
    assert allowance.wait_s("a", 40_000) == 0, "forgotten, so it begins anew"


# Kafka away


async def test_when_kafka_does_not_take_a_report_the_page_says_so_and_whom_to_call(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(desk, "TAKEN_S", 0.3)
    phone = of(PageSettings(kafka="127.0.0.1:1"), [], SIGNER)
    phone.hub.stand(Link.AWAY)
    assert words.AWAY.zh in (await phone.get(f"/r/{TOKEN}")).text
    for _ in range(2):
        tapped = await phone.tap(f"/r/{TOKEN}", position="accepted", seen="-")
        page = await phone.get(tapped.headers["location"])
        assert page.status == 503
        assert "没有收到您的上报" in page.text and "NOT taken" in page.text
        assert page.text.index("tel:057187170000") < page.text.index("请布设"), "the number comes first"
        assert offers(page), "it may be tried again"
    assert caplog.text.count("about north-barrier was not taken") == 2
    kept: list[Any] = []
    monkeypatch.setattr(desk, "post", lambda *given: kept.append(given))
    await phone.tap(f"/r/{TOKEN}", position="accepted", seen="-")
    assert len(kept) == 1
