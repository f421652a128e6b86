"""Reading `thresholds.yaml`: the tree becomes Thresholds, and whatever is wrong is noted at its place."""

from dataclasses import replace

from streams.policy import thresholds as t
from streams.policy.calendar_file import read_calendar
from streams.policy.draft import Draft, note_unknown
from streams.policy.notices_file import read_notices
from streams.policy.rules_file import read_rules, read_zones
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.quantities import as_duration
from streams.policy.text.sheet import Sheet
from streams.policy.text.tree import Items, Node
from streams.policy.thresholds import (
    DEADLINES,
    LEVELS,
    USUAL_BARRIER,
    USUAL_INCIDENTS,
    BarrierPolicy,
    IncidentPolicy,
    Thresholds,
)

THRESHOLDS_KEYS = (
    "window",
    "blind_after",
    "levels",
    "zones",
    "barriers",
    "calendar",
    "incidents",
    "notices",
    "annunciation",
)
ANNUNCIATION_KEYS = ("shelve_most",)
BARRIER_KEYS = (
    "deploy_at", "deploy", "lift", "lift_after", "min_up", "accept_within", "approve_within", "approve_roles",
)  # fmt: skip
INCIDENT_KEYS = ("open_at", "deadlines")

MOST_STEPS = 3_600
"""Steps that a zone's window may have: its state keeps one figure for each."""


def read_thresholds(root: Node | None, sheet: Sheet, draft: Draft) -> Thresholds | None:
    """Everything that can be read of the thresholds; None when the file is no mapping."""
    if root is None:
        return None
    top = Fields(Spot(root, "", sheet), THRESHOLDS_KEYS)
    if not top.is_table:
        return None
    window = top.get("window")
    window_ms = top.optional("window", f.positive_duration, t.USUAL_WINDOW_MS)
    _check_window(window or top.spot, window_ms, draft.step_ms)
    blind_after_ms = top.optional("blind_after", f.positive_duration, t.USUAL_BLIND_AFTER_MS)
    levels = top.required("levels", lambda spot: read_rules(spot, complete=True)) or {}
    return Thresholds(
        window_ms,
        blind_after_ms,
        levels,
        read_zones(top.section("zones"), draft),
        _barriers(top.section("barriers"), draft),
        read_calendar(top.section("calendar"), draft),
        _incidents(top.section("incidents")),
        read_notices(top.section("notices")),
        _shelve_most(top.section("annunciation")),
    )


def _shelve_most(spot: Spot | None) -> int:
    """How long an alarm may be shelved at the most."""
    if spot is None:
        return t.USUAL_SHELVE_MOST_MS
    return Fields(spot, ANNUNCIATION_KEYS).optional("shelve_most", f.positive_duration, t.USUAL_SHELVE_MOST_MS)


def _check_window(spot: Spot, window_ms: int, step_ms: int) -> None:
    if not step_ms:
        return
    if window_ms % step_ms:
        spot.wrong("window_steps", window=as_duration(window_ms), step=as_duration(step_ms))
    elif window_ms // step_ms > MOST_STEPS:
        longest = as_duration(MOST_STEPS * step_ms)
        spot.wrong("window_long", window=as_duration(window_ms), step=as_duration(step_ms), longest=longest)


def _barriers(spot: Spot | None, draft: Draft) -> tuple[BarrierPolicy, ...]:
    """One policy for each barrier of the site: what the file says, or the usual."""
    said: dict[str, BarrierPolicy] = {}
    for key, where in f.entries(spot):
        if draft.lists("barrier") and key.text not in draft.names("barrier"):
            place = (key.line, key.column)
            note_unknown(where.sheet, place, where.path, key.text, "barrier", draft.names("barrier"))
        said[key.text] = _barrier(Fields(where, BARRIER_KEYS))
    return tuple(
        replace(
            said.get(barrier.id, USUAL_BARRIER),
            id=barrier.id,
            zones=barrier.zones,
            deploy_takes_ms=barrier.deploy_takes_ms,
            lift_takes_ms=barrier.lift_takes_ms,
            site=draft.site.id if draft.site else "",
            timezone=draft.site.timezone if draft.site else "UTC",
        )
        for barrier in draft.barriers
    )


def _barrier(fields: Fields) -> BarrierPolicy:
    usual = USUAL_BARRIER
    level = fields.optional("deploy_at", f.choice(*LEVELS), LEVELS[usual.deploy_at - 1])
    return replace(
        usual,
        deploy_at=LEVELS.index(level) + 1,
        deploy=fields.optional("deploy", f.choice("auto", "ask"), usual.deploy),
        lift=fields.optional("lift", f.choice("auto", "ask"), usual.lift),
        lift_after_ms=fields.optional("lift_after", f.duration, usual.lift_after_ms),
        min_up_ms=fields.optional("min_up", f.duration, usual.min_up_ms),
        accept_within_ms=fields.optional("accept_within", f.positive_duration, usual.accept_within_ms),
        approve_within_ms=fields.optional("approve_within", f.positive_duration, usual.approve_within_ms),
        approve_roles=fields.optional("approve_roles", _roles, usual.approve_roles),
    )


def _roles(spot: Spot) -> tuple[str, ...] | None:
    """At least one role: with none, no lift could ever be approved."""
    named = [role for role in map(f.text, f.items(spot)) if role is not None]
    if isinstance(spot.node, Items) and not spot.node.nodes:
        spot.wrong("empty_list")
    return tuple(named) or None


def _incidents(spot: Spot | None) -> IncidentPolicy:
    """When an alert opens an incident, and how long each of its steps may take."""
    usual = USUAL_INCIDENTS
    if spot is None:
        return usual
    fields = Fields(spot, INCIDENT_KEYS)
    level = fields.optional("open_at", f.choice(*LEVELS), LEVELS[usual.open_at - 1])
    section = fields.section("deadlines")
    said = None if section is None else Fields(section, DEADLINES)
    deadlines_ms = tuple(
        usual_ms if said is None else said.optional(step, f.positive_duration, usual_ms)
        for step, usual_ms in zip(DEADLINES, usual.deadlines_ms, strict=True)
    )
    return IncidentPolicy(LEVELS.index(level) + 1, deadlines_ms)
