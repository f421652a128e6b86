"""A recording goes onto Kafka as the field would send it: in order, with its Ticks, and with somebody who answers."""

import json
import subprocess
import uuid
from contextlib import closing
from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from confluent_kafka import Producer

from backtest.feeding import Moments
from backtest.recordings import write
from backtest.venue import evening
from deploy.kafka import Kafka
from streams.barrier.crews import answers, approval
from streams.barrier.state import Command, State, Step
from streams.policy import Policy
from streams.reasons import Reason
from streams.schemas import Order, Report, instant
from tests.broker.processes import tidegate, until
from tidegate.feed import run
from tidegate.live.clock import Pace
from tidegate.live.crew import Crew
from tidegate.live.feeder import CREW_HEARS, Feeder
from tidegate.live.listening import Heard, Listener
from tidegate.live.sending import KafkaAway, Outlet
from tidegate.policies import read_policy
from wire import admin
from wire.settings import Settings
from wire.topics import BARRIER_COMMANDS, BARRIER_INPUTS, BARRIER_STATES, BLOCK_INPUTS, BY_NAME, partition_of

ROOT = Path(__file__).resolve().parents[2]
SATURDAY = date(2026, 5, 16)


@pytest.fixture(scope="module")
def lakeside() -> Policy:
    """The site and the thresholds that come with the repository."""
    return read_policy(ROOT / "site.yaml", ROOT / "thresholds.yaml")


@pytest.fixture
def settings(kafka: Kafka) -> Settings:
    """Topics of its own for each test, on the broker of the whole run."""
    own = Settings(
        kafka=kafka.bootstrap,
        prefix=f"t{uuid.uuid4().hex[:8]}.",
        site=ROOT / "site.yaml",
        thresholds=ROOT / "thresholds.yaml",
    )
    with closing(admin.connect(own)) as client:
        admin.apply(client, own)
    return own


@pytest.fixture(scope="module")
def recording(lakeside: Policy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes of an evening."""
    path = tmp_path_factory.mktemp("recording") / "evening.parquet"
    write(path, [evening(lakeside.site, 1, SATURDAY, time(19), 10).columns])
    return path


def inbox(settings: Settings, name: str) -> dict[int, list[Heard]]:
    """Everything in a topic, partition by partition."""
    found: dict[int, list[Heard]] = {number: [] for number in range(BY_NAME[name].partitions)}
    with Listener(settings, name, from_start=True) as listener:
        for heard in listener.hear_all():
            found[heard.partition].append(heard)
    return found


def ticks(messages: list[Heard]) -> list[int]:
    return [message.value["at"] for message in messages if message.value["kind"] == "tick"]


def command(at: int) -> dict[str, Any]:
    """A command to the field as the barriers' deciders write it."""
    return {
        "id": "c-1", "barrier": "north-barrier", "episode": "e-1", "sequence": 1, "at": instant(at),
        "position": "deployed", "cause": None, "reason": "zone_at_level", "revision": "r",
    }  # fmt: skip


def proposed(since: int) -> dict[str, Any]:
    """A barrier whose lift is proposed."""
    return {"barrier": "south-barrier", "state": "lift_proposed", "since": instant(since), "at": instant(since)}


def tell(settings: Settings, topic: str, key: str, message: dict[str, Any]) -> None:
    """Put a decision onto its topic."""
    producer = Producer({"bootstrap.servers": settings.kafka})
    producer.produce(settings.topic(topic), json.dumps(message), key, partition_of(topic, key.encode()))
    assert producer.flush(10) == 0
    producer.close()


def second_of(value: dict[str, Any]) -> int:
    seen = value["seen"]
    return int(np.max(seen)) // 1_000 * 1_000


@pytest.mark.broker
def test_a_fed_recording_is_whole_in_order_and_between_the_right_ticks(
    settings: Settings, lakeside: Policy, recording: Path
) -> None:
    columns = evening(lakeside.site, 1, SATURDAY, time(19), 10).columns
    fed = run(settings, lakeside.site, recording, speed=10_000, answering=False)
    assert fed.readings == len(columns)
    first, last = (int(instant) // 1_000 * 1_000 for instant in (columns.seen[0], columns.seen.max()))
    whole = list(range(first + 1_000, last + 1, 1_000))
    blocks = inbox(settings, BLOCK_INPUTS)
    assert all(ticks(messages) == whole for messages in blocks.values())
    assert all(ticks(messages) == whole for messages in inbox(settings, BARRIER_INPUTS).values())
    mine = blocks.pop(partition_of(BLOCK_INPUTS, b"lakeside"))
    assert all(message.value["kind"] == "tick" and message.key == "" for rest in blocks.values() for message in rest)
    ticked = first
    heard: list[tuple[str, int]] = []
    for message in mine:
        value = message.value
        if value["kind"] == "tick":
            ticked = value["at"]
            continue
        assert message.key == value["block"] == "lakeside"
        assert second_of(value) == ticked
        heard += [(value["sensors"][sensor], at) for sensor, at in zip(value["sensor"], value["at"], strict=True)]
    assert heard == [(columns.names[sensor], int(at)) for sensor, at in zip(columns.sensor, columns.at, strict=True)]


@pytest.mark.broker
def test_at_full_speed_only_the_last_tick_before_each_reading_is_sent(settings: Settings, lakeside: Policy) -> None:
    columns = evening(lakeside.site, 1, SATURDAY, minutes=2).columns
    gap = columns.in_order(np.flatnonzero((columns.at - columns.at[0]) // 1_000 % 40 < 20))
    with Outlet(settings) as outlet:
        feeder = Feeder(outlet, lakeside.site, Pace(0))
        feeder.feed(gap, Moments())
        feeder.settle()
    arrivals = np.unique(np.maximum.accumulate(gap.seen) // 1_000 * 1_000).tolist()
    for messages in (*inbox(settings, BLOCK_INPUTS).values(), *inbox(settings, BARRIER_INPUTS).values()):
        assert ticks(messages) == arrivals[1:]


@pytest.mark.broker
def test_messages_are_cloud_events_with_an_id_of_their_own(
    settings: Settings, lakeside: Policy, recording: Path
) -> None:
    run(settings, lakeside.site, recording, speed=0, answering=False)
    run(settings, lakeside.site, recording, speed=0, answering=False)
    mine = inbox(settings, BLOCK_INPUTS)[partition_of(BLOCK_INPUTS, b"lakeside")]
    heads = [message.headers for message in mine]
    assert {head["ce_type"] for head in heads} == {b"tidegate.frame", b"tidegate.tick"}
    assert {(head["ce_specversion"], head["content-type"]) for head in heads} == {(b"1.0", b"application/json")}
    ids = [head["ce_id"] for head in heads]
    half = len(ids) // 2
    assert ids[:half] == ids[half:], "the same recording has the same ids"
    assert len(set(ids)) == half


@pytest.mark.broker
def test_the_crew_answers_when_its_time_has_come_and_approves_at_the_proposal(
    settings: Settings, lakeside: Policy
) -> None:
    columns = evening(lakeside.site, 1, SATURDAY, minutes=30).columns
    begun = int(columns.seen[0])
    with Outlet(settings) as outlet, Listener(settings, *CREW_HEARS) as listener:
        crew = Crew(lakeside.site)
        feeder = Feeder(outlet, lakeside.site, Pace(0), listener, crew)
        feeder.silent.clear()  # Nobody decides here, so no standing is waited for.
        tell(settings, BARRIER_COMMANDS, "north-barrier", command(begun))
        tell(settings, BARRIER_STATES, "south-barrier", proposed(begun + 120_000))
        until(lambda: feeder.listen(0.1) >= 0 and crew.waiting == 3, "the command and the proposal")
        feeder.feed(columns, Moments())
        feeder.settle()
    assert feeder.fed.answers == 3
    north = inbox(settings, BARRIER_INPUTS)[partition_of(BARRIER_INPUTS, b"north-barrier")]
    reports = [place for place, message in enumerate(north) if message.value["kind"] == "report"]
    assert [north[place].value["position"] for place in reports] == ["accepted", "deployed"]
    due = begun + 600_000
    assert north[reports[1]].value["at"] == due
    assert north[reports[1] - 1].value["at"] < due <= north[reports[1] + 1].value["at"]
    south = inbox(settings, BARRIER_INPUTS)[partition_of(BARRIER_INPUTS, b"south-barrier")]
    orders = [message.value for message in south if message.value["kind"] == "order"]
    assert [(order["order"], order["at"]) for order in orders] == [("approve_lift", begun + 120_000)]


def test_the_crew_says_what_a_replay_says(lakeside: Policy) -> None:
    crew = Crew(lakeside.site)
    asked = Command(1, 1, 1_000_000, "deployed", None, Reason.ZONE_AT_LEVEL)
    crew.command({**command(1_000_000)})
    crew.command({**command(1_000_000)})
    (accepted,) = crew.answers(1_599_999)
    (said,) = crew.answers(1_600_000)
    for report, expected in zip((accepted, said), answers(asked, lakeside.barriers[0]), strict=True):
        assert isinstance(report, Report)
        assert report.model_dump(exclude={"command"}) == expected.model_dump(exclude={"command"})
    crew.state(proposed(2_000_000))
    crew.state(proposed(2_000_000))
    (order,) = crew.answers(2_000_000)
    assert isinstance(order, Order)
    ordered = approval(State(step=Step.LIFT_PROPOSED, since=2_000_000), lakeside.barriers[1])
    assert ordered is not None
    assert order.model_dump(exclude={"reason"}) == ordered.model_dump(exclude={"reason"})


@pytest.mark.broker
def test_a_worker_that_does_not_speak_is_waited_for_and_then_done_without(
    settings: Settings, lakeside: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tidegate.live.feeder.PATIENCE_S", 0.5)
    said: list[str] = []
    with Outlet(settings) as outlet, Listener(settings, *CREW_HEARS) as listener:
        feeder = Feeder(outlet, lakeside.site, Pace(0), listener, Crew(lakeside.site), warn=said.append)
        feeder.feed(evening(lakeside.site, 1, SATURDAY, minutes=2).columns, Moments())
        feeder.settle()
    assert feeder.fed.readings > 0
    assert len(said) == 1 and "is a worker running?" in said[0]


def fed(cwd: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`tidegate feed`, as a user calls it."""
    return tidegate("feed", *arguments, cwd=cwd, **{"TIDEGATE_SITE": str(ROOT / "site.yaml"), **environment})


def test_without_kafka_it_says_where_it_looked_and_what_to_do(recording: Path, tmp_path: Path) -> None:
    away = fed(tmp_path, recording, "--kafka", "127.0.0.1:9")
    assert (away.returncode, away.stdout) == (3, "")
    assert "127.0.0.1:9" in away.stderr and "tidegate broker start" in away.stderr
    with pytest.raises(KafkaAway, match="no Kafka is named"):
        Outlet(Settings(kafka=""))


@pytest.mark.broker
def test_without_topics_it_says_how_they_are_made(kafka: Kafka, recording: Path, tmp_path: Path) -> None:
    refused = fed(tmp_path, recording, "--kafka", kafka.bootstrap, TIDEGATE_PREFIX="none.")
    assert refused.returncode == 3
    assert "none.block.inputs does not exist" in refused.stderr and "tidegate topics apply" in refused.stderr


@pytest.mark.broker
def test_the_command_feeds_and_says_how_much(settings: Settings, recording: Path, tmp_path: Path) -> None:
    given = {"TIDEGATE_KAFKA": settings.kafka, "TIDEGATE_PREFIX": settings.prefix}
    done = fed(tmp_path, recording, "--speed", "0", "--json", **given)
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads(done.stdout)
    assert figures["readings"] > 500 and figures["ticks"] > 100 and figures["answers"] == 0
    told = fed(tmp_path, recording, "--speed", "0", **given)
    assert told.returncode == 0 and "readings in" in told.stdout


def test_a_recording_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("seen,at,sensor,in,out\n1,x,gate-north,1,1\n", encoding="utf-8")
    refused = fed(tmp_path, broken, "--kafka", "127.0.0.1:9")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "broken.csv:2" in refused.stderr and "at" in refused.stderr


def test_a_recording_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    refused = fed(tmp_path, "nowhere.parquet", "--kafka", "127.0.0.1:9")
    assert refused.returncode == 2
    assert "nowhere.parquet" in refused.stderr


def test_a_site_that_is_not_there_is_bad_input(recording: Path, tmp_path: Path) -> None:
    refused = fed(tmp_path, recording, "--kafka", "127.0.0.1:9", "--site", "nowhere.yaml")
    assert refused.returncode == 2
    assert "nowhere.yaml" in refused.stderr
