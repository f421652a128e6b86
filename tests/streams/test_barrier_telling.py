"""What the offices, the field and whoever asked are told of a barrier, and how far up it is told."""

import orjson
import pytest

from streams.barrier.machine import Event
from streams.barrier.memory import freeze, render, thaw
from streams.barrier.reports import command_id
from streams.barrier.state import State, Step
from streams.barrier.telling import Messages, take
from streams.policy import Policy
from streams.schemas import (
    BarrierAlert,
    BarrierAnswer,
    BarrierState,
    Command,
    LevelName,
    Notice,
    NoticeWord,
    Order,
    Report,
    Standing,
    Tick,
)
from tests.streams.square import BARRIER, BEGUN, CAMERA, policy

S = 1_000
NAMED = {**BARRIER, "name": {"zh": "北侧硬隔离", "en": "North barrier"}, "deploy_takes": "10min", "lift_takes": "10min"}
RULES = {"deploy_at": "II", "lift_after": "15min", "min_up": "30min"}


def town(**rules: object) -> Policy:
    return policy(CAMERA, site_more={"barriers": [NAMED]}, barriers={"barrier": RULES | rules})


def says(second: int, level: LevelName = "normal") -> Standing:
    return Standing(
        barrier="barrier", zone="square", at=BEGUN + second * S, level=level, quality="good", alert="a", sequence=1,
        revision="r",
    )  # fmt: skip


def reports(second: int, position: str, **more: str) -> Report:
    return Report.model_validate(
        {"barrier": "barrier", "at": BEGUN + second * S, "position": position, "by": "crew 3", **more}
    )


def orders(second: int, order: str, **more: str) -> Order:
    said = {"barrier": "barrier", "at": BEGUN + second * S, "order": order, "by": "Lin Xia", "role": "operator", **more}
    return Order.model_validate(said)


def tick(second: int) -> Tick:
    return Tick(at=BEGUN + second * S)


class Heard:
    """A barrier under a policy, and everything that it has said; each message fits its schema."""

    def __init__(self, site: Policy, latest: int | None = None) -> None:
        self.site, self.state, self.latest = site, State(), latest
        self.said: list[Messages] = []

    def take(self, *events: Event) -> Messages:
        for event in events:
            barrier = self.site.barriers[0]
            self.state, said = take(thaw(freeze(self.state)), event, self.site, barrier, self.latest)
            self.said.append(said)
            for model, found in ((Command, said.commands), (BarrierAlert, said.alerts), (BarrierAnswer, said.answers)):
                for message in found:
                    model.model_validate(message)
            for notice in said.notices:
                NoticeWord(notice=Notice.model_validate(notice))
            BarrierState.model_validate(render(self.state, barrier, self.site))
        return self.said[-1]

    def told(self) -> list[tuple[str, str]]:
        """Office and the first words of each notice so far."""
        return [(notice["office"], notice["text"]["en"]) for said in self.said for notice in said.notices]


def test_a_command_is_told_to_the_zones_own_office_with_what_why_and_by_when() -> None:
    said = Heard(town()).take(says(0, "II"))
    (notice,) = said.notices
    (command,) = said.commands
    assert (notice["office"], notice["tier"], notice["kind"], notice["level"]) == ("street", "street", "barrier", "II")
    assert (notice["alert"], notice["barrier"], notice["zone"]) == (command["id"], "barrier", "square")
    assert notice["text"] == {
        "zh": "01-01 00:00:00 请布设北侧硬隔离：广场现为二级响应。请于 00:10 前完成并回报。",
        "en": "01-01 00:00:00 Please deploy North barrier: Square is at level II. To be done and reported by 00:10.",
    }


def test_a_lift_is_told_with_the_proof_that_it_rests_on() -> None:
    heard = Heard(town(lift="auto"))
    heard.take(says(0, "II"), reports(600, "deployed"), says(700), says(2_400))
    (notice,) = heard.said[-1].notices
    assert (
        notice["text"]["zh"]
        == "01-01 00:40:00 请撤除北侧硬隔离：各区域人数已持续低于布设级别。请于 00:50 前完成并回报。"
    )
    assert notice["level"] == "normal"


def test_a_crew_that_does_not_accept_is_told_street_then_district_then_city_and_the_end_to_all_of_them() -> None:
    heard = Heard(town())
    heard.take(says(0, "II"), tick(119), tick(120), tick(239), tick(240), tick(360), tick(480), tick(500))
    assert [office for office, text in heard.told() if "has not accepted" in text] == ["street", "district", "city"]
    (begun,) = [alert for said in heard.said for alert in said.alerts]
    assert (begun["kind"], begun["phase"], begun["at"]) == ("not_accepted", "begin", "2026-01-01T00:02:00.000Z")
    ended = heard.take(reports(510, "accepted"))
    assert [(alert["kind"], alert["phase"], alert["sequence"]) for alert in ended.alerts] == [
        ("not_accepted", "end", 2)
    ]
    assert [notice["office"] for notice in ended.notices] == ["street", "district", "city"]


def test_what_goes_on_from_one_trouble_into_the_next_is_told_to_as_many() -> None:
    heard = Heard(town())
    heard.take(says(0, "II"), tick(120), tick(240))
    silent = heard.take(tick(1_200))
    told = [(alert["kind"], alert["phase"]) for alert in silent.alerts]
    assert told == [("not_accepted", "end"), ("crew_silent", "begin"), ("position_in_doubt", "begin")]
    begins = [notice["office"] for notice in silent.notices if "nobody has reported" in notice["text"]["en"]]
    assert begins == ["street", "district"] and heard.state.step is Step.FAILED
    known = heard.take(reports(1_300, "deployed"))
    assert [alert["kind"] for alert in known.alerts] == ["crew_silent", "position_in_doubt"]
    assert {alert["phase"] for alert in known.alerts} == {"end"}


def test_trouble_with_a_barrier_that_is_wanted_at_level_i_is_level_i_and_told_to_all_at_once() -> None:
    heard = Heard(town())
    heard.take(says(0, "I"))
    said = heard.take(tick(120))
    assert [(notice["office"], notice["level"]) for notice in said.notices] == [
        ("street", "I"), ("district", "I"), ("city", "I"),
    ]  # fmt: skip
    low = Heard(town())
    low.take(says(0, "II"), tick(120))
    assert [notice["office"] for notice in low.take(says(125, "I")).notices] == ["district", "city"]


def test_a_lift_that_waits_for_approval_is_told_at_once_and_one_tier_higher_once_it_is_overdue() -> None:
    heard = Heard(town(approve_within="10min"))
    heard.take(says(0, "II"), reports(600, "deployed"), says(700), says(2_395), tick(2_396))
    proposed = heard.take(says(2_400))
    assert heard.state.step is Step.LIFT_PROPOSED
    assert [(n["office"], n["text"]["zh"]) for n in proposed.notices] == [
        ("street", "01-01 00:40:00 北侧硬隔离等待批准撤除：广场现为正常。请有批准权限的人员尽快处理。")
    ]
    overdue = heard.take(says(2_995), tick(3_000))
    assert [(alert["kind"], alert["phase"]) for alert in overdue.alerts] == [("lift_overdue", "begin")]
    assert [notice["office"] for notice in overdue.notices] == ["street", "district"]
    refused = heard.take(orders(3_001, "approve_lift", role="guard"))
    (answer,) = refused.answers
    assert (answer["verdict"], refused.commands, refused.alerts) == ("refused", (), ())
    assert "operator, supervisor" in answer["text"]["en"] and "operator, supervisor" in answer["text"]["zh"]
    approved = heard.take(orders(3_002, "approve_lift"))
    assert [command["position"] for command in approved.commands] == ["lifted"]
    assert {(alert["kind"], alert["phase"]) for alert in approved.alerts} == {
        ("lift_overdue", "end"), ("approval_waits", "end"),
    }  # fmt: skip
    late = heard.take(tick(3_001 + 1_201))
    assert ("lift_overdue", "begin") in [(alert["kind"], alert["phase"]) for alert in late.alerts]


def test_an_override_is_shown_with_name_role_and_reason_until_it_is_released() -> None:
    heard = Heard(town())
    begun = heard.take(says(0), orders(10, "override", position="deployed", reason="marathon"))
    assert [(alert["kind"], alert["phase"], alert["by"]) for alert in begun.alerts] == [
        ("override", "begin", "Lin Xia")
    ]
    assert begun.notices[0]["text"]["zh"].endswith("Lin Xia（operator）下令，理由：marathon。请于 00:10 前完成并回报。")
    shown = render(heard.state, heard.site.barriers[0], heard.site)
    assert shown["override"] == {
        "position": "deployed", "by": "Lin Xia", "role": "operator", "reason": "marathon",
        "since": "2026-01-01T00:00:10.000Z",
    }  # fmt: skip
    heard.take(reports(600, "deployed"), says(9_000), says(9_990))
    assert heard.state.step is Step.DEPLOYED
    ended = heard.take(orders(9_991, "release"))
    assert (ended.alerts[0]["kind"], ended.alerts[0]["phase"]) == ("override", "end")
    assert [command["position"] for command in ended.commands] == []
    assert render(heard.state, heard.site.barriers[0], heard.site)["override"] is None


def test_of_two_orders_at_one_instant_the_one_to_deploy_holds_in_either_order() -> None:
    up = orders(10, "override", position="deployed", reason="crowd")
    down = orders(10, "override", position="lifted", reason="ambulance", role="supervisor")
    for first, second in ((up, down), (down, up)):
        heard = Heard(town())
        heard.take(says(0), first, second)
        assert heard.state.override is not None and heard.state.override.position == "deployed"


def test_a_report_names_the_newest_command_or_is_refused() -> None:
    heard = Heard(town())
    heard.take(says(0, "II"))
    assert heard.state.command is not None
    name = command_id("town", "barrier", heard.state.command)
    assert heard.take(reports(10, "accepted", command="another")).answers[0]["verdict"] == "refused"
    accepted = heard.take(reports(11, "accepted", command=name))
    assert (accepted.answers[0]["verdict"], accepted.answers[0]["what"]) == ("accepted", "accepted")
    assert heard.take(reports(11, "accepted", command=name)).answers == ()


def test_an_order_from_the_future_is_refused_with_what_to_do() -> None:
    heard = Heard(town(), latest=BEGUN + 30_000)
    (answer,) = heard.take(reports(31, "deployed")).answers
    assert answer["verdict"] == "refused" and "set the clock" in answer["text"]["en"]
    assert heard.state == State()


def test_a_row_of_the_version_before_is_read_and_what_it_stood_for_goes_on() -> None:
    heard = Heard(town())
    heard.take(says(0, "II"), reports(600, "deployed"), says(610, "II"))
    row = orjson.loads(freeze(heard.state))
    old = {key: row[key] for key in OLD} | {"version": 1, "override": "deployed"}
    state = thaw(orjson.dumps(old))
    assert (state.step, state.command, state.zones) == (Step.DEPLOYED, heard.state.command, heard.state.zones)
    assert state.override is not None and (state.override.position, state.override.by) == ("deployed", "")
    state, said = take(state, says(4_200, "II"), heard.site, heard.site.barriers[0], None)
    assert [(alert["kind"], alert["phase"]) for alert in said.alerts] == [("override", "begin")]
    assert render(state, heard.site.barriers[0], heard.site)["usage"]["hours"] == 1.0
    with pytest.raises(ValueError, match="version 3"):
        thaw(orjson.dumps(old | {"version": 3}))


OLD = (
    "step", "since", "at", "reason", "episode", "sequence", "up_since", "command", "override", "tick_at", "overdue",
    "zones", "rules",
)  # fmt: skip
