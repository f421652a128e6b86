"""Reading `notices.yaml`, the texts of the operations staff: whatever is wrong is told at its place, all at once."""

import re
from string import Formatter
from types import MappingProxyType

from streams.policy import LANGUAGES, PolicyErrors, Words
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.quick import quick_tree
from streams.policy.text.sheet import Sheet
from streams.policy.text.tree import Table, compose
from streams.texts.builtin import BUILT_IN, KINDS, Texts

ALWAYS = ("time", "zone", "level", "people", "lower", "upper", "rolling")
"""Facts that every notice has."""

DECIDED, ORDERED = (*ALWAYS, "from", "limit"), (*ALWAYS, "from")
FACTS = {"raise": (*DECIDED, "reached"), "lower": DECIDED, "end": DECIDED, "blind": ALWAYS, "raise_ordered": ORDERED,
         "lower_ordered": ORDERED, "end_ordered": ORDERED}  # fmt: skip
"""The names that may stand in braces, by kind; what nobody knows of a blind zone is no fact of it, and no limit decides
what a person orders."""

_TOP_KEY = re.compile(r"^\ufeff?[\"']?(\w+)[\"']? *:", re.MULTILINE)

LONGEST = 400
"""Characters of a template: with its facts filled in, a Chinese text still fits the 2,048 bytes of a WeCom message."""


def is_texts(text: str) -> bool:
    """Whether a file is one of texts, by the keys at its top."""
    tree = quick_tree(text)
    keys = {key.text for key, _ in tree.pairs} if isinstance(tree, Table) else set(_TOP_KEY.findall(text))
    return not keys.isdisjoint(KINDS)


def load_texts(text: str, name: str = "notices.yaml") -> Texts:
    """The texts of a file, built-in ones for kinds it leaves out; raises `PolicyErrors` with every problem in it."""
    sheet = Sheet(name)
    root = compose(text, sheet)
    found = {}
    if root is not None:
        top = Fields(Spot(root, "", sheet), KINDS)
        for kind in KINDS:
            where = top.get(kind)
            if where is not None:
                found[kind] = _both(where, kind)
    if sheet.problems:
        raise PolicyErrors(tuple(sorted(sheet.problems, key=lambda p: (p.line, p.column, p.path, p.what.en))))
    return Texts(MappingProxyType({**BUILT_IN.kinds, **found}))


def _both(spot: Spot, kind: str) -> Words:
    """One text in both languages: an office reads one, the console either."""
    fields = Fields(spot, LANGUAGES)
    zh, en = (fields.required(language, lambda where: _template(where, kind)) for language in LANGUAGES)
    return Words(zh or "", en or "")


def _template(spot: Spot, kind: str) -> str | None:
    found = f.scalar(spot)
    if found is None:
        return None
    found = found.strip()
    if not found.replace("\n", " ").isprintable() or not 0 < len(found) <= LONGEST:
        spot.wrong("text_length", found=len(found), longest=LONGEST)
        return None
    named = _named(spot, found, kind)
    if named is None:
        return None
    if "zone" not in named:
        spot.wrong("text_without", field="{zone}")
    if "level" not in named and not (kind.startswith("end") and "from" in named):
        spot.wrong("text_without", field="{level}")
    return found


def _named(spot: Spot, template: str, kind: str) -> set[str] | None:
    """The facts that a template names; None when a brace stands alone or is no plain name of one."""
    named: set[str] = set()
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        spot.wrong("text_braces")
        return None
    for _, field, form, conversion in parts:
        if field is None:
            continue
        near = None
        if field not in FACTS[kind] or form or conversion:
            written = field + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            near = f.nearest(field.partition(".")[0], FACTS[kind])
            known = ", ".join(f"{{{name}}}" for name in FACTS[kind])
            hint = Words(f"（是否想写 {{{near}}}？）", f" (did you mean {{{near}}}?)") if near else Words("", "")
            spot.wrong("text_field", field=f"{{{written}}}", known=known, hint=hint)
        named.add(field if near is None else near)
    return named
