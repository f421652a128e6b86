"""Links of crews and offices: what they open, until when, and every way in which one opens nothing."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from wire.links import SHORTEST_SECRET, AckLink, LinkRefused, Links, NoAddress, Refusal, ReportLink, address, secrets_of
from wire.secrets import SecretMissing
from wire.settings import Settings

NOW = 1_790_851_500_000
HOUR_MS = 3_600_000
OLD, NEW = SecretStr("o" * 40), SecretStr("n" * 40)
LINKS = Links([NEW], "hubin")
CREW = ReportLink(
    barrier="north-barrier", episode="e-1", sequence=3, command="c-3", position="deployed", asked_at=NOW,
    crew="北侧一组 · crew 1", expires=NOW + 12 * HOUR_MS,
)  # fmt: skip
OFFICE = AckLink(office="hubin-street", notice="n-1", expires=NOW + HOUR_MS)
REPORT, ACK = LINKS.report(CREW), LINKS.acknowledge(OFFICE)


def refused(links: Links, token: str, now_ms: int = NOW) -> Refusal:
    """Why a report link opens nothing."""
    with pytest.raises(LinkRefused) as caught:
        links.open_report(token, now_ms)
    return caught.value.why


def test_a_crew_opens_its_link_and_is_known_by_its_name() -> None:
    assert LINKS.open_report(REPORT, NOW) == CREW
    assert LINKS.open_acknowledge(ACK, NOW) == OFFICE
    assert len(REPORT) < 400 and REPORT.isascii()


def test_a_link_ends_at_its_instant_and_not_before() -> None:
    assert LINKS.open_report(REPORT, CREW.expires - 1) == CREW
    assert refused(LINKS, REPORT, CREW.expires) is Refusal.EXPIRED


def test_a_link_to_report_never_acknowledges_and_the_other_way_round() -> None:
    assert refused(LINKS, ACK) is Refusal.OTHER_PURPOSE
    with pytest.raises(LinkRefused) as caught:
        LINKS.open_acknowledge(REPORT, NOW)
    assert caught.value.why is Refusal.OTHER_PURPOSE


def test_a_link_of_another_site_opens_nothing_here_even_with_the_same_secret() -> None:
    assert refused(LINKS, Links([NEW], "xihu").report(CREW)) is Refusal.OTHER_SITE


def test_a_link_signed_with_another_secret_is_forged() -> None:
    assert refused(LINKS, Links([OLD], "hubin").report(CREW)) is Refusal.FORGED


def test_a_secret_is_changed_without_a_link_dying_and_gone_with_it() -> None:
    before, during = Links([OLD], "hubin"), Links([NEW, OLD], "hubin")
    assert during.open_report(before.report(CREW), NOW) == CREW
    assert during.report(CREW) == REPORT
    assert refused(LINKS, before.report(CREW)) is Refusal.FORGED


@given(st.integers(0, len(REPORT) - 1), st.integers(0, 7))
def test_a_link_with_any_bit_flipped_opens_nothing(place: int, bit: int) -> None:
    changed = REPORT[:place] + chr(ord(REPORT[place]) ^ 1 << bit) + REPORT[place + 1 :]
    assert refused(LINKS, changed) in (Refusal.FORGED, Refusal.CUT)


@given(st.integers(0, len(REPORT) - 1))
def test_a_link_that_was_cut_says_that_it_is_incomplete(length: int) -> None:
    assert refused(LINKS, REPORT[:length]) is Refusal.CUT


@given(st.integers(0, len(REPORT)), st.text(min_size=1, max_size=20))
def test_a_link_with_anything_put_into_it_opens_nothing(place: int, more: str) -> None:
    assert refused(LINKS, REPORT[:place] + more + REPORT[place:]) in (Refusal.FORGED, Refusal.CUT)


@given(st.text(max_size=100))
def test_what_is_no_link_at_all_is_refused_in_words(text: str) -> None:
    assert refused(LINKS, text) in (Refusal.FORGED, Refusal.CUT)
    assert refused(LINKS, text + "." + "A" * 43) is Refusal.FORGED


def test_a_link_is_written_in_one_way_only() -> None:
    """The last character of a signature has two bits to spare: base64 reads them away."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same = [REPORT[:-1] + other for other in alphabet if other != REPORT[-1]]
    assert {refused(LINKS, token) for token in same} == {Refusal.FORGED}
    assert refused(LINKS, REPORT + "=") is Refusal.FORGED


def test_what_a_page_says_of_a_bad_link_says_nothing_of_what_is_in_it() -> None:
    for why in Refusal:
        said = why.text.zh + why.text.en + str(LinkRefused(why))
        assert not any(word in said for word in (CREW.barrier, CREW.crew, OFFICE.office, "hubin"))
        assert any("\u4e00" <= letter <= "\u9fff" for letter in why.text.zh)
    assert len({why.text.en for why in Refusal}) == len(Refusal)


def test_what_a_link_holds_is_no_secret_and_the_secret_is_not_in_it() -> None:
    held = base64.urlsafe_b64decode(REPORT.split(".")[0] + "==")
    assert b"north-barrier" in held and b"n" * 40 not in held
    assert "nnnn" not in REPORT + str([NEW])


def test_secrets_are_named_the_newest_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("o" * 40 + "\n", encoding="utf-8")
    monkeypatch.setenv("LINKS_NEW", "n" * 40)
    assert secrets_of(f"env:LINKS_NEW, file:{tmp_path / 'old'}") == [NEW, OLD]


@pytest.mark.parametrize("references", ["", " , ", "env:NOBODY_SET_IT", "env:LINKS_SHORT", "hunter2" * 6])
def test_without_a_good_secret_nothing_is_signed_and_it_is_said_what_to_do(
    monkeypatch: pytest.MonkeyPatch, references: str
) -> None:
    monkeypatch.setenv("LINKS_SHORT", "s" * (SHORTEST_SECRET - 1))
    with pytest.raises(SecretMissing) as caught:
        secrets_of(references)
    assert "s" * 20 not in str(caught.value) and "hunter2" not in str(caught.value)
    with pytest.raises(ValueError, match="needs a secret"):
        Links([], "hubin")


def test_a_link_is_sent_with_the_address_that_phones_reach() -> None:
    whole = address(Settings(public_url="https://gate.example.org/"), "report", REPORT)
    assert whole == f"https://gate.example.org/r/{REPORT}"
    for wrong in ("", "gate.example.org", "ftp://gate", "https://gate/?a=1"):
        with pytest.raises(NoAddress, match="TIDEGATE_PUBLIC_URL"):
            address(Settings(public_url=wrong), "acknowledge", ACK)


def test_a_link_that_could_not_be_opened_again_is_not_made() -> None:
    with pytest.raises(ValueError, match="too long"):
        LINKS.acknowledge(AckLink(office="o" * 2_000, notice="n", expires=NOW))
    with pytest.raises(ValueError, match="cannot expire"):
        LINKS.acknowledge(AckLink(office="o", notice="n", expires=-1))
