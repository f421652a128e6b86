"""How long a barrier stood and what for, against a count of every second of random histories."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from streams.barrier.machine import advance
from streams.barrier.memory import figures, freeze, render_usage, thaw
from streams.barrier.state import State, Tally
from streams.barrier.usage import shown
from streams.policy import BarrierPolicy
from streams.schemas import LEVELS, Order, Report, Standing, Tick

S = 1_000
BEGUN = 1_798_675_200_000 + 13 * 3_600_000
"""2026-12-31 13:00 UTC, three hours before the New Year in Hangzhou."""

ZONES = ("fountain", "strip")
TIMEZONE = "Asia/Shanghai"
RULES = BarrierPolicy("b", ZONES, 600 * S, 600 * S, 2, "auto", "ask", 900 * S, 1_800 * S, timezone=TIMEZONE)
STEP_S = 60

Events = list[Standing | Report | Order | Tick]


@dataclass(frozen=True)
class Count:
    """What a count of every second gives, of one calendar year."""

    days: frozenset[object] = frozenset()
    needed_days: frozenset[object] = frozenset()
    needed: int = 0
    early: int = 0
    late: int = 0


def stands(zone: str, at: int, level: int, good: bool) -> Standing:
    quality = "good" if good else "blind"
    said = {"barrier": "b", "zone": zone, "at": at, "level": LEVELS[level], "quality": quality}
    return Standing.model_validate(said | {"alert": None, "sequence": 1, "revision": "r"})


def history(moves: list[tuple[int, int, int, bool, str]], lag: int, back: int) -> Events:
    """Both zones speak every minute of event time; each move changes one and lets the field say something, whose clock
    is `lag` seconds ahead of what the zones have said; its reports come `back` seconds late."""
    events: Events = []
    level, good, at = [0, 0], [True, True], BEGUN
    for minutes, zone, to, sound, report in moves:
        for _ in range(minutes):
            at += STEP_S * S
            events += [stands(name, at, level[n], good[n]) for n, name in enumerate(ZONES)]
        level[zone], good[zone] = to, sound
        at += STEP_S * S
        events += [stands(name, at, level[n], good[n]) for n, name in enumerate(ZONES)]
        events.append(Tick(at=at + lag * S))
        now = at + lag * S
        if report in ("deployed", "lifted"):
            events.append(Report(barrier="b", at=now - back * S, position=report, by="crew"))  # type: ignore[arg-type]  # it is one
        elif report == "approve_lift":
            events.append(Order(barrier="b", at=now, order="approve_lift", by="lin", role="operator"))
        elif report == "hold":
            events.append(
                Order(barrier="b", at=now, order="override", position="deployed", by="x", role="o", reason="r")
            )
        elif report == "release":
            events.append(Order(barrier="b", at=now, order="release", by="x"))
    for _ in range(3):
        at += STEP_S * S
        events += [stands(name, at, level[n], good[n]) for n, name in enumerate(ZONES)]
    return events


def counted(events: Events, rules: BarrierPolicy) -> tuple[dict[int, Count], int, State]:
    """Second by second: where the machine says it stands, and what the zones said of that very second."""
    state, spans, words = State(), [], {zone: [] for zone in ZONES}  # type: ignore[var-annotated]
    kept: list[tuple[int, int, bool]] = []
    up: int | None = None
    end = max(event.at for event in events if isinstance(event, Standing))
    for event in events:
        before = state
        state, _ = advance(state, event, rules, 6_000)
        if isinstance(event, Standing):
            words[event.zone].append((event.at, LEVELS.index(event.level), event.quality == "good"))
        held = (before.override is not None, state.override is not None)
        if held == (False, True):
            kept.append((getattr(event, "at", 0), 2**62, True))
        elif held == (True, False):
            kept[-1] = (kept[-1][0], getattr(event, "at", 0), True)
        stood = (
            state.up_since
            if state.step in ("deployed", "lift_proposed", "lift_approved", "lifting", "unknown")
            else None
        )
        if up is not None and stood is None:
            spans.append((up, state.since or up))
        up = stood
    end = max(end, state.at)
    if up is not None:
        spans.append((up, end))
    return by_second(spans, words, kept, rules), end, state


def by_second(spans, words, kept, rules: BarrierPolicy) -> dict[int, Count]:  # type: ignore[no-untyped-def]
    zone_info = ZoneInfo(TIMEZONE)
    years: dict[int, Count] = {}
    clear_from = {}
    for zone, said in words.items():
        since, found = None, []
        for at, level, good in said:
            clear = good and level < rules.deploy_at
            since = (since if since is not None else at) if clear else None
            found.append(since)
        clear_from[zone] = found
    for since, until in spans:
        last = datetime.fromtimestamp(until / 1000, UTC).astimezone(zone_info).date()
        tally = years.get(last.year, Count())
        years[last.year] = replace(tally, days=tally.days | {last})
        for at in range(since, until, S):
            day = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone_info).date()
            tally = years.get(day.year, Count())
            places = {zone: bisect_right(said, (at, 9, True)) - 1 for zone, said in words.items()}
            needed = any(place >= 0 and words[zone][place][1] >= rules.deploy_at for zone, place in places.items())
            clear = [clear_from[zone][place] if place >= 0 else None for zone, place in places.items()]
            held = any(begin <= at < end for begin, end, _ in kept)
            if needed:
                tally = replace(tally, needed=tally.needed + 1, needed_days=tally.needed_days | {day})
            elif (
                None not in clear
                and not held
                and at >= max(clear) + rules.lift_after_ms
                and at >= since + rules.min_up_ms
            ):
                tally = replace(tally, late=tally.late + 1)
            else:
                tally = replace(tally, early=tally.early + 1)
            years[day.year] = replace(tally, days=tally.days | {day})
    return years


MOVE = st.tuples(
    st.integers(0, 60), st.integers(0, 1), st.sampled_from((0, 0, 0, 1, 2, 3)),
    st.sampled_from((True, True, True, False)),
    st.sampled_from(("", "deployed", "deployed", "lifted", "approve_lift", "approve_lift", "hold", "release")),
)  # fmt: skip


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    moves=st.lists(MOVE, min_size=1, max_size=25),
    lag=st.integers(0, 20),
    back=st.sampled_from((0, 0, 60, 200)),
    seed=st.integers(0, 3),
)
def test_days_and_hours_are_those_of_a_count_of_every_second(
    moves: list[tuple[int, int, int, bool, str]], lag: int, back: int, seed: int
) -> None:
    events = history(moves, lag, back)
    years, end, state = counted(events, RULES)
    told = {year: tally for year, tally in shown(state, RULES, end).items() if tally.days}
    assert {year: as_counted(tally) for year, tally in told.items()} == {
        year: (len(c.days), len(c.needed_days), c.needed * S, c.early * S, c.late * S) for year, c in years.items()
    }
    again = State()
    for number, event in enumerate(events):
        for _ in range(1 + (number + seed) % 2):
            again, _ = advance(again, event, RULES, 6_000)
        if number % (seed + 2) == 0:
            again = thaw(freeze(again))
    assert again == state


def as_counted(tally: Tally) -> tuple[int, int, int, int, int]:
    return tally.days, tally.needed_days, tally.needed_ms, tally.precautionary_ms, tally.late_ms


def evening() -> tuple[State, Events]:
    """Needed from 21:00 to 23:00 on New Year's Eve, lift due at 23:30 at the latest, lifted at 01:00."""
    events: Events = [stands(zone, BEGUN, 2, True) for zone in ZONES]
    events.append(Report(barrier="b", at=BEGUN, position="deployed", by="crew"))
    for minute in range(1, 241):
        events += [stands(zone, BEGUN + 60 * S * minute, 2 if minute < 120 else 0, True) for zone in ZONES]
    at = BEGUN + 240 * 60 * S
    events.append(Order(barrier="b", at=at, order="approve_lift", by="lin", role="operator"))
    events.append(Report(barrier="b", at=at, position="lifted", by="crew"))
    state = State()
    for event in events:
        state, _ = advance(state, event, RULES, 6_000)
    return state, events


def test_an_evening_over_new_year_is_split_into_what_it_was_for_and_into_its_two_years() -> None:
    state, _ = evening()
    years = shown(state, RULES)
    assert figures([years[2026]]) == {
        "days": 1, "needed_days": 1, "precautionary_days": 0, "hours": 3.0, "needed_hours": 2.0,
        "precautionary_hours": 0.25, "late_lift_hours": 0.75, "deployments": 1,
    }  # fmt: skip
    assert figures([years[2027]]) == {
        "days": 1, "needed_days": 0, "precautionary_days": 1, "hours": 1.0, "needed_hours": 0.0,
        "precautionary_hours": 0.0, "late_lift_hours": 1.0, "deployments": 0,
    }  # fmt: skip
    assert render_usage(state, RULES) == {"year": 2027, **figures([years[2027]])}


def test_a_barrier_that_stands_for_a_year_keeps_a_small_row() -> None:
    state = State()
    state, _ = advance(state, Report(barrier="b", at=BEGUN, position="deployed", by="crew"), RULES)
    for hour in range(1, 8_760):
        state, _ = advance(state, stands("strip", BEGUN + 3_600_000 * hour, 2 * (hour % 2), True), RULES)
    assert len(state.usage.marks) <= 17
    assert figures(list(shown(state, RULES).values()))["hours"] == 8_759
    assert figures(list(shown(state, RULES).values()))["days"] == 366
