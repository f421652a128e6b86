"""Whatever is done to a log is found, and named by its number."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from audit.chain import Entry, digest
from audit.engine import engine_of
from audit.place import Place
from audit.verify import Anchor
from tests.audit.logs import anchored, keep, log, record, renumbered, rows, tamper, told, verified

COLUMNS = (
    "number, seen_ms, kind, at_ms, topic, topic_partition, topic_offset, message_key, zone, barrier, office, incident, "
    "sensor, said_by, note, body, previous, hash"
)


def test_a_log_that_nobody_touched_is_whole(place: Place) -> None:
    log(place)
    verdict = verified(place, 0, anchored(place))
    assert (verdict.checked, verdict.findings) == (9, [])
    assert verified(place, 4).findings == []


@pytest.mark.parametrize("column", [name for name in COLUMNS.split(", ") if name not in ("number", "previous", "hash")])
def test_a_changed_byte_in_any_column_is_found_at_its_entry(place: Place, column: str) -> None:
    log(place)
    value = {"message_key": b"x", "body": b"{}"}.get(
        column, 7 if column.endswith(("_ms", "_partition", "_offset")) else "x"
    )
    tamper(place, f"UPDATE audit_entries SET {column} = :value WHERE number = 4", value=value)  # noqa: S608
    assert (4, "changed") in told(verified(place))


@pytest.mark.parametrize("column", ["hash", "previous"])
def test_a_changed_hash_is_found_at_its_entry(place: Place, column: str) -> None:
    log(place)
    tamper(place, f"UPDATE audit_entries SET {column} = :value WHERE number = 4", value=bytes(32))  # noqa: S608
    assert told(verified(place))[0] == (4, "changed")


def test_an_entry_that_was_changed_and_hashed_anew_is_found_by_the_one_after_it(place: Place) -> None:
    log(place)
    ((previous, seen, kind),) = rows(place, "SELECT previous, seen_ms, kind FROM audit_entries WHERE number = 4")
    forged = digest(bytes(previous), 4, Entry(seen=seen, kind=kind, note="forged"))
    blank = ", ".join(f"{name} = NULL" for name in COLUMNS.split(", ")[3:14])
    statement = f"UPDATE audit_entries SET {blank}, note = 'forged', body = NULL, hash = :h WHERE number = 4"  # noqa: S608
    tamper(place, statement, h=forged)
    assert told(verified(place)) == [(4, "changed")]


@pytest.mark.parametrize(
    ("gone", "named"), [("number = 4", "4 to 4"), ("number IN (4, 5)", "4 to 5"), ("number = 0", "0 to 0")]
)
def test_a_deleted_row_is_missing(place: Place, gone: str, named: str) -> None:
    log(place)
    tamper(place, f"DELETE FROM audit_entries WHERE {gone}")  # noqa: S608
    verdict = verified(place)
    assert [finding.fault for finding in verdict.findings] == ["missing"]
    assert named in verdict.findings[0].said("en")


def test_a_deleted_row_whose_gap_was_closed_is_missing(place: Place) -> None:
    log(place)
    tamper(
        place,
        "DELETE FROM audit_entries WHERE number = 4",
        *renumbered(*((number, number - 1) for number in range(5, 9))),
    )
    assert told(verified(place)) == [(4, "missing")]


def test_swapped_rows_are_out_of_their_places(place: Place) -> None:
    log(place)
    tamper(place, *renumbered((4, -1), (5, 4), (-1, 5)))
    assert told(verified(place)) == [(4, "moved"), (5, "moved")]


def test_rows_that_were_swapped_over_a_distance_are_out_of_their_places(place: Place) -> None:
    log(place, 40)
    tamper(place, *renumbered((4, -1), (35, 4), (-1, 35)))
    assert {number for number, fault in told(verified(place)) if fault == "moved"} >= {4, 35}


def test_an_inserted_row_is_named(place: Place) -> None:
    log(place)
    shift = renumbered(*((number, number + 1) for number in range(8, 3, -1)))
    ((previous,),) = rows(place, "SELECT hash FROM audit_entries WHERE number = 3")
    forged = digest(bytes(previous), 4, Entry(seen=1, kind="alert.level"))
    insert = "INSERT INTO audit_entries (number, seen_ms, kind, previous, hash) VALUES (4, 1, 'alert.level', :p, :h)"
    tamper(place, *shift, insert, p=bytes(previous), h=forged)
    assert told(verified(place)) == [(4, "inserted")]


def test_a_cut_tail_is_found_by_what_the_log_says_of_its_topics(place: Place) -> None:
    log(place)
    tamper(place, "DELETE FROM audit_entries WHERE number >= 7")
    assert told(verified(place)) == [(7, "cut_off")]


def test_a_tail_that_was_cut_with_all_traces_is_found_by_the_anchor(place: Place) -> None:
    log(place)
    anchor = anchored(place)
    tamper(place, "DELETE FROM audit_entries WHERE number >= 7", "UPDATE audit_positions SET next_offset = 6")
    assert told(verified(place)) == []
    (finding,) = verified(place, 0, anchor).findings
    assert (finding.number, finding.fault) == (7, "cut_off")
    assert "6" in finding.said("en") and "8" in finding.said("zh")


def test_a_tail_that_was_written_anew_is_found_by_the_anchor(place: Place) -> None:
    log(place)
    anchor = anchored(place)
    tamper(place, "DELETE FROM audit_entries WHERE number >= 7", "UPDATE audit_positions SET next_offset = 6")
    keep(place, [record(offset, {"zone": "fountain", "at": 1}) for offset in (6, 7, 8)])
    assert told(verified(place)) == []
    assert told(verified(place, 0, anchor)) == [(8, "changed")]


def test_a_log_without_any_entry_is_cut_off(place: Place) -> None:
    log(place)
    tamper(place, "DELETE FROM audit_entries")
    assert told(verified(place, 0, Anchor(8, bytes(32)))) == [(0, "cut_off")]
    assert told(verified(place)) == [(0, "cut_off")]


def test_a_record_that_is_written_twice_is_a_repeat(place: Place) -> None:
    log(place, 3)
    tamper(place, "UPDATE audit_positions SET next_offset = 0")
    keep(place, [record(2)])
    assert told(verified(place)) == [(4, "repeated")]


def test_many_findings_are_told_up_to_a_hundred_and_then_counted(place: Place) -> None:
    log(place, 130)
    tamper(place, "UPDATE audit_entries SET note = 'x'")
    verdict = verified(place)
    assert (len(verdict.findings), verdict.more) == (100, 31)
    assert all("changed" in finding.said("en") and "改动" in finding.said("zh") for finding in verdict.findings)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET note = 'x' WHERE number = 1", "DELETE FROM audit_entries"]
)
def test_the_database_refuses_to_change_an_entry(place: Place, statement: str) -> None:
    log(place, 2)
    with pytest.raises(DatabaseError, match="written once"), engine_of(place, writes=True).begin() as connection:
        connection.execute(text(statement))
    assert verified(place).findings == []
