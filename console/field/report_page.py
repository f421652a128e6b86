"""The page of a crew: which barrier, what is asked and by when, why, how it stands, and the buttons to report."""

from dataclasses import dataclass

from console.field import words
from console.field.frame import again, banner, call, clock, fact, page
from console.field.html import Bilingual, Html, badge, both, el, joined
from console.field.sense import Fate, Said, is_superseded, offered, step_of
from console.messages import BarrierState
from console.picture import Picture, instant
from streams.policy import Barrier, Policy
from streams.schemas import Words
from wire.links import ReportLink

MINUTE_MS = 60_000

Told = tuple[Fate, Said, Words | None]
"""What became of the report that was just made, what it said, and the sentence with which it was refused."""


@dataclass(frozen=True, slots=True)
class Now:
    """What a page is drawn from, beside its link; `path` is where it posts to, `look` where one looks again."""

    policy: Policy
    picture: Picture
    is_live: bool
    now_ms: int
    phone: str
    path: str
    look: str
    told: Told | None = None


def report_page(link: ReportLink, barrier: Barrier, now: Now) -> bytes:
    """The page of one link."""
    site = now.policy.site
    is_lost = now.told is not None and now.told[0] is Fate.LOST
    old = is_superseded(link, now.picture)
    told = outcome(link, now)
    body = (
        told,
        None if now.is_live or is_lost else banner("bad", words.AWAY),
        call(now.phone, is_loud=True) if is_lost else None,
        banner("bad", words.SUPERSEDED) if old else asked(link, barrier, now),
        standing(link, barrier, now),
        None if old else buttons(link, barrier, now, told is not None),
        el("p", both(words.AS), " ", el("b", link.crew), class_="who"),
        again(now.look),
        None if is_lost else call(now.phone),
    )
    return page(words.TITLE, site.name, el("h2", both(barrier.name)), *body)


def outcome(link: ReportLink, now: Now) -> Html | None:
    """What became of the report that was just made."""
    if now.told is None:
        return None
    fate, said, why = now.told
    kind = {Fate.TAKEN: "good", Fate.WAITING: "wait"}.get(fate, "bad")
    what = el("p", both(words.SAY[link.position, said]), class_="what")
    more = why or words.FATES_MORE.get(fate)
    return banner(kind, words.FATES[fate], what, el("p", both(more)) if more is not None else None)


def asked(link: ReportLink, barrier: Barrier, now: Now) -> Html:
    """What is asked, by when and why."""
    takes = barrier.deploy_takes_ms if link.position == "deployed" else barrier.lift_takes_ms
    until, zone = link.asked_at + takes, now.policy.site.timezone
    minutes = (until - now.now_ms) // MINUTE_MS
    is_open = bool(offered(link, now.picture))
    when = el(
        "p",
        el("b", clock(until, zone, now.now_ms), class_="number"),
        " ", both(words.BY_WHEN),
        class_="when",
    )  # fmt: skip
    left = el("p", both(words.left(minutes)), class_="left", data_late=minutes < 0) if is_open else None
    ask = el("p", both(words.ASKED[link.position]), class_="ask")
    return el("section", ask, when, left, because(link, barrier, now), class_="card")


def because(link: ReportLink, barrier: Barrier, now: Now) -> Html:
    """Why: the reason of the command, and the zones with their levels."""
    command = now.picture.commands.get(link.barrier)
    reason = words.WHY.get(command.reason) if command is not None and command.id == link.command else None
    state = now.picture.barriers.get(link.barrier)
    levels = state.zones if state is not None else {}
    zones = [
        el("li", el("span", both(now.policy.zone(zone).name)), level_of(levels.get(zone)))
        for zone in barrier.zones
    ]  # fmt: skip
    return joined(el("p", both(reason), class_="why") if reason else None, el("ul", *zones, class_="zones"))


def level_of(level: str | None) -> Html | None:
    """A zone's level as a badge; nothing where it has not said any."""
    return badge(level, words.LEVELS[level]) if level is not None else None


def standing(link: ReportLink, barrier: Barrier, now: Now) -> Html:
    """How the machine of the barrier stands, and since when."""
    state = now.picture.barriers.get(barrier.id)
    step = state.state if is_superseded(link, now.picture) and state is not None else step_of(link, state)
    since = since_of(state, step)
    at = el("span", clock(since, now.policy.site.timezone, now.now_ms), class_="number since") if since else None
    return el("dl", fact(words.NOW, both(words.STATES.get(step, Words(zh=step, en=step))), at), class_="state")


def since_of(state: BarrierState | None, step: str) -> int | None:
    """Since when it stands so."""
    is_there = state is not None and state.since is not None and state.state == step
    return instant(state.since) if is_there and state is not None and state.since is not None else None


def buttons(link: ReportLink, barrier: Barrier, now: Now, has_told: bool) -> Html | None:
    """What the crew may say now, the next step first and filled; that it failed asks why."""
    may = offered(link, now.picture)
    if now.told is not None and now.told[0] is Fate.WAITING:
        return None
    if not may:
        return None if has_told else el("p", both(words.NOTHING_TO_SAY), class_="nothing")
    seen = seen_of(now.picture.barriers.get(barrier.id))
    steps = [said for said in may if said != "failed"]
    plain = [button(words.SAY[link.position, said], said, index == 0) for index, said in enumerate(steps)]
    form = el("form", hidden("seen", seen), *plain, method="post", action=now.path)
    return joined(form, failed(link, now, seen) if "failed" in may else None)


def failed(link: ReportLink, now: Now, seen: str) -> Html:
    """It cannot be done: what is wrong is needed, since somebody has to act on it."""
    ask = el("textarea", name="note", id="note", rows="3", maxlength="500", required=True)
    return el(
        "details",
        el("summary", both(words.SAY[link.position, "failed"]), class_="button no"),
        el("form", hidden("seen", seen), hidden("position", "failed"),
           el("label", both(words.FAILED_ASK), for_="note"), ask,
           el("button", both(words.FAILED_SEND), type="submit", class_="button no"),
           method="post", action=now.path),
    )  # fmt: skip


def seen_of(state: BarrierState | None) -> str:
    """What the crew has before it, as one word: two taps on the same page are one report."""
    return f"{state.state}-{instant(state.since) if state.since is not None else 0}" if state is not None else "-"


def button(text: Bilingual, value: str, is_first: bool, name: str = "position") -> Html:
    """One large button; the first is filled."""
    return el("button", both(text), type="submit", name=name, value=value,
              class_="button first" if is_first else "button")  # fmt: skip


def hidden(name: str, value: str) -> Html:
    """A field that nobody sees."""
    return el("input", type="hidden", name=name, value=value)
