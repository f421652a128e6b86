"""What every page for the field has: its head, a banner, a way to call, and the sentence where there is no more."""

from datetime import datetime
from zoneinfo import ZoneInfo

from console.field import words
from console.field.html import Bilingual, Html, both, el, joined


def page(title: Bilingual, site: Bilingual, *body: str | None) -> bytes:
    """A whole page; it runs no script and loads one file of styles."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="dark light"),
        el("meta", name="robots", content="noindex"),
        el("meta", name="format-detection", content="telephone=no"),
        el("title", f"{title.zh} {title.en} · {site.zh}"),
        el("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href="/static/field.css"),
    )
    top = el("header", el("p", both(site), class_="site"), el("h1", both(title)))
    return b"<!doctype html>" + el("html", head, el("body", top, el("main", *body)), lang="zh-CN").encode()


def banner(kind: str, text: Bilingual, *more: str | None) -> Html:
    """What has just happened or is wrong, before everything else; kind: good, wait or bad."""
    sign = {"good": "✓", "wait": "…", "bad": "!"}[kind]
    what = el("div", el("strong", both(text)), *more)
    return el("div", el("span", sign, class_="sign", aria_hidden="true"), what, class_=f"banner {kind}", role="status")


def call(phone: str, is_loud: bool = False) -> Html | None:
    """The button that calls the operations centre; None when nobody has said its number."""
    number = "".join(letter for letter in phone if letter.isdigit() or letter == "+")
    if not number:
        return None
    return el("a", both(words.CALL), el("span", phone, class_="number"), href=f"tel:{number}",
              class_="button call loud" if is_loud else "button call")  # fmt: skip


def again(path: str) -> Html:
    """Look again; the pages have no script that could do it."""
    return el("a", both(words.REFRESH), href=path, class_="button quiet")


def sentence(site: Bilingual, text: Bilingual, phone: str) -> bytes:
    """A page that has nothing but a sentence, and whom to call."""
    return page(words.TITLE, site, banner("bad", text), call(phone))


def clock(at_ms: int, timezone: str, now_ms: int) -> str:
    """The time of day on the site's clocks; with the date when it is another day."""
    at, now = (datetime.fromtimestamp(ms / 1000, ZoneInfo(timezone)) for ms in (at_ms, now_ms))
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%m-%d %H:%M}"


def fact(name: Bilingual, *what: str | None) -> Html:
    """One line of facts."""
    return joined(el("dt", both(name)), el("dd", *what))
