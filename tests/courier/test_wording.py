"""What is read: Chinese first, never cut within a character, never longer than a provider takes."""

from hypothesis import given
from hypothesis import strategies as st

from courier import wording
from courier.verdict import MASK, masked
from courier.waiting import Held
from streams.schemas import Words
from tests.courier.providers import sending

TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(TEXTS, st.integers(0, 400))
def test_a_cut_text_has_whole_characters_and_no_more_bytes_than_asked(text: str, most: int) -> None:
    cut = wording.fitting(text, most)
    assert len(cut.encode()) <= most
    assert cut == text or text.startswith(cut.removesuffix(wording.CUT))


@given(TEXTS, TEXTS, st.lists(st.just("https://tide.example.org/a/0123456789"), max_size=2), st.integers(1, 900))
def test_both_languages_and_links_fit_together(zh: str, en: str, links: list[str], most: int) -> None:
    said = wording.text(sending(text=Words(zh=zh, en=en)), most, links)
    assert len(said.encode()) <= most


def test_chinese_and_the_link_stay_whole_when_english_has_no_room() -> None:
    what = sending(text=Words(zh="湖" * 100, en="lake " * 100))
    said = wording.text(what, 400, ["https://tide.example.org/a"])
    assert said.startswith("湖" * 100) and said.endswith("\nhttps://tide.example.org/a") and wording.CUT in said


def test_a_test_says_so_in_both_languages() -> None:
    what = sending(what="test")
    assert wording.subject(what).startswith("【测试】") and "[TEST] " in wording.subject(what)
    assert wording.text(what, 1_000).startswith("【测试】")


@given(st.integers(1, 60), st.integers(1, 4_000))
def test_a_digest_holds_whole_lines_and_says_how_many(count: int, most: int) -> None:
    held = [Held(sending(number)) for number in range(count)]
    made, told = wording.digest(held, most)
    assert 1 <= told <= count
    assert made.text.zh.count("•") == made.text.en.count("•") == len(made.notices) == told
    assert f"{told} 条通知" in made.text.zh
    assert told == 1 or len(wording.text(made, 10**6).encode()) <= most


def test_a_digest_of_the_same_sendings_has_the_same_id_and_is_never_urgent() -> None:
    held = [Held(sending(number, level="II")) for number in range(3)]
    first, second = wording.digest(held, 4_000)[0], wording.digest(held, 4_000)[0]
    assert first.id == second.id != held[0].sending.id
    assert first.level == "II" and not first.urgent


def test_a_secret_within_a_secret_leaves_nothing_behind() -> None:
    assert masked("key=abcdef&k=abc", ("abc", "abcdef", "")) == f"key={MASK}&k={MASK}"
