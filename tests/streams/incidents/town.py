"""A town whose offices answer by grid code, and what is said of its incidents, in a few words."""

from typing import Any

from streams.incidents.machine import Event, Outputs, Span, advance
from streams.incidents.state import State
from streams.policy import Policy, load
from streams.schemas import IncidentStep, Opening, Tick

BEGUN = 1_790_854_200_000
"""2026-10-01 19:30 in the town."""

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SITE = """
site: town
name: {zh: 小城, en: Town}
timezone: Asia/Shanghai
offices:
  - {id: city, name: {zh: 市, en: City}, tier: city}
  - {id: district, name: {zh: 区, en: District}, tier: district, parent: city, grid: "330102"}
  - {id: street, name: {zh: 湖滨街道, en: Lake street office}, tier: street, parent: district, grid: "330102003"}
blocks:
  - id: lakeside
    zones:
      - {id: fountain, name: {zh: 喷泉, en: Fountain}, grid: "330102003001", capacity: 1000}
      - {id: meadow, name: {zh: 草坪, en: Meadow}, grid: "330102009001", capacity: 1000}
sensors:
  - {id: cam, area: {zone: fountain}, counts: state, every: 10s, error: 0%}
"""
LEVELS = """
levels:
  III: {raise: 60%, clear: 50%}
  II:  {raise: 80%, clear: 70%}
  I:   {raise: 100%, clear: 90%}
"""
DEADLINES = {"dispatched": 5 * MINUTE, "handled": 30 * MINUTE, "checked": 2 * HOUR, "archived": DAY,
             "assessed": 7 * DAY}  # fmt: skip


def policy(more: str = "") -> Policy:
    """What the town decides by."""
    return load(SITE, LEVELS + more)


POLICY = policy()
TEXT = {"zh": "喷泉升为二级响应", "en": "Fountain: raised to level II"}


def opening(at: int = BEGUN, **said: Any) -> Opening:
    """An alert of level II opens an incident at the fountain."""
    usual = {"zone": "fountain", "at": at, "alert": "a-1", "episode": "e-1", "level": "II", "by": "tidegate"}
    return Opening.model_validate({**usual, "text": TEXT, **said})


def reported(at: int = BEGUN, by: str = "Lin Xia", **said: Any) -> Opening:
    """A person opens one."""
    return opening(at, **{"alert": None, "episode": None, "level": "normal", "by": by, **said})


def step(incident: str, name: str, at: int, by: str = "Chen Bo", **said: Any) -> IncidentStep:
    """Somebody has done a step."""
    return IncidentStep.model_validate(
        {"zone": "fountain", "incident": incident, "at": at, "step": name, "by": by, **said}
    )  # fmt: skip


def tick(at: int) -> Tick:
    return Tick(at=at)


def take(state: State, event: Event, zone: str = "fountain", span: Span | None = None) -> tuple[State, Outputs]:
    """One event into the incidents of a zone; any instant may be told, unless said."""
    return advance(state, event, POLICY, POLICY.zone(zone), span or Span())


def after(*events: Event) -> State:
    """A zone after some events."""
    state = State()
    for event in events:
        state, _ = take(state, event)
    return state


def opened() -> tuple[State, str]:
    """A zone with one incident, and its id."""
    state = after(opening())
    return state, state.open[0].id


def worked(until: str, late: bool = False) -> tuple[State, str]:
    """An incident whose steps are done up to one, each a minute after the one before (or past its deadline)."""
    state, name = opened()
    at = BEGUN
    for word, within in DEADLINES.items():
        if state.open[0].step == until:
            break
        at += within + 1 if late else MINUTE
        state, _ = take(state, step(name, word, at))
        if word == until:
            break
    return state, name
