"""What a barrier's machine has said, as messages: commands, alerts, answers, and the notices that offices get of them.

The rungs of offices are those that answer for the zones that the barrier serves, from the nearest upwards.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from streams.barrier import words as w
from streams.barrier.alarms import RUNGS
from streams.barrier.evidence import severity
from streams.barrier.machine import Event, advance
from streams.barrier.reports import command_id
from streams.barrier.rulings import SENTENCES, TAKEN, Ruling, answer_id
from streams.barrier.state import GOING_DOWN, Command, Outputs, State, Step, Told
from streams.columns import Unreadable
from streams.policy import BarrierPolicy, Office, Policy
from streams.schemas import LEVELS, Order, Report, identity, instant

Message = dict[str, Any]


@dataclass(frozen=True)
class Messages:
    """What is published of one event: to the field, to the operations centre, to who asked, to the offices."""

    commands: tuple[Message, ...] = ()
    alerts: tuple[Message, ...] = ()
    answers: tuple[Message, ...] = ()
    notices: tuple[Message, ...] = ()


def take(
    state: State, event: Event, policy: Policy, barrier: BarrierPolicy, latest: int | None
) -> tuple[State, Messages]:
    """One event into the machine, with everything that is published of it.

    latest: an order or report that says it is from later (epoch ms) is refused; None believes every clock.
    Raises Unreadable for the standing of a zone that the barrier does not serve.
    """
    asked = event if isinstance(event, Order | Report) else None
    if asked is not None and latest is not None and asked.at > latest:
        outputs = Outputs(ruling=Ruling.FUTURE)
    else:
        time = policy.site.time
        state, outputs = advance(state, event, barrier, time.grace_ms + time.step_ms)
    if outputs.ruling is not None and asked is None:
        known = names(state, policy, barrier)
        raise Unreadable(str(outputs.ruling), SENTENCES[outputs.ruling][1].format(**known))
    return state, messages(state, outputs, policy, barrier, asked)


def messages(
    state: State, outputs: Outputs, policy: Policy, barrier: BarrierPolicy, asked: Order | Report | None
) -> Messages:
    """The messages of one event, from the state after it; `asked` is the order or report that it was."""
    commands = tuple(render_command(policy, barrier.id, command) for command in outputs.commands)
    notices = [
        notice
        for command, message in zip(outputs.commands, commands, strict=True)
        for notice in command_notices(state, command, message, policy, barrier)
    ]
    alerts = []
    for told in outputs.told:
        if told.sequence is not None:
            alerts.append(render_alert(state, told, policy, barrier))
        notices += alert_notices(state, told, policy, barrier)
    answers: tuple[Message, ...] = ()
    if outputs.ruling is not None and asked is not None:
        answers = (render_answer(state, outputs.ruling, asked, policy, barrier),)
    return Messages(commands, tuple(alerts), answers, tuple(notices))


def render_command(policy: Policy, barrier: str, command: Command) -> Message:
    """A command as contracts §5 writes it."""
    return {
        "id": command_id(policy.site.id, barrier, command),
        "barrier": barrier,
        "episode": identity(policy.site.id, barrier, "episode", command.episode),
        "sequence": command.sequence,
        "at": instant(command.at),
        "position": command.position,
        "cause": command.cause,
        "reason": str(command.reason),
        "revision": policy.revision,
    }


def alert_id(policy: Policy, barrier: str, sequence: int) -> str:
    """The id of a barrier alert, derived from what it is."""
    return identity(policy.site.id, barrier, "alert", sequence)


def render_alert(state: State, told: Told, policy: Policy, barrier: BarrierPolicy) -> Message:
    """The beginning or the end of an alarm."""
    sequence = told.sequence or 0
    return {
        "id": alert_id(policy, barrier.id, sequence),
        "barrier": barrier.id,
        "episode": identity(policy.site.id, barrier.id, "episode", state.episode),
        "sequence": sequence,
        "at": instant(told.at),
        "kind": str(told.alarm.kind),
        "phase": told.phase,
        "state": str(state.step),
        "text": text(told_words(told), fields(state, told, policy, barrier)),
        "by": told.by,
        "revision": policy.revision,
    }


def render_answer(
    state: State, ruling: Ruling, asked: Order | Report, policy: Policy, barrier: BarrierPolicy
) -> Message:
    """What became of an order or a report, for whoever sent it."""
    held = state.override.by if state.override is not None else ""
    known = names(state, policy, barrier) | {"by": held, "roles": ", ".join(barrier.approve_roles)}
    return {
        "id": answer_id(policy.site.id, barrier.id, asked),
        "barrier": barrier.id,
        "at": instant(asked.at),
        "kind": asked.kind,
        "what": asked.position if isinstance(asked, Report) else asked.order,
        "by": asked.by,
        "role": asked.role if isinstance(asked, Order) else "",
        "reason": asked.reason if isinstance(asked, Order) else "",
        "verdict": "accepted" if ruling in TAKEN else "refused",
        "text": text(SENTENCES[ruling], known),
        "state": str(state.step),
        "revision": policy.revision,
    }


def rungs(policy: Policy, barrier: BarrierPolicy) -> tuple[tuple[Office, ...], ...]:
    """The offices of the zones served, the nearest first; each office once, on the lowest rung where it stands."""
    chains = [policy.offices_for(zone) for zone in barrier.zones]
    seen: set[str] = set()
    found = []
    for place in range(RUNGS):
        rung = []
        for chain in chains:
            if place < len(chain) and chain[place].id not in seen:
                seen.add(chain[place].id)
                rung.append(chain[place])
        found.append(tuple(rung))
    return tuple(found)


def command_notices(
    state: State, command: Command, message: Message, policy: Policy, barrier: BarrierPolicy
) -> list[Message]:
    """What the zones' own offices are told of a command."""
    why = w.REASONS[str(command.reason)]
    takes_ms = barrier.deploy_takes_ms if command.position == "deployed" else barrier.lift_takes_ms
    known = fields(state, None, policy, barrier)
    known |= {
        "time": clock(command.at, policy),
        "by_when": clock(max(command.at, state.asked_at) + takes_ms, policy)[6:11],
        "why": why[0].format(**known | {"zones": known["zones"]}),
        "why_en": why[1].format(**known | {"zones": known["zones_en"]}),
    }
    said = text(w.COMMANDS[command.position], known)
    return [
        notice(state, office, message["id"], command.at, said, command.sequence, policy, barrier)
        for office in rungs(policy, barrier)[0]
    ]


def alert_notices(state: State, told: Told, policy: Policy, barrier: BarrierPolicy) -> list[Message]:
    """What the offices of some rungs are told of an alarm that begins, goes on, or ends."""
    offices = [office for rung in rungs(policy, barrier)[told.first : told.last] for office in rung]
    if not offices:
        return []
    said = text(told_words(told), fields(state, told, policy, barrier))
    sequence = told.sequence if told.sequence is not None else told.alarm.sequence
    cause = alert_id(policy, barrier.id, sequence)
    return [notice(state, office, cause, told.at, said, sequence, policy, barrier) for office in offices]


def notice(
    state: State, office: Office, cause: str, at: int, said: dict[str, str], sequence: int, policy: Policy,
    barrier: BarrierPolicy,
) -> Message:  # fmt: skip
    """One notice to one office; as pressing as the highest level among the zones served."""
    return {
        "id": identity(cause, office.id),
        "office": office.id,
        "tier": office.tier,
        "zone": barrier.zones[0],
        "alert": cause,
        "at": instant(at),
        "level": LEVELS[severity(state, barrier)],
        "kind": "barrier",
        "text": said,
        "episode": identity(policy.site.id, barrier.id, "episode", state.episode),
        "sequence": sequence,
        "barrier": barrier.id,
    }


def told_words(told: Told) -> tuple[str, str]:
    """The template of an alarm's beginning or end."""
    return (w.ENDS if told.phase == "end" else w.BEGINS)[told.alarm.kind]


def text(template: tuple[str, str], known: dict[str, str]) -> dict[str, str]:
    """A template of both languages with its fields filled in."""
    return {"zh": template[0].format(**known), "en": capital(template[1].format(**known))}


def capital(sentence: str) -> str:
    """A sentence begins with a capital also where a name does not."""
    return sentence[:1].upper() + sentence[1:]


def clock(at: int, policy: Policy) -> str:
    """An instant as the clock on the spot shows it."""
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(policy.site.timezone)):%m-%d %H:%M:%S}"


def names(state: State, policy: Policy, barrier: BarrierPolicy) -> dict[str, str]:
    """The barrier and its state in both languages."""
    name = next(each.name for each in policy.site.barriers if each.id == barrier.id)
    state_zh, state_en = w.STATES[str(state.step)]
    return {"name": name.zh, "name_en": name.en, "state": state_zh, "state_en": state_en}


def fields(state: State, told: Told | None, policy: Policy, barrier: BarrierPolicy) -> dict[str, str]:
    """Everything that a template may name."""
    held, lifts = state.override, state.step in (Step.LIFT_PROPOSED, *GOING_DOWN)
    position = state.command.position if state.command is not None else "deployed"
    if lifts or (told is not None and told.alarm.kind == "lift_overdue"):
        position = "lifted"
    zh, en = w.POSITIONS[position]
    asked = max(state.asked_at, state.command.at) if state.command is not None else state.since or 0
    return names(state, policy, barrier) | {
        "time": clock(told.at, policy) if told is not None else "",
        "asked": clock(asked, policy)[6:11],
        "position": zh,
        "position_en": en,
        "by": (told.by if told is not None else "") or (held.by if held is not None else ""),
        "role": held.role if held is not None else "",
        "reason": held.reason if held is not None else "",
        "zones": zones(state, policy, barrier, 0),
        "zones_en": zones(state, policy, barrier, 1),
    }


def zones(state: State, policy: Policy, barrier: BarrierPolicy, language: int) -> str:
    """How the zones served stand: those at or above the level, or all when none is."""
    said = [(zone, state.zones[zone].severity) for zone in barrier.zones if zone in state.zones]
    high = [(zone, level) for zone, level in said if level >= barrier.deploy_at] or said
    parts = []
    for zone, level in high:
        name = policy.zone(zone).name
        word = w.LEVELS[LEVELS[level]][language]
        parts.append(w.ZONE_LEVEL[language].format(zone=(name.zh, name.en)[language], level=word))
    return w.AND[language].join(parts) or w.NOT_SAID[language]
