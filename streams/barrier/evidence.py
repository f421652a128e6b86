"""What the zones have said of themselves, and what follows: is the barrier wanted, is the proof to lift it there?"""

from dataclasses import replace
from types import MappingProxyType

from streams.barrier.state import Evidence, State
from streams.policy import BarrierPolicy
from streams.schemas import LEVELS, Standing

SILENT_MS = 30_000
"""A zone whose standing is older than three of its rhythms (and the block's own delay) counts as blind."""


def under(state: State, policy: BarrierPolicy) -> State:
    """The state under the numbers that hold now: where they changed, every hold starts again (design §7, revision)."""
    rules = (policy.deploy_at, policy.lift_after_ms, policy.min_up_ms)
    if state.rules == rules:
        return state
    zones = {zone: replace(evidence, clear_since=None) for zone, evidence in state.zones.items()}
    return replace(state, rules=rules, zones=MappingProxyType(zones))


def wanted(state: State, policy: BarrierPolicy) -> bool:
    """Is any zone, by its last word, at or above the level?  A silent zone's last word holds."""
    said = [state.zones[zone] for zone in policy.zones if zone in state.zones]
    return any(evidence.severity >= policy.deploy_at for evidence in said)


def severity(state: State, policy: BarrierPolicy) -> int:
    """The highest level among the zones served, 0..3: how pressing a word about the barrier is."""
    return max((state.zones[zone].severity for zone in policy.zones if zone in state.zones), default=0)


def held_from(state: State, policy: BarrierPolicy) -> int | None:
    """From when on every zone served has been through its hold; None while one is at its level, blind or silent."""
    clear = [state.zones[zone].clear_since if zone in state.zones else None for zone in policy.zones]
    held = [since for since in clear if since is not None]
    return max(held) + policy.lift_after_ms if held and len(held) == len(clear) else None


def due(state: State, policy: BarrierPolicy) -> int | None:
    """From when on the barrier may be lifted by what is known now; None while that cannot be said."""
    held = held_from(state, policy)
    if held is None:
        return None
    up_since = state.up_since if state.up_since is not None else (state.since or 0)
    return max(held, up_since + policy.min_up_ms)


def proven(state: State, policy: BarrierPolicy) -> bool:
    """Is the proof to lift there: every zone served below the level, good, through its hold by its own as-of?"""
    earliest = due(state, policy)
    if earliest is None:
        return False
    return all(state.zones[zone].at >= earliest for zone in policy.zones)


def told(state: State, standing: Standing, policy: BarrierPolicy, delay_ms: int) -> State:
    """A zone has said how it stands; words from far behind the clock prove nothing."""
    known = state.zones.get(standing.zone)
    at_severity = LEVELS.index(standing.level)
    good = standing.quality == "good" and state.tick_at - standing.at <= SILENT_MS + delay_ms
    clear = good and at_severity < policy.deploy_at
    since, alert = (standing.at if clear else None), standing.alert
    if clear and known is not None and known.clear_since is not None:
        # What made the lift possible is the alert by which the zone became clear, not what it said after that.
        since, alert = known.clear_since, known.alert
    zones = {**state.zones, standing.zone: Evidence(standing.at, at_severity, good, alert, since)}
    return replace(state, zones=MappingProxyType(zones), at=max(state.at, standing.at))


def last_cleared(state: State) -> str | None:
    """The alert of the zone that was the last to be clear: it is what makes the lift possible."""
    newest = max(state.zones.values(), key=lambda evidence: evidence.clear_since or 0, default=None)
    return newest.alert if newest is not None else None


def silenced(state: State, at: int, delay_ms: int) -> State:
    """The state once the zones that have said nothing for too long, by the clock, prove nothing any more."""
    stale = {
        zone: replace(evidence, good=False, clear_since=None)
        for zone, evidence in state.zones.items()
        if evidence.clear_since is not None and at - evidence.at > SILENT_MS + delay_ms
    }
    return replace(state, zones=MappingProxyType({**state.zones, **stale})) if stale else state
