"""Orders to a barrier and reports about it from the command line: answered by its worker, refused with a sentence."""

import os
import subprocess
import sys
import time
from typing import Any

import orjson
import pytest

from streams.schemas import identity, instant
from tests.journey.city import City
from tests.journey.processes import until
from wire.links import links_of
from wire.settings import Settings
from wire.topics import BARRIER_ANSWERS, BARRIER_COMMANDS, BARRIER_INPUTS, partition_of

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]

BARRIER = b"north-barrier"


def tell(city: City, topic: str, value: dict[str, Any]) -> None:
    """One message about the north barrier, acknowledged."""
    where = partition_of(topic, BARRIER)
    city.producer.produce(city.settings.topic(topic), orjson.dumps(value), BARRIER, where)
    assert city.producer.flush(30) == 0


def words(city: City) -> list[dict[str, Any]]:
    """What people have said to the barrier so far."""
    return [record.said for record in city.records(BARRIER_INPUTS) if record.said["kind"] in ("order", "report")]


def answered(city: City, arguments: tuple[str, ...], verdict: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """A command whose word is answered as the barrier's worker does: its status, the word, and what it printed."""
    before = len(words(city))
    command = [sys.executable, "-m", "tidegate", *arguments, "--json", "--wait", "60"]
    with subprocess.Popen(
        command, cwd=city.folder, env=environment(city), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        until(lambda: len(words(city)) > before or process.poll() is not None, "the word in the inbox")
        word = words(city)[-1]
        answer = {
            "id": identity("answer", *word.values()), "barrier": word["barrier"], "at": instant(word["at"]),
            "kind": word["kind"], "what": word.get("order") or word["position"], "by": word["by"],
            "role": word.get("role", ""), "reason": word.get("reason", ""), "verdict": verdict,
            "text": {"zh": "未采纳：没有待批准的撤除。", "en": "Refused: no lift waits."}, "state": "deployed",
            "revision": "1",
        }  # fmt: skip
        tell(city, BARRIER_ANSWERS, answer | {"by": "somebody else"})
        tell(city, BARRIER_ANSWERS, answer)
        out, errors = process.communicate(timeout=60)
        assert process.returncode in (0, 1), errors
    return process.returncode, word, orjson.loads(out)


def environment(city: City) -> dict[str, str]:
    """What the city's processes know."""
    return {**os.environ, **city.environment}


ORDERS: dict[tuple[str, ...], dict[str, Any]] = {
    ("approve-deploy", "--role", "operator"): {"order": "approve_deploy", "role": "operator", "position": None},
    ("approve-lift", "--role", "operator"): {"order": "approve_lift", "role": "operator", "position": None},
    ("override", "deployed", "--role", "supervisor", "--reason", "parade"): {
        "order": "override", "position": "deployed", "role": "supervisor", "reason": "parade",
    },
    ("release-barrier", "--reason", "over"): {"order": "release", "reason": "over", "position": None},
}  # fmt: skip


def test_each_order_reaches_its_barrier_and_its_answer_comes_back(city: City) -> None:
    for verdict, status in (("accepted", 0), ("refused", 1)):
        for (name, *more), expected in ORDERS.items():
            asked = ("order", name, "north-barrier", *more, "--by", "Lin Xia")
            exit_status, word, printed = answered(city, asked, verdict)
            assert (exit_status, printed["verdict"]) == (status, verdict), name
            assert word | expected == word and word["by"] == "Lin Xia"
            assert printed["text"]["en"] == "Refused: no lift waits."


def test_a_controller_reports_for_a_crew_that_has_only_a_radio(city: City) -> None:
    said = ("report", "north-barrier", "failed", "--by", "Chen Bo", "--note", "the key is missing")
    status, word, _ = answered(city, said, "accepted")
    assert status == 0
    assert (word["kind"], word["position"], word["by"], word["note"], word["command"]) == (
        "report", "failed", "Chen Bo", "the key is missing", None,
    )  # fmt: skip


def test_a_word_that_nobody_answers_yet_waits_in_the_inbox(city: City) -> None:
    waiting = city.run("report", "north-barrier", "deployed", "--by", "Chen Bo", "--wait", "0.5")
    assert waiting.returncode == 3 and "no worker has answered" in waiting.stderr
    sent = city.run(
        "order", "approve-lift", "north-barrier", "--by", "A", "--role", "operator", "--wait", "0", "--json"
    )
    assert sent.returncode == 0 and orjson.loads(sent.stdout)["sent"]["order"] == "approve_lift"
    assert len(words(city)) == 2


WRONG: list[tuple[tuple[str, ...], str]] = [
    (("order", "approve-lift", "west", "--by", "A", "--role", "operator"), "no barrier 'west'"),
    (("order", "approve-lift", "north-barrier", "--by", " ", "--role", "operator"), "--by is empty"),
    (
        ("order", "override", "north-barrier", "open", "--by", "A", "--role", "x", "--reason", "y"),
        "say deployed or lifted",
    ),
    (("report", "north-barrier", "up", "--by", "A"), "say one of accepted"),
    (("report", "north-barrier", "failed", "--by", "A"), "add --note"),
    (("report", "north-barrier", "failed", "--by", "A", "--note", "x" * 501), "500 is the most"),
    (("link", "report", "west", "--crew", "A"), "no barrier 'west'"),
    (("link", "report", "north-barrier", "--crew", " "), "is no name"),
    (("link", "report", "north-barrier", "--crew", "A", "--for", "soon"), "write 30min"),
    (("link", "report", "north-barrier", "--crew", "A", "--for", "32d"), "write 30min"),
    (("link", "ack", "nobody", "n-1"), "no office 'nobody'"),
    (("link", "ack", "town", " "), "is no name"),
]
LINKS = {"LINKS": "l" * 40, "TIDEGATE_LINK_SECRET": "env:LINKS", "TIDEGATE_PUBLIC_URL": "https://gate.example.org"}


def test_what_makes_no_sense_is_not_sent(city: City) -> None:
    for arguments, what in WRONG:
        refused = city.run(*arguments, **LINKS)
        assert (refused.returncode, what in refused.stderr) == (2, True), (arguments, refused.stderr)
    assert words(city) == []
    away = city.run("report", "north-barrier", "deployed", "--by", "A", "--kafka", "127.0.0.1:1")
    assert away.returncode == 3 and "tidegate broker start" in away.stderr


def test_a_link_is_for_the_newest_command_of_its_barrier(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(**more: str) -> subprocess.CompletedProcess[str]:
        arguments = ("link", "report", "north-barrier", "--crew", "北侧一组", "--for", "2h", "--json")
        return city.run(*arguments, **{**LINKS, **more})

    nothing = ask()
    assert nothing.returncode == 1 and "nothing has been asked" in nothing.stderr
    for sequence, position in ((1, "deployed"), (2, "lifted")):
        tell(city, BARRIER_COMMANDS, {
            "id": f"c-{sequence}", "barrier": "north-barrier", "episode": "e", "sequence": sequence,
            "at": instant(1_790_851_500_000), "position": position, "cause": None, "reason": "approved",
            "revision": "1",
        })  # fmt: skip
    printed = orjson.loads(ask().stdout)
    monkeypatch.setenv("LINKS", LINKS["LINKS"])
    links = links_of(Settings(link_secret="env:LINKS"), "city")
    now = time.time_ns() // 1_000_000
    link = links.open_report(printed["url"].removeprefix("https://gate.example.org/r/"), now)
    assert (link.command, link.position, link.crew) == ("c-2", "lifted", "北侧一组")
    assert 0 < link.expires - now <= 2 * 3_600_000
    for name in ("TIDEGATE_LINK_SECRET", "TIDEGATE_PUBLIC_URL"):
        missing = ask(**{name: ""})
        assert missing.returncode == 2 and name in missing.stderr
