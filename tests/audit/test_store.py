"""The log takes everything once, in whole transactions, from one follower at a time; no password is ever shown."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from audit.chain import BEGINNING, Entry, canonical, chained, digest
from audit.engine import engine_of, reading
from audit.follow import batch_of
from audit.place import Away, Damaged, Place, Unusable, place_of, with_password
from audit.records import BREAK, entry_of, own
from audit.store import Batch, Taken, Writer
from tests.audit.logs import AT, alert, keep, log, record, rows, told, verified
from wire.topics import OFFICE_RECEIPTS, ZONE_ALERTS, ZONE_COUNTS

CHILD = """
import sys
from audit.place import place_of
from audit.store import Writer
from pathlib import Path
place = place_of(sys.argv[1], "", Path(sys.argv[2]))
with Writer(place, "hubin", 0) as writer:
    writer.claim()
    print("claimed", flush=True)
    sys.stdin.read()
"""


END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


def url_of(place: Place) -> str:
    """The setting that names a place."""
    return place.url if place.file is None else f"sqlite:///{place.file}"


@contextmanager
def follower(place: Place) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the log for itself."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url_of(place), "."], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == "claimed\n"
        yield child
    finally:
        child.kill()
        child.communicate()


def test_the_first_entry_names_the_site_and_each_names_the_one_before(place: Place) -> None:
    log(place, 3)
    found = rows(place, "SELECT number, kind, previous, hash, body FROM audit_entries ORDER BY number")
    assert [(number, kind) for number, kind, *_ in found] == [(0, "genesis"), *((n, "alert.level") for n in (1, 2, 3))]
    assert json.loads(bytes(found[0][4])) == {"site": "hubin", "version": 1}
    assert [bytes(row[2]) for row in found] == [BEGINNING, *(bytes(row[3]) for row in found[:-1])]


def test_a_batch_that_comes_again_after_its_answer_was_lost_is_not_written_again(place: Place) -> None:
    for records in ([0, 1, 2], [1, 2, 3], [0, 1, 2]):
        keep(place, [record(offset) for offset in records])
    assert [row[0] for row in rows(place, "SELECT topic_offset FROM audit_entries ORDER BY number")] == [
        None,
        0,
        1,
        2,
        3,
    ]
    with Writer(place, "hubin", AT) as writer:
        assert writer.positions() == {(ZONE_ALERTS, 0): 4}
    assert verified(place).findings == []


def test_only_a_break_moves_a_position_back(place: Place) -> None:
    log(place, 3)
    gone = own(BREAK, AT, {"expected": 3, "found": 0}, topic=ZONE_ALERTS, partition=0, offset=0)
    with Writer(place, "hubin", AT) as writer:
        writer.append(Batch([gone], positions={(ZONE_ALERTS, 0): 0}))
    keep(place, [record(0), record(1)])
    assert verified(place).checked == 7 and verified(place).findings == []


@pytest.mark.parametrize(
    ("value", "note"),
    [
        (b"\xff\xfe", "not JSON"),
        (b"", "not JSON"),
        (b"[1, 2]", "no object"),
        (None, "no value"),
        (b'{"zone": "\\u0000", "at": 1e99, "by": "' + b"x" * 300 + b'"}', None),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_came(place: Place, value: bytes | None, note: str | None) -> None:
    given = record(0, b"")
    keep(place, [type(given)(given.topic, 0, 0, AT, b"\x00\xff", value)])
    ((key, body, said, zone, by),) = rows(
        place, "SELECT message_key, body, note, zone, said_by FROM audit_entries WHERE number = 1"
    )
    assert bytes(key) == b"\x00\xff" and (None if body is None else bytes(body)) == value
    assert (said is None and note is None) or note in said
    assert zone is None and by is None
    assert verified(place).findings == []


def test_what_an_entry_can_be_found_by_is_what_its_message_says() -> None:
    receipt = entry_of(
        record(
            5,
            {"office": "street", "zone": "fountain", "by": "Lin Xia", "at": "2026-10-01T11:30:00.000Z"},
            OFFICE_RECEIPTS,
        )
    )
    assert (receipt.kind, receipt.office, receipt.zone, receipt.by, receipt.at) == (
        "receipt",
        "street",
        "fountain",
        "Lin Xia",
        AT,
    )
    quality = entry_of(record(6, alert(6, kind="quality")))
    assert quality.kind == "alert.quality" and entry_of(record(7, {}, ZONE_COUNTS)).kind == "count"


def test_the_canonical_form_tells_every_two_entries_apart() -> None:
    forms = {
        canonical(1, entry)
        for entry in (
            Entry(1, "a"), Entry(1, "a", zone=""), Entry(1, "a", barrier=""), Entry(1, "a", body=b""),
            Entry(1, "a", note="x"), Entry(1, "a", body=b"x"), Entry(11, "a"), Entry(1, "1a"), Entry(1, "a", at=1),
        )
    } | {canonical(11, Entry(1, "a"))}  # fmt: skip
    assert len(forms) == 10


def test_the_chain_is_what_the_page_for_auditors_says() -> None:
    (link,) = chained([Entry(seen=1, kind="genesis", at=1, body=b'{"site":"x"}')], 0, BEGINNING)
    empty = b"n0:"
    form = b"i1:0i1:1s7:genesisi1:1" + empty * 11 + b'b12:{"site":"x"}'
    assert canonical(0, link.entry) == form
    assert link.hash == digest(BEGINNING, 0, link.entry)


def test_a_second_follower_is_refused_and_may_follow_when_the_first_is_killed(place: Place) -> None:
    with follower(place) as first:
        with Writer(place, "hubin", AT) as second, pytest.raises(Taken, match="one is enough"):
            second.claim()
        first.send_signal(signal.SIGKILL)
        first.wait()
    with Writer(place, "hubin", AT) as third:
        third.claim()


def test_a_look_up_is_written_beside_a_follower_and_the_chain_stays_whole(place: Place) -> None:
    log(place, 2)
    with follower(place), Writer(place, None, AT) as other:
        other.append(Batch([own("lookup", AT, {"by": "Lin Xia"}, by="Lin Xia")]))
    keep(place, [record(2)])
    assert verified(place).checked == 5 and verified(place).findings == []


def test_many_writers_at_once_make_one_chain_without_gaps(place: Place) -> None:
    log(place, 1)

    def write(by: int) -> None:
        with Writer(place, None, AT) as writer:
            for number in range(5):
                writer.append(Batch([own("lookup", AT, {"by": by, "number": number})]))

    threads = [threading.Thread(target=write, args=(by,)) for by in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verified(place).checked == 22 and verified(place).findings == []


def test_a_log_of_another_site_is_refused(place: Place) -> None:
    log(place, 1)
    with Writer(place, "elsewhere", AT) as writer, pytest.raises(Damaged, match="'hubin', not 'elsewhere'"):
        writer.positions()


def test_a_database_that_is_locked_takes_nothing_says_so_and_takes_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.engine.BUSY_MS", 10)
    place = place_of("", "", tmp_path)
    log(place, 1)
    blocker = sqlite3.connect(tmp_path / "audit.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with Writer(place, "hubin", AT) as writer:
        with pytest.raises(Away, match="locked"):
            writer.append(batch_of([record(1)], {}))
        blocker.execute("ROLLBACK")
        blocker.close()
        assert len(writer.append(batch_of([record(1)], {}))) == 1
    assert verified(place).checked == 3


def test_a_server_that_ends_the_connection_is_asked_anew(postgres: object, tmp_path: Path) -> None:
    server = postgres
    place = place_of(server.get_uri(), "", tmp_path)  # type: ignore[attr-defined]  # the fixture loads its class late
    with Writer(place, "hubin", AT) as writer:
        writer.claim()
        writer.append(batch_of([record(0)], {}))
        with engine_of(place).begin() as other:
            other.execute(text(END_OTHERS))
        with pytest.raises(Away):
            writer.append(batch_of([record(1)], {}))
        assert len(writer.append(batch_of([record(1)], {}))) == 1
    assert verified(place).findings == []


def test_what_is_no_log_is_said(tmp_path: Path) -> None:
    with pytest.raises(Away, match="audit run"), reading(place_of("", "", tmp_path)):
        pass
    (tmp_path / "audit.db").write_bytes(b"no database at all, only words" * 50)
    with pytest.raises(Damaged, match="damaged"), reading(place_of("", "", tmp_path)):
        pass
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x (y)").connection.close()
    with (
        pytest.raises(Damaged, match="no audit log"),
        reading(place_of(f"sqlite:///{tmp_path}/other.db", "", tmp_path)),
    ):
        pass


def test_a_changed_byte_in_the_file_itself_is_found(tmp_path: Path) -> None:
    place = place_of("", "", tmp_path)
    log(place)
    connection = sqlite3.connect(tmp_path / "audit.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    raw = (tmp_path / "audit.db").read_bytes()
    assert raw.count(b'"id":"a-4"') == 1
    (tmp_path / "audit.db").write_bytes(raw.replace(b'"id":"a-4"', b'"id":"b-4"'))
    assert told(verified(place)) == [(5, "changed")]


SECRET = "tide&gate/2@26"


@pytest.mark.parametrize(
    "url", [f"postgresql://u:{'x'}@h/d", "postgresql://u@h/d?password=x", "mysql://h/d", "sqlite://"]
)
def test_a_place_that_cannot_be_is_refused_and_no_password_is_repeated(url: str) -> None:
    with pytest.raises(Unusable) as refused:
        place_of(url, "", Path("."))
    assert "TIDEGATE_AUDIT_URL" in str(refused.value) and ":x@" not in str(refused.value)


def test_a_password_is_read_where_its_reference_says_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_PASSWORD", SECRET)
    place = place_of("postgresql://u@127.0.0.1:1/d", "env:LOG_PASSWORD", Path("."))
    assert SECRET not in repr(place) + place.shown
    assert with_password(place, SECRET) == "postgresql://u:tide%26gate%2F2%4026@127.0.0.1:1/d"
    with pytest.raises(Away) as away, Writer(place, "hubin", AT) as writer:
        writer.positions()
    assert SECRET not in str(away.value) and "127.0.0.1:1" in str(away.value)
    monkeypatch.delenv("LOG_PASSWORD")
    with pytest.raises(Away, match="LOG_PASSWORD"), reading(place):
        pass
    assert os.environ.get("LOG_PASSWORD") is None
