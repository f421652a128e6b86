"""A template and an alert become what a person reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from streams.policy import LANGUAGES, Policy
from streams.reasons import Reason
from streams.texts.builtin import BUILT_IN, BY_MEAN, BY_UPPER, LEVEL_WORDS, Texts

ORDERED = (Reason.RAISE_ORDERED, Reason.LOWER_ORDERED)


def render(kind: str, alert: Mapping[str, Any], policy: Policy, texts: Texts = BUILT_IN) -> dict[str, str]:
    """The text of a notice in zh and en, its time as the clock on the spot shows it."""
    name = policy.zone(alert["zone"]).name
    template = texts.kinds[f"{kind}_ordered" if alert["reason"] in ORDERED else kind]
    figures = {key: whole(alert[key]) for key in ("people", "lower", "upper", "rolling", "limit")}
    time = clock_face(alert["at"], policy.site.timezone)
    by_upper = alert["limit"] is not None and alert["rolling"] < alert["limit"]
    reached = BY_UPPER if by_upper else BY_MEAN
    said = {}
    for language in LANGUAGES:
        before = LEVEL_WORDS.get(alert["from"])
        facts = {
            "time": time,
            "zone": name.said(language),
            "level": LEVEL_WORDS[alert["level"]].said(language),
            "from": before.said(language) if before else "",
            "reached": reached.said(language).format(**figures),
            **figures,
        }
        said[language] = template.said(language).format(**facts)
    return said


def clock_face(at: str, timezone: str) -> str:
    """An instant as the clock on the spot shows it: month, day and time."""
    return f"{datetime.fromisoformat(at).astimezone(ZoneInfo(timezone)):%m-%d %H:%M:%S}"


def whole(people: float | None) -> str:
    """People as a person reads them: whole, never below nobody."""
    return "" if people is None else f"{max(0, round(people)):,}"
