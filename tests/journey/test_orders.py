"""A person counts a zone and says so: the figure follows, by name; what cannot be taken is told why."""

import time

import orjson
import pytest

from tests.journey.city import City
from tests.journey.processes import until
from wire.topics import BLOCK_INPUTS, ZONE_COUNTS, partition_of

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]


def test_a_steward_who_counts_a_zone_sets_its_figure_and_is_named(live: City) -> None:
    counted = live.run(
        "order", "set-count", "promenade", "222", "--accuracy", "5%", "--by", "Lin Xia", "--role", "steward",
        "--reason", "camera dead", "--json",
    )  # fmt: skip
    assert counted.returncode == 0, counted.stderr
    answer = orjson.loads(counted.stdout)
    assert answer["verdict"] == "accepted"
    assert (answer["zone"], answer["count"], answer["by"], answer["accuracy"]) == ("promenade", 222, "Lin Xia", 0.05)
    assert "Lin Xia" in answer["text"]["zh"] and "222" in answer["text"]["en"]
    until(lambda: live.people("promenade") == 222, lambda: f"222 people on the promenade; {live.said()}")
    kept = [record.said for record in live.records(ZONE_COUNTS) if record.key == "promenade"]
    assert [record["reason"] for record in kept] == ["camera dead"]


def test_the_same_count_said_twice_counts_once(live: City) -> None:
    at = str(time.time_ns() // 1_000_000)
    said = [live.run("order", "set-count", "fountain", "40", "--by", "Chen Bo", "--at", at, "--json") for _ in range(2)]
    assert [orjson.loads(each.stdout)["verdict"] for each in said] == ["accepted", "duplicate"]
    assert [each.returncode for each in said] == [0, 1]


def test_a_count_of_last_year_and_one_of_next_year_are_refused_with_the_reason(live: City) -> None:
    now = time.time_ns() // 1_000_000
    live.run("order", "set-count", "square", "10", "--by", "Chen Bo")
    for away_ms, verdict in ((-365 * 86_400_000, "too_old"), (365 * 86_400_000, "future")):
        refused = live.run("order", "set-count", "square", "9", "--by", "Chen Bo", "--at", str(now + away_ms), "--json")
        assert refused.returncode == 1
        assert orjson.loads(refused.stdout)["verdict"] == verdict


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("lake", "5", "--by", "Chen Bo"), "no zone 'lake'"),
        (("square", "5", "--by", " "), "a count has a name"),
        (("square", "5", "--by", "Chen Bo", "--accuracy", "0.1"), "write it as 10%"),
        (("square", "5", "--by", "Chen Bo", "--accuracy", "110%"), "from 0% to 100%"),
        (("square", "5", "--by", "Chen Bo", "--at", "yesterday"), "is no instant"),
        (("square", "99999999", "--by", "Chen Bo"), "a whole number of people"),
    ],
)
def test_an_order_that_makes_no_sense_is_not_sent(live: City, arguments: tuple[str, ...], what: str) -> None:
    refused = live.run("order", "set-count", *arguments)
    assert refused.returncode == 2
    assert what in refused.stderr


def test_a_count_that_nobody_takes_in_yet_waits_in_the_inbox(city: City) -> None:
    waiting = city.run("order", "set-count", "square", "5", "--by", "Chen Bo", "--wait", "1")
    assert waiting.returncode == 3
    assert "no worker has answered" in waiting.stderr
    sent = city.run("order", "set-count", "square", "6", "--by", "Chen Bo", "--wait", "0", "--json")
    assert sent.returncode == 0 and orjson.loads(sent.stdout)["sent"]["count"] == 6
    kept = [record.said for record in city.records(BLOCK_INPUTS) if record.key == "market"]
    assert [order["count"] for order in kept] == [5, 6]
    assert {record.partition for record in city.records(BLOCK_INPUTS)} == {partition_of(BLOCK_INPUTS, b"market")}


def test_an_order_without_kafka_says_what_to_do(city: City) -> None:
    away = city.run("order", "set-count", "square", "5", "--by", "Chen Bo", "--kafka", "127.0.0.1:1")
    assert away.returncode == 3
    assert "tidegate broker start" in away.stderr
