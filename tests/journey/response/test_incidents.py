"""From an alert to an incident, through its six steps by people's hands, to the figures of the office."""

import subprocess
from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
import pytest

from deploy.kafka import Kafka
from streams.schemas import Incident, IncidentAnswer, OfficeKpi
from tests.journey.city import City
from tests.journey.city import city as made
from tests.journey.processes import kill_child, until
from tidegate.live.sending import Outlet
from wire.topics import INCIDENT_ANSWERS, INCIDENT_INPUTS, INCIDENT_STATES, OFFICE_KPIS, ZONE_ALERTS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

BEGUN = 1_790_854_200_000
"""2026-10-01 19:30 in the city."""

MINUTE = 60_000


@pytest.fixture(scope="module")
def streets(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city in which alerts become notices and incidents; what time it is, Ticks say."""
    with made(kafka, tmp_path_factory.mktemp("streets")) as found:
        for duty in ("notices", "incidents"):
            found.worker("--duty", duty)
        yield found


def alert(zone: str, sequence: int, from_: str, to: str, at: str, episode: str = "e-1") -> dict[str, Any]:
    """A transition as the zones' deciders write it."""
    return {
        "id": f"{zone}-{sequence}", "kind": "level", "zone": zone, "block": "lakeside", "episode": episode,
        "sequence": sequence, "at": at, "from": from_, "to": to, "reason": "raise_held", "people": 810.0,
        "lower": 800.0, "upper": 820.0, "rolling": 805.0, "limit": 700.0, "quality": "good", "revision": "r",
        "level": to, "peak": to,
    }  # fmt: skip


def raised(streets: City, zone: str, sequence: int, from_: str, to: str, at: str) -> None:
    said = alert(zone, sequence, from_, to, at, episode=f"{zone}-e")
    streets.send(ZONE_ALERTS, zone.encode(), orjson.dumps(said), ce_type=b"tidegate.alert")


def newest(streets: City, zone: str) -> Incident | None:
    """The newest state of a zone's incident."""
    states = [record.said for record in streets.records(INCIDENT_STATES) if record.said["zone"] == zone]
    return Incident.model_validate(max(states, key=lambda said: said["sequence"])) if states else None


def reaches(streets: City, zone: str, sequence: int) -> bool:
    found = newest(streets, zone)
    return found is not None and found.sequence >= sequence


def wait_for(streets: City, zone: str, sequence: int) -> Incident:
    """The state of a zone's incident once it has so many changes."""
    until(partial(reaches, streets, zone, sequence), lambda: f"change {sequence} of {zone}; {streets.said()}")
    found = newest(streets, zone)
    assert found is not None
    return found


def says(streets: City, *words: object) -> "subprocess.CompletedProcess[str]":
    return streets.run("incidents", *words)


def done(streets: City, incident: str, step: str, minute: float, by: str = "Chen Bo") -> dict[str, Any]:
    """A person's step on the command line, and the answer."""
    at = BEGUN + round(minute * MINUTE)
    told = says(streets, "step", incident, step, "--by", by, "--role", "grid officer", "--at", at, "--json")
    assert told.stdout, told.stderr
    answer: dict[str, Any] = orjson.loads(told.stdout)
    assert told.returncode == (0 if answer["verdict"].startswith("accepted") else 1)
    return answer


def clocked(streets: City, minute: float) -> None:
    with Outlet(streets.settings) as outlet:
        outlet.tick(BEGUN + round(minute * MINUTE))


def kpi(streets: City, office: str = "shore-street") -> dict[str, Any]:
    """The newest figures of an office on its topic."""
    found = [record.said for record in streets.records(OFFICE_KPIS) if record.key == f"{office}/2026-10"]
    return dict(OfficeKpi.model_validate(max(found, key=lambda said: said["sequence"])).model_dump()) if found else {}


def test_an_alert_becomes_an_incident_is_worked_through_by_name_and_counts_for_its_office(streets: City) -> None:
    raised(streets, "fountain", 1, "normal", "III", "2026-10-01T11:29:00.000Z")
    raised(streets, "fountain", 2, "III", "II", "2026-10-01T11:30:00.000Z")
    opened = wait_for(streets, "fountain", 1)
    assert (opened.office, opened.level, opened.next, opened.month) == ("shore-street", "II", "dispatched", "2026-10")
    raised(streets, "fountain", 3, "II", "I", "2026-10-01T11:31:00.000Z")
    risen = wait_for(streets, "fountain", 2)
    assert (risen.id, risen.level) == (opened.id, "I")

    assert done(streets, opened.id[:8], "handled", 2)["verdict"] == "out_of_order"
    assert done(streets, opened.id[:8], "dispatched", 4)["verdict"] == "accepted"
    twice = done(streets, opened.id[:8], "dispatched", 4.5, by="Wu Min")
    assert twice["verdict"] == "repeated" and "Chen Bo" in twice["text"]["en"]
    clocked(streets, 36)
    assert wait_for(streets, "fountain", 4).overdue
    assert done(streets, opened.id[:8], "处置反馈", 44)["verdict"] == "accepted_late"
    for minute, step in ((50, "checked"), (60, "archived"), (70, "assessed")):
        assert done(streets, opened.id[:8], step, minute)["verdict"] == "accepted"

    closed = wait_for(streets, "fountain", 8)
    assert closed.ended == "assessed" and [step.by for step in closed.steps] == ["tidegate", *["Chen Bo"] * 5]
    until(lambda: kpi(streets).get("assessed") == 1, lambda: f"the figures; {kpi(streets)}")
    found = kpi(streets)
    assert (found["opened"], found["handled"], found["in_time"], found["due"]) == (1, 1, 0, 1)
    assert (found["response_median_s"], found["handling_median_s"]) == (240.0, 2_400.0)
    for record in streets.records(INCIDENT_ANSWERS):
        assert IncidentAnswer.model_validate(record.said).zone == record.key


def test_the_command_line_and_the_topic_give_the_same_figures(streets: City) -> None:
    raised(streets, "promenade", 1, "normal", "II", "2026-10-01T11:30:00.000Z")
    other = wait_for(streets, "promenade", 1)
    assert done(streets, other.id, "dispatched", 1)["verdict"] == "accepted"
    until(lambda: kpi(streets).get("response_p90_s") == 240.0 and kpi(streets)["opened"] == 2, "two incidents")
    told = orjson.loads(says(streets, "kpi", "--month", "2026-10", "--office", "shore-street", "--json").stdout)
    (counted,) = told["kpis"]
    assert {**counted, "sequence": 0} == {**kpi(streets), "sequence": 0}
    words = says(streets, "kpi").stdout
    assert "shore-street" in words and "50.0% (1/2)" in words
    assert "按期处置率" in says(streets, "kpi", "--lang", "zh").stdout


def test_a_step_through_the_inbox_of_another_zone_is_refused_and_changes_nothing(streets: City) -> None:
    name = wait_for(streets, "promenade", 2).id
    word = {"kind": "step", "zone": "square", "incident": name, "at": BEGUN, "step": "handled", "by": "Wu Min"}
    streets.send(INCIDENT_INPUTS, b"square", orjson.dumps(word))
    streets.send(INCIDENT_INPUTS, b"square", orjson.dumps({**word, "zone": "promenade"}))
    streets.send(INCIDENT_INPUTS, b"square", b"no word at all")

    def refused() -> list[str]:
        return [record.headers["tidegate.reason"].decode() for record in streets.refused()]

    until(lambda: len(refused()) == 2, lambda: f"two dead letters; {refused()}")
    assert sorted(refused()) == ["unreadable", "wrong_zone"]
    answers = [record.said for record in streets.records(INCIDENT_ANSWERS) if record.key == "square"]
    assert [answer["verdict"] for answer in answers] == ["unknown_incident"]
    assert newest(streets, "promenade") == wait_for(streets, "promenade", 2)


def test_a_person_reports_what_no_alert_saw_and_finds_it_again(streets: City) -> None:
    at = BEGUN + 2 * MINUTE
    told = says(streets, "open", "square", "--by", "Lin Xia", "--text", "a child is lost", "--at", at, "--json")
    answer = orjson.loads(told.stdout)
    assert (told.returncode, answer["verdict"], answer["by"]) == (0, "accepted", "Lin Xia")
    listed = orjson.loads(says(streets, "list", "--open", "--json").stdout)["incidents"]
    assert {each["zone"] for each in listed} == {"promenade", "square"}
    assert [each["zone"] for each in listed if each["id"] == answer["incident"]] == ["square"]
    words = says(streets, "show", answer["incident"][:8]).stdout
    assert "a child is lost" in words and "next: dispatched, due by 2026-10-01 19:37:00" in words
    assert "没有事件" in says(streets, "list", "--office", "town", "--lang", "zh").stdout


@pytest.mark.parametrize(
    ("words", "status", "what"),
    [
        (("open", "lake", "--by", "Lin Xia", "--text", "x"), 2, "no zone 'lake'"),
        (("open", "square", "--by", "Lin Xia", "--text", " "), 2, "say what was seen"),
        (("open", "square", "--by", "Lin Xia", "--text", "x", "--level", "V"), 2, "level"),
        (("open", "square", "--by", "Lin Xia", "--text", "x", "--at", "yesterday"), 2, "is no instant"),
        (("step", "no-such", "handled", "--by", "Lin Xia"), 2, "no incident 'no-such'"),
        (("step", "no-such", "cooked", "--by", "Lin Xia"), 2, "no step 'cooked'"),
        (("show", "no-such"), 2, "tidegate incidents list"),
        (("kpi", "--month", "2026-13"), 2, "write it as 2026-10"),
        (("list", "--kafka", "127.0.0.1:1"), 3, "tidegate broker start"),
    ],
)
def test_what_makes_no_sense_is_not_sent(streets: City, words: tuple[str, ...], status: int, what: str) -> None:
    refused = says(streets, *words)
    assert refused.returncode == status
    assert what in refused.stderr and "Traceback" not in refused.stderr


def test_a_word_that_nobody_takes_in_yet_waits_in_the_inbox_and_survives_a_killed_worker(city: City) -> None:
    opened = ("open", "square", "--by", "Lin Xia", "--text", "a child is lost", "--at", str(BEGUN))
    waiting = city.run("incidents", *opened, "--wait", "1")
    assert waiting.returncode == 3 and "no worker has answered" in waiting.stderr
    sent = city.run("incidents", *opened, "--wait", "0", "--json")
    assert sent.returncode == 0 and orjson.loads(sent.stdout)["sent"]["by"] == "Lin Xia"
    worker = city.worker("--duty", "incidents")
    pid = kill_child(worker.pid, "incidents")
    kill_child(worker.pid, "incidents", pid)
    state = wait_for(city, "square", 1)
    until(lambda: len(city.records(INCIDENT_ANSWERS)) >= 2, lambda: f"two answers; {city.said()}")
    assert len(city.written(INCIDENT_ANSWERS)) == 1
    assert {record.said["sequence"] for record in city.records(INCIDENT_STATES)} == {1} and state.next == "dispatched"


def test_what_lies_on_the_topics_fits_the_published_models(streets: City) -> None:
    for record in streets.records(INCIDENT_STATES):
        assert Incident.model_validate(record.said).id == record.key
    for record in streets.records(OFFICE_KPIS):
        found = OfficeKpi.model_validate(record.said)
        assert record.key == f"{found.office}/{found.month}"
