"""A sending goes out once, and whoever asks for it again hears what became of it, after the question."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiokafka import TopicPartition

from courier.repeats import AHEAD_MS, MOST, Repeats, told_with
from deploy.kafka import Kafka
from streams.schemas import Outcome, Sending
from tests.courier.office import Town, until
from tests.courier.providers import Seen, provider, says, sending
from tests.courier.test_process import heard, stopped
from wire.batches import EXPRESS
from wire.topics import EXPRESS_MS

PART = TopicPartition("office.sendings", 0)


def answer(name: str = "sending-1", result: str = "delivered") -> Outcome:
    return Outcome.model_validate({"office": "street", "sending": name, "at": 1, "result": result, "code": "accepted"})


def raised(number: int, level: str, **more: object) -> Sending:
    """A raise of one and the same zone."""
    said: dict[str, object] = {"office": "street", "channel": "hook", "zone": "fountain", "level": level}
    return sending(number, **(said | more))


def test_what_is_under_way_is_not_begun_again_and_every_place_of_it_is_answered() -> None:
    repeats, first, again = Repeats(), (PART, 1, 0), (PART, 7, 0)
    assert [repeats.begin(sending(1), place) for place in (first, again, first)] == [True, False, False]
    assert repeats.answered(answer()) == [first, again]
    assert repeats.answers["sending-1"] == answer() and repeats.under_way == {}


def test_what_was_dropped_is_begun_anew() -> None:
    repeats = Repeats()
    repeats.begin(sending(1), (PART, 1, 0))
    repeats.dropped(["sending-1", "sending-2"])
    assert repeats.begin(sending(1), (PART, 1, 0))


def test_only_so_many_answers_are_kept_and_the_oldest_leave() -> None:
    repeats = Repeats()
    repeats.keep(answer(str(number)) for number in range(MOST + 2))
    assert len(repeats.answers) == MOST
    assert "1" not in repeats.answers and "2" in repeats.answers


@pytest.mark.parametrize(
    ("late", "kept_back"),
    [
        (raised(2, "III"), True),
        (raised(2, "II"), True),
        (raised(2, "I"), False),
        (raised(2, "II", what="lower"), False),
        (raised(2, "normal", what="end"), False),
        (raised(2, "III", what="blind"), False),
        (raised(2, "III", channel="robot"), False),
        (raised(2, "III", office="district"), False),
        (raised(2, "III", zone="promenade"), False),
        (raised(2, "III", episode="episode-2"), False),
    ],
)
def test_only_a_lower_raise_of_the_same_response_and_channel_is_told_along(late: Sending, kept_back: bool) -> None:
    repeats = Repeats()
    repeats.goes_ahead(raised(1, "I"), 0)
    assert (repeats.overtaken_by(late, 1_000) == "sending-1") is kept_back


def test_it_is_kept_back_no_more_once_the_machine_has_said_the_level_one_itself_or_never_does() -> None:
    repeats = Repeats()
    repeats.goes_ahead(raised(1, "I"), 0)
    repeats.caught_up(raised(9, "I"))
    assert repeats.overtaken_by(raised(2, "III"), AHEAD_MS) == "sending-1"
    assert repeats.overtaken_by(raised(2, "III"), AHEAD_MS + 1) is None
    repeats.caught_up(raised(1, "I"))
    assert repeats.overtaken_by(raised(2, "III"), 1) is None and repeats.ahead == {}


async def test_the_answer_to_what_is_under_way_is_waited_for() -> None:
    repeats = Repeats()
    repeats.begin(sending(1), (PART, 1, 0))
    waiting = asyncio.ensure_future(repeats.answer_to("sending-1"))
    await asyncio.sleep(0)
    assert not waiting.done()
    repeats.answered(answer(result="failed"))
    assert (await waiting).result == (await repeats.answer_to("sending-1")).result == "failed"
    assert told_with(await waiting, sending(2)).code == "told-together: accepted"


@pytest.fixture
def town(kafka: Kafka, tmp_path: Path) -> Iterator[Town]:
    made = Town(kafka.bootstrap, tmp_path)
    yield made
    made.end()


def express(town: Town, said: Sending) -> None:
    """A sending by the express way."""
    town.raw(said.model_dump_json().encode(), headers=[EXPRESS])
    town.producer.flush()


@pytest.mark.broker
@pytest.mark.timeout(240)
async def test_who_asks_again_is_told_again_and_nobody_reads_it_twice_not_even_after_a_restart(town: Town) -> None:
    said = sending(1, office="street", channel="hook", level="I")
    async with provider(says(200)) as door:
        town.site(door.url)
        process = town.start()
        express(town, said)
        await until(lambda: len(town.outcomes()) == 1, "the answer to the express way")
        town.publish(said)
        await until(lambda: len(town.outcomes()) == 2, "the answer to the office's machine")
        await until(lambda: town.committed() == 2, "both being done")
        assert await stopped(process) == 0
        process = town.start()
        town.publish(said)
        await until(lambda: len(town.outcomes()) == 3, "the answer after the restart")
        await until(lambda: town.committed() == 3, "all being done")
        assert await stopped(process) == 0
    assert {tuple(told.items()) for told in town.outcomes()} == {tuple(town.outcomes()[0].items())}
    assert heard(door) == {"sending-1": 1}


@pytest.mark.broker
@pytest.mark.timeout(240)
async def test_older_raises_that_come_after_a_level_one_are_told_with_it_until_its_office_has_caught_up(
    town: Town,
) -> None:
    knocked, let_go = asyncio.Event(), asyncio.Event()

    async def slow_at_first(seen: Seen) -> web.StreamResponse:
        knocked.set()
        await let_go.wait()
        return web.Response()

    urgent = raised(1, "I")
    async with provider(slow_at_first) as door:
        town.site(door.url)
        process = town.start()
        express(town, urgent)
        async with asyncio.timeout(60):
            await knocked.wait()
        town.publish(raised(2, "III"))
        town.publish(urgent)
        let_go.set()
        await until(lambda: len(town.outcomes()) == 3, "the level I, its repeat, and the raise before it")
        town.publish(raised(3, "II", what="lower"), raised(4, "II"))
        await until(lambda: town.committed() == 5, "all being done")
        assert await stopped(process) == 0
    results = {told["sending"]: (told["result"], told["code"]) for told in town.outcomes()}
    assert results["sending-2"] == ("delivered", "told-together: accepted: http 200")
    assert heard(door) == {"sending-1": 1, "sending-3": 1, "sending-4": 1}


@pytest.mark.broker
@pytest.mark.timeout(240)
async def test_an_answer_of_ten_minutes_ago_is_still_found_by_a_courier_that_begins(town: Town) -> None:
    said = sending(1, office="street", channel="hook", level="I")
    async with provider(says(200)) as door:
        town.site(door.url)
        process = town.start()
        express(town, said)
        await until(lambda: town.committed() == 1, "it being done")
        assert await stopped(process) == 0
        process = town.start()
        town.raw(said.model_dump_json().encode(), timestamp=stamp(town) + EXPRESS_MS)
        town.producer.flush()
        await until(lambda: len(town.outcomes()) == 2, "the answer given again")
        assert await stopped(process) == 0
    assert heard(door) == {"sending-1": 1}


def stamp(town: Town) -> int:
    """When the first answer came about: its own instant, epoch ms."""
    return int(town.outcomes()[0]["at"])
