"""The page of an office: the notice, how far it is, and the buttons to acknowledge it and to say that it is done."""

from console.field import words
from console.field.frame import again, banner, call, clock, fact, page
from console.field.html import Html, badge, both, el
from console.field.report_page import Now, button
from console.field.sense import Fate
from console.picture import instant
from streams.policy import Office
from streams.schemas import Words
from wire.links import AckLink

STEPS = (("acked", words.ACKED), ("done", words.DONE))


def notice_page(
    link: AckLink, office: Office, now: Now, told: tuple[Fate, str] | None = None, report: str | None = None
) -> bytes:
    """The page of one link; report: where the field reports on the barrier that the notice is about."""
    is_lost = told is not None and told[0] is Fate.LOST
    receipts = now.picture.receipts
    left = [(step, text) for step, text in STEPS if (link.notice, step) not in receipts]
    if (link.notice, "done") in receipts:
        left = []
    body = (
        outcome(told),
        None if now.is_live or is_lost else banner("bad", words.AWAY),
        call(now.phone, is_loud=True) if is_lost else None,
        notice(link, office, now),
        done_so_far(link, now),
        form(left, now) if left and not (told and told[0] is Fate.WAITING) else None,
        None if left else el("p", both(words.NOTHING_TO_DO), class_="nothing"),
        el("a", both(words.TO_REPORT), href=report, class_="button") if report is not None else None,
        again(now.look),
        None if is_lost else call(now.phone),
    )
    return page(words.TITLE_NOTICE, now.policy.site.name, *body)


def outcome(told: tuple[Fate, str] | None) -> Html | None:
    """What became of the word that was just given."""
    if told is None:
        return None
    fate, step = told
    kind = {Fate.TAKEN: "good", Fate.WAITING: "wait"}.get(fate, "bad")
    more = words.FATES_MORE.get(fate)
    what = el("p", both(dict(STEPS)[step]), class_="what")
    return banner(kind, words.ACK_FATES[fate], what, el("p", both(more)) if more is not None else None)


def notice(link: AckLink, office: Office, now: Now) -> Html:
    """What the office is told, and when."""
    known = now.picture.notices.get(link.notice)
    to = el("p", both(words.TO_OFFICE), " ", el("b", both(office.name)), class_="who")
    if known is None or known.office != link.office:
        return el("section", to, el("p", both(words.FORGOTTEN)), class_="card")
    at = el("span", clock(instant(known.at), now.policy.site.timezone, now.now_ms), class_="number")
    head = el("p", badge(known.level, words.LEVELS[known.level]), at, class_="head")
    text = el("div", both(known.text, "p"), class_="text")
    return el("section", head, text, to, class_="card", data_level=known.level)


def done_so_far(link: AckLink, now: Now) -> Html | None:
    """What is recorded already, by whom and when."""
    zone = now.policy.site.timezone
    lines = []
    for step, text in STEPS:
        if (receipt := now.picture.receipts.get((link.notice, step))) is not None:
            at = el("span", clock(instant(receipt.at), zone, now.now_ms), class_="number since")
            lines.append(fact(text, el("b", receipt.by), " ", at))
    return el("dl", *lines, class_="state") if lines else None


def form(left: list[tuple[str, Words]], now: Now) -> Html:
    """The steps that are left, and room for a note."""
    buttons = [button(text, step, index == 0, name="what") for index, (step, text) in enumerate(left)]
    note = (
        el("label", both(words.NOTE), for_="note"),
        el("textarea", name="note", id="note", rows="2", maxlength="500"),
    )
    return el("form", *buttons, *note, method="post", action=now.path)
