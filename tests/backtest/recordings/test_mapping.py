"""Foreign CSV by a mapping: every row becomes a reading or is counted with its reason."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.mapping import Imported, LeftOut, MappingErrors, load, run
from backtest.recordings import MISSING, RecordingError
from streams.policy import render
from tests.backtest.recordings.making import unhurried

HEADS = "at: {column: t, zone: UTC}\nsensor: {column: s}\ncount: {column: n}\n"


def imported(tmp_path: Path, mapping: str, *texts: str, hints: bool = False) -> Imported:
    """Import texts as files, by a mapping."""
    (tmp_path / "mapping.yaml").write_text(mapping)
    paths = [tmp_path / f"{number}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return run(load(tmp_path / "mapping.yaml"), paths, hints=hints)


def readings(found: Imported) -> list[tuple[int, str, int | None, int | None, int | None]]:
    """Instant, sensor, in, out and count of every reading."""
    columns = found.columns
    figures = [
        [None if value == MISSING else int(value) for value in column]
        for column in (columns.enter, columns.leave, columns.count)
    ]
    names = [columns.names[number] for number in columns.sensor]
    return list(zip([int(at) for at in columns.at], names, *figures, strict=True))


def test_each_row_is_a_reading_or_is_counted_with_its_reason_and_its_place(tmp_path: Path) -> None:
    text = "t,s,n\n1970-01-01T00:00:01Z,a,1\n,a,2\nsoon,a,3\n1970-01-01,,4\n1970-01-01,a,\n1970-01-01,a,x\n"
    text += "1970-01-01,a,1.5\n1970-01-01,a,1e99\n1970-01-01,a\n\n1970-01-01T00:00:02,a,7.0\n"
    found = imported(tmp_path, HEADS, text)

    assert readings(found) == [(1000, "a", None, None, 1), (2000, "a", None, None, 7)]
    assert found.tally.left_out == {
        LeftOut.NO_INSTANT: 1,
        LeftOut.NOT_AN_INSTANT: 1,
        LeftOut.NO_SENSOR: 1,
        LeftOut.NO_FIGURE: 1,
        LeftOut.NOT_A_NUMBER: 1,
        LeftOut.NOT_WHOLE: 1,
        LeftOut.TOO_LARGE: 1,
        LeftOut.RAGGED: 1,
    }
    places = {reason: example.line for reason, example in found.tally.examples.items()}
    assert places[LeftOut.NO_INSTANT] == 3
    assert places[LeftOut.TOO_LARGE] == 9
    assert places[LeftOut.RAGGED] == 10
    assert found.tally.examples[LeftOut.NOT_AN_INSTANT].text == "soon, a, 3"
    assert found.tally.rows == 10


cells = st.sampled_from(["", "a", "1", "-2", "3.0", "4.5", "x", "2026-10-01", "2026-10-01T00:00:00Z", "9" * 30])


@unhurried
@given(st.lists(st.lists(cells, min_size=1, max_size=4)))
def test_no_row_is_ever_lost_without_a_word(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    text = "t,s,n\n" + "".join(",".join(row) + "\n" for row in table)
    found = imported(tmp_path_factory.mktemp("made"), HEADS, text)

    blank = sum(len(row) in (1, 3) and not any(row) for row in table)
    assert found.tally.rows == len(table) - blank
    assert found.tally.rows == len(found.columns) + sum(found.tally.left_out.values())


def test_rows_without_an_offset_are_left_out_when_the_mapping_names_no_zone(tmp_path: Path) -> None:
    found = imported(
        tmp_path, HEADS.replace(", zone: UTC", ""), "t,s,n\n1970-01-01T00:00:01,a,1\n1970-01-01T00:00:01Z,a,2\n"
    )

    assert (readings(found), found.tally.left_out) == ([(1000, "a", None, None, 2)], {LeftOut.NO_OFFSET: 1})


def test_columns_are_joined_and_the_spaces_around_names_and_values_do_not_count(tmp_path: Path) -> None:
    mapping = (
        'at: {columns: [DATE, TIME], format: "%m/%d/%Y %H:%M:%S", zone: America/New_York}\n'
        "sensor: {columns: [CA, SCP]}\nin: {column: ENTRIES}\nout: {column: EXITS}\n"
    )
    text = "CA ,SCP,DATE, TIME,ENTRIES,EXITS      \nA002 ,02-00,12/30/2023,03:00:00,102019 ,73801   \n"

    assert readings(imported(tmp_path, mapping, text)) == [(1_703_923_200_000, "A002/02-00", 102019, 73801, None)]


def test_where_keeps_the_rows_that_it_names(tmp_path: Path) -> None:
    text = "t,s,n,kind,line\n1970-01-01,a,1,REGULAR,7\n1970-01-01,a,2,RECOVR AUD,7\n"
    text += "1970-01-01,a,3,TEST,7\n1970-01-01,a,x,REGULAR,8\n"
    found = imported(tmp_path, HEADS + "where: {kind: [REGULAR, RECOVR AUD], line: 7}\n", text)

    assert [reading[4] for reading in readings(found)] == [1, 2]
    assert found.tally.left_out == {LeftOut.NOT_WANTED: 2}


LONG = "at: {column: t, format: epoch_s}\nsensor: {column: s}\nlong: {column: flow, in: 9, out: 7, value: n}\n"


def test_the_rows_of_both_directions_become_one_reading(tmp_path: Path) -> None:
    text = "t,s,flow,n\n1,a,7,5\n1,a,9,3\n1,b,9,1\n2,a,9,4\n2,b,7,2\n3,a,8,9\n"
    found = imported(tmp_path, LONG, text)

    assert sorted(readings(found)) == [
        (1000, "a", 3, 5, None),
        (1000, "b", 1, None, None),
        (2000, "a", 4, None, None),
        (2000, "b", None, 2, None),
    ]
    assert (found.tally.joined, found.tally.left_out) == (1, {LeftOut.OTHER_FLOW: 1})


def test_a_direction_that_is_there_twice_stays_there_twice(tmp_path: Path) -> None:
    found = imported(tmp_path, LONG, "t,s,flow,n\n1,a,9,1\n1,a,9,2\n1,a,7,3\n1,a,9,4\n1,a,7,5\n")

    assert sorted(readings(found), key=str) == [
        (1000, "a", 1, 3, None),
        (1000, "a", 2, 5, None),
        (1000, "a", 4, None, None),
    ]


@unhurried
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.sampled_from("79"), st.integers(0, 9))))
def test_joining_directions_neither_loses_nor_invents_people(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[int, str, str, int]]
) -> None:
    text = "t,s,flow,n\n" + "".join(f"{at},{name},{flow},{people}\n" for at, name, flow, people in made)
    found = imported(tmp_path_factory.mktemp("made"), LONG, text)

    total = {flow: sum(people for _, _, each, people in made if each == flow) for flow in "79"}
    assert sum(reading[2] or 0 for reading in readings(found)) == total["9"]
    assert sum(reading[3] or 0 for reading in readings(found)) == total["7"]
    assert len(found.columns) + found.tally.joined == len(made)


def test_both_directions_of_the_hour_shown_twice_stay_together(tmp_path: Path) -> None:
    mapping = (
        'header: [flow, t, n]\nat: {column: t, format: "%Y-%m-%d %H:%M", zone: Europe/Zurich}\n'
        "sensor: {id: door}\nlong: {column: flow, in: in, out: out, value: n}\n"
    )
    text = "".join(
        f"{flow},2025-10-26 02:30,{people}\n" for flow, people in (("in", 1), ("out", 2), ("in", 3), ("out", 4))
    )
    found = imported(tmp_path, mapping, text)

    assert [reading[2:4] for reading in readings(found)] == [(1, 2), (3, 4)]
    assert np.diff(found.columns.at).tolist() == [3_600_000]
    assert found.repeated_hours == 4


def test_files_are_merged_by_arrival_and_ties_keep_their_order(tmp_path: Path) -> None:
    mapping = HEADS + "seen: {column: r, format: epoch_s}\n"
    first = "t,s,n,r\n1970-01-01,a,1,5\n1970-01-01,a,2,3\n"
    second = "t,s,n,r\n1970-01-01,b,3,3\n1970-01-01,b,4,4\n1970-01-01,b,5,\n"
    found = imported(tmp_path, mapping, first, second)

    assert [reading[4] for reading in readings(found)] == [2, 3, 4, 1]
    assert (found.has_seen, found.tally.left_out) == (True, {LeftOut.NO_ARRIVAL: 1})


def test_without_arrival_rows_are_ordered_by_the_instant_they_happened(tmp_path: Path) -> None:
    found = imported(
        tmp_path, HEADS, "t,s,n\n1970-01-03,a,1\n1970-01-01,a,2\n", "t,s,n\n1970-01-02,b,3\n1970-01-01,b,4\n"
    )

    assert [reading[4] for reading in readings(found)] == [2, 4, 3, 1]
    assert np.array_equal(found.columns.seen, found.columns.at)


def test_other_delimiters_and_headerless_files_are_read(tmp_path: Path) -> None:
    tabs = imported(tmp_path, HEADS + "delimiter: tab\nheader: [t, s, n]\n", "1970-01-01\ta\t1\n")
    semicolons = imported(tmp_path, HEADS + 'delimiter: ";"\n', "t;s;n\n1970-01-01;a;1\n")

    assert readings(tabs) == readings(semicolons) == [(0, "a", None, None, 1)]


def test_the_first_row_of_a_sensor_tells_its_zone_and_its_area(tmp_path: Path) -> None:
    mapping = HEADS + "scaffold: {zone: {columns: [place, floor]}, area_m2: {column: m2}}\n"
    text = "t,s,n,place,floor,m2\n1970-01-01,a,1,Hall,2,\n1970-01-01,b,1,Yard,0,30.0\n1970-01-02,a,1,Hall,2,600.0\n"
    found = imported(tmp_path, mapping, text, hints=True)

    assert {found.columns.names[number]: zone for number, zone in found.zones.items()} == {"a": "Hall 2", "b": "Yard 0"}
    assert {found.columns.names[number]: area for number, area in found.areas_m2.items()} == {"a": 600, "b": 30}


def test_progress_is_told_in_bytes_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(HEADS)
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path in paths:
        path.write_text("t,s,n\n" + "1970-01-01,a,1\n" * 5)
    told: list[tuple[int, int]] = []
    run(load(tmp_path / "mapping.yaml"), paths, progress=lambda done, total: told.append((done, total)))

    size = paths[0].stat().st_size
    assert told == [(size, 2 * size), (2 * size, 2 * size)]


@pytest.mark.parametrize(
    ("mapping", "place", "path", "hint"),
    [
        ("at: {colum: t}\nsensor: {column: s}\ncount: n\n", (1, 6), "at.colum", "did you mean column?"),
        ("at: {column: t}\nsensr: {column: s}\ncount: n\n", (2, 1), "sensr", "did you mean sensor?"),
        ("at: {column: t}\ncount: n\n", (1, 1), "", "sensor"),
        ("sensor: {column: s}\ncount: n\n", (1, 1), "", "at"),
        ("at: {column: t}\nsensor: {column: s}\n", (1, 1), "", "give count, in, out or long"),
        ("at: {column: t, columns: [a, b]}\nsensor: {column: s}\ncount: n\n", (1, 5), "at", "cannot be used together"),
        ("at: {format: iso}\nsensor: {column: s}\ncount: n\n", (1, 5), "at", "column or columns"),
        ("at: {columns: []}\nsensor: {column: s}\ncount: n\n", (1, 15), "at.columns", "empty"),
        ("at: {column: t, format: isoo}\nsensor: {column: s}\ncount: n\n", (1, 25), "at.format", "did you mean iso?"),
        ('at: {column: t, format: "%Q"}\nsensor: {column: s}\ncount: n\n', (1, 25), "at.format", "strptime"),
        ('at: {column: t, format: "%Y-%m-%d"}\nsensor: {column: s}\ncount: n\n', (1, 5), "at", "give zone"),
        ("at: {column: t, zone: Europe/Zurch}\nsensor: {column: s}\ncount: n\n", (1, 23), "at.zone", "Europe/Zurich"),
        ("at: {column: t}\nsensor: {id: a, column: s}\ncount: n\n", (2, 9), "sensor", "cannot be used together"),
        ("at: {column: t}\nsensor: {column: s}\nlong: {column: f, value: n}\n", (3, 7), "long", "in: VALUE"),
        (
            "at: {column: t}\nsensor: {column: s}\nin: n\nlong: {column: f, in: 1, value: n}\n",
            (4, 16),
            "long.column",
            "remove one",
        ),
        ("at: {column: t}\nsensor: {column: s}\ncount: n\ndelimiter: abc\n", (4, 12), "delimiter", "one character"),
        ("at: {column: t}\nsensor: {column: s}\ncount: n\nheader: [t, s, n, n]\n", (4, 19), "header[3]", "twice"),
        (
            "header: [t, s, m]\nat: {column: t}\nsensor: {column: s}\ncount: {column: people}\n",
            (4, 17),
            "count.column",
            "its columns are t, s, m",
        ),
        ("at: {column: t}\nat: {column: t}\nsensor: {column: s}\ncount: n\n", (2, 1), "at", ""),
        ("- at\n", (1, 1), "", ""),
        ("", (1, 1), "", ""),
        ("at: {column: t\n", (2, 1), "", ""),
    ],
)
def test_a_mistake_in_a_mapping_is_named_with_its_place_and_what_to_do(
    tmp_path: Path, mapping: str, place: tuple[int, int], path: str, hint: str
) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(mapping)

    with pytest.raises(MappingErrors) as error:
        load(file)

    first = error.value.problems[0]
    assert (first.file, first.line, first.column, first.path) == (str(file), *place, path)
    assert hint in str(error.value)
    assert render(first, "zh") != render(first, "en")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text("at: {column: t, form: iso}\nsensor: {col: s}\nlong: {column: f, value: v}\nfoo: 1\n")

    with pytest.raises(MappingErrors) as error:
        load(file)

    assert [problem.line for problem in error.value.problems] == [1, 2, 3, 4]


def test_a_mapping_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MappingErrors, match="there is no such file"):
        load(tmp_path / "nowhere.yaml")


def test_a_column_that_a_file_lacks_is_named_at_its_place_in_the_mapping(tmp_path: Path) -> None:
    with pytest.raises(MappingErrors) as error:
        imported(tmp_path, HEADS + "where: {Kind: x}\n", "t,s,m,kind\n1970-01-01,a,1,x\n")

    assert [(problem.line, problem.column, problem.path) for problem in error.value.problems] == [
        (3, 17, "count.column"),
        (4, 9, "where.Kind"),
    ]
    assert "0.csv has no column Kind: did you mean kind?" in str(error.value)


def test_a_foreign_file_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(HEADS)
    with pytest.raises(RecordingError, match="no such file"):
        run(load(tmp_path / "mapping.yaml"), [tmp_path / "nowhere.csv"])
