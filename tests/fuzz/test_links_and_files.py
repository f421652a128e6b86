"""Links, secrets by name, and the files of a site: whatever they say, they are read, or refused in words."""

import re
import string
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from backtest.mapping import MappingErrors
from backtest.mapping import load as load_mapping
from backtest.recordings import RecordingError, read
from streams.policy import PolicyErrors, load
from streams.texts import load_texts
from tests.fuzz.mutations import broken, examples
from tests.streams.policy.files import SITE, THRESHOLDS
from wire.links import AckLink, LinkRefused, Links, ReportLink
from wire.secrets import SecretMissing, secret

NOW = 1_767_225_600_000
LINKS = Links([SecretStr("s" * 32)], "hubin")
REPORT = ReportLink("north", "e-1", 3, "c-3", "deployed", NOW, "crew 1", NOW + 1)
TOKENS = {LINKS.report(REPORT), LINKS.acknowledge(AckLink("street", "n-1", NOW + 1, "Lin"))}
TEXTS = (
    'raise:\n  zh: "【{zone}】{time} 升至{level}，{people} 人。"\n  en: "{zone}, {time}: {level}, {people} people."\n'
)
MAPPING = "at: {column: t, zone: UTC}\nsensor: {column: s}\ncount: {column: n}\nskip: 1\n"
RECORDING = "seen,at,sensor,in,out,count\n2026-01-01T00:00:00Z,1767225600000,gate,3,0,\n"
RECORDING += ",2026-01-01T00:00:00.5+08:00,cam,,,812\n"


def texts(good: str) -> st.SearchStrategy[str]:
    """A file of a site with slips in it; what is no UTF-8 never gets that far."""
    return broken([good.encode()]).map(lambda value: value.decode("utf-8", "replace"))


@examples(300)
@given(
    token=st.one_of(broken([token.encode() for token in TOKENS]).map(lambda value: value.decode("latin-1")), st.text())
)
def test_a_changed_link_opens_nothing(token: str) -> None:
    for opened in (LINKS.open_report, LINKS.open_acknowledge):
        if token not in TOKENS:
            with suppress(LinkRefused):
                raise AssertionError(f"{token!r} opens {opened(token, NOW)}")


@examples(100)
@given(
    name=st.one_of(
        broken([b"env:TIDEGATE_NO_SUCH", b"file:no/such/file", b"file:."]).map(lambda value: value.decode("latin-1")),
        st.text(string.printable + "音\0", max_size=12),
    )
)
@example("file:a\0b")
@example("env:a=b")
def test_a_secret_by_any_name_is_missing_in_words_that_hold_no_more_than_its_name(name: str) -> None:
    with suppress(SecretMissing):
        assert secret(name).get_secret_value()


@examples(60)
@given(site=texts(SITE), thresholds=texts(THRESHOLDS))
def test_slips_in_the_bytes_of_the_two_files_are_told_with_their_places(site: str, thresholds: str) -> None:
    for one, other in ((site, THRESHOLDS), (SITE, thresholds)):
        try:
            load(one, other)
        except PolicyErrors as errors:
            assert errors.problems and all(problem.line > 0 and problem.column > 0 for problem in errors.problems)


@examples(100)
@given(text=texts(TEXTS))
def test_slips_in_the_texts_of_notices_are_told_with_their_places(text: str) -> None:
    try:
        load_texts(text)
    except PolicyErrors as errors:
        assert errors.problems and all(problem.line > 0 and problem.column > 0 for problem in errors.problems)


@examples(60)
@given(mapping=broken([MAPPING.encode()]))
def test_slips_in_a_mapping_are_told_with_their_places(mapping: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mapping.yaml"
        path.write_bytes(mapping)
        try:
            load_mapping(path)
        except MappingErrors as errors:
            assert re.search(r":\d+:\d+", str(errors))


# pyarrow tells of a row with too many fields in UTF-8 only, and complains on standard error where it is none.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@examples(60)
@given(recording=broken([RECORDING.encode()]))
def test_a_broken_recording_is_read_or_refused(recording: bytes) -> None:
    with TemporaryDirectory() as folder, suppress(RecordingError):
        path = Path(folder) / "readings.csv"
        path.write_bytes(recording)
        for batch in read(path):
            assert len(batch.at) == len(batch.sensor) == len(batch.count)
