"""From the texts of the two files to one validated policy, or to everything that is wrong with them."""

import re

from streams.policy.calendar import Calendar
from streams.policy.layout import layouts
from streams.policy.limits import Resolver
from streams.policy.policy import Policy
from streams.policy.revision import revision
from streams.policy.site import Site
from streams.policy.site_file import SITE_KEYS, read_site
from streams.policy.text.quick import quick_tree
from streams.policy.text.sheet import Sheet
from streams.policy.text.tree import Node, Table, compose
from streams.policy.text.words import PolicyErrors
from streams.policy.thresholds import Entry
from streams.policy.thresholds_file import THRESHOLDS_KEYS, read_thresholds

_SITE_ONLY = set(SITE_KEYS) - set(THRESHOLDS_KEYS)
_THRESHOLDS_ONLY = set(THRESHOLDS_KEYS) - set(SITE_KEYS)
_TOP_KEY = re.compile(r"^\ufeff?[\"']?(\w+)[\"']? *:", re.MULTILINE)


def load_site(text: str, name: str = "site.yaml") -> Site:
    """The site that the text of `site.yaml` describes; raises `PolicyErrors` with every problem in it."""
    site = read_site(quick_tree(text), Sheet(name)).site
    if site is not None:
        return site
    sheet = Sheet(name)
    draft = read_site(compose(text, sheet), sheet)
    if draft.site is None or sheet.problems:
        raise _errors(sheet)
    return draft.site


def load(
    site_text: str,
    thresholds_text: str,
    *,
    site_name: str = "site.yaml",
    thresholds_name: str = "thresholds.yaml",
) -> Policy:
    """The policy that both texts describe together; raises `PolicyErrors` with every problem in both."""
    sheets = Sheet(site_name), Sheet(thresholds_name)
    quick = quick_tree(site_text)
    if quick is not None:
        try:
            return _policy(quick, compose(thresholds_text, sheets[1]), *sheets)
        except PolicyErrors:
            # Something is wrong somewhere: from the beginning, with positions.
            sheets = Sheet(site_name), Sheet(thresholds_name)
    return _policy(compose(site_text, sheets[0]), compose(thresholds_text, sheets[1]), *sheets)


def _policy(site_tree: Node | None, tree: Node | None, site_sheet: Sheet, sheet: Sheet) -> Policy:
    draft = read_site(site_tree, site_sheet)
    thresholds = read_thresholds(tree, sheet, draft)
    if thresholds is None:
        raise _errors(site_sheet, sheet)
    site = draft.site
    calendar = Calendar([entry.when for entry in thresholds.calendar], site.timezone if site else "UTC")
    _check_reached(thresholds.calendar, calendar)
    resolver = Resolver(thresholds)
    records = resolver.tables(tuple(draft.zones.values()), calendar.regimes)
    resolver.tables(draft.unsound_zones(), calendar.regimes, known=False)
    resolver.note_findings()
    if site is None or site_sheet.problems or sheet.problems:
        raise _errors(site_sheet, sheet)
    return Policy(
        site,
        thresholds.window_ms,
        thresholds.blind_after_ms,
        revision(site, thresholds),
        thresholds.barriers,
        calendar,
        layouts(site),
        records,
        tuple(entry.name for entry in thresholds.calendar),
        thresholds.incidents,
        thresholds.notices,
        thresholds.shelve_most_ms,
    )


def _check_reached(entries: tuple[Entry, ...], calendar: Calendar) -> None:
    """An entry that no day and time can ever meet is a slip of the pen."""
    met = {index for regime in calendar.regimes for index in regime}
    for index, entry in enumerate(entries):
        if index not in met:
            entry.spot.wrong("entry_never", name=entry.name)


def _errors(*sheets: Sheet) -> PolicyErrors:
    problems = [problem for sheet in sheets for problem in sheet.problems]
    return PolicyErrors(tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.path, p.what.en))))


def kind_of(text: str) -> str | None:
    """`site` or `thresholds`, by the keys at the top of a file, even of one that is broken; None when it is neither."""
    tree = quick_tree(text)
    keys = {key.text for key, _ in tree.pairs} if isinstance(tree, Table) else set(_TOP_KEY.findall(text))
    site, thresholds = len(keys & _SITE_ONLY), len(keys & _THRESHOLDS_ONLY)
    if site == thresholds:
        return None
    return "site" if site > thresholds else "thresholds"
