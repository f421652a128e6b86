"""Pages as trees of elements: whatever is put into one is text, unless it is an element itself."""

from html import escape
from typing import Protocol


class Html(str):
    """Markup; everything else is escaped when it is put into an element."""

    __slots__ = ()


class Bilingual(Protocol):
    """A text in both languages."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


VOID = ("input", "link", "meta", "path")
"""Elements that hold nothing."""


def el(tag: str, *inside: str | None, **attributes: str | bool | None) -> Html:
    """One element; `class_` and `data_x` name the attributes class and data-x, None and False leave one out."""
    told = [
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    ]
    body = joined(*inside)
    return Html(f"<{tag}{''.join(told)}>" + ("" if tag in VOID else f"{body}</{tag}>"))


def joined(*parts: str | None) -> Html:
    """Several parts one after the other."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts if part is not None))


def both(text: Bilingual, tag: str = "span") -> Html:
    """A text in Chinese, and below it, smaller, in English."""
    return joined(el(tag, text.zh, class_="zh"), " ", el(tag, text.en, class_="en", lang="en"))


SHAPES = {
    "normal": "M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11z",
    "III": "M8 2L14.500 13.500H1.500z",
    "II": "M8 1L15 8L8 15L1 8z",
    "I": "M5.100 1h5.800L15 5.100v5.800L10.900 15H5.100L1 10.900V5.100z",
}
"""Circle, triangle, diamond, octagon: the shapes of the levels on the live page too (console/static/badge.js)."""


def badge(level: str, text: Bilingual) -> Html:
    """A level by shape, word and colour, so that none of the three is needed."""
    shape = el("svg", el("path", d=SHAPES[level]), viewBox="0 0 16 16", aria_hidden="true")
    return el("span", shape, el("span", text.zh), el("span", text.en, class_="en", lang="en"), class_="badge",
              data_level=level)  # fmt: skip
