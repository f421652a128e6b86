"""A small site and its thresholds, as the contracts show them, and what is wrong with changed ones."""

import re

from streams.policy import PolicyErrors, Problem, load

SITE = """\
site: hubin
name: {zh: 湖滨, en: Hubin}
timezone: Asia/Shanghai
time: {step: 1s, reorder: 1s, grace: 5s, lateness: 10min, skew: 30s}
offices:
  - {id: hangzhou, name: {zh: 杭州市, en: Hangzhou}, tier: city}
  - {id: shangcheng, name: {zh: 上城区, en: Shangcheng}, tier: district, parent: hangzhou}
  - {id: hubin-street, name: {zh: 湖滨街道, en: Hubin street office}, tier: street, parent: shangcheng}
blocks:
  - id: lakeside
    zones:
      - id: fountain
        name: {zh: 音乐喷泉, en: Music fountain}
        grid: "330102003001"
        area_m2: 6000
        capacity: 12000
        office: hubin-street
        polygon: [[120.1561, 30.2561], [120.1569, 30.2561], [120.1569, 30.2549], [120.1561, 30.2549]]
sensors:
  - {id: gate-north, line: {from: outside, to: fountain, width_m: 8}, counts: interval, every: 10s, miscount: 3%}
  - {id: turnstile-4, line: {from: outside, to: fountain, width_m: 1}, counts: cumulative, every: 1min, miscount: 1%}
  - {id: cam-1, area: {zone: fountain}, counts: state, every: 30s, error: 8%}
barriers:
  - {id: north-barrier, name: {zh: 北侧, en: North barrier}, zones: [fountain], deploy_takes: 10min, lift_takes: 10min}
"""

THRESHOLDS = """\
window: 60s
blind_after: 5min
levels:
  III: {raise: 60%, raise_for: 30s, clear: 50%, clear_for: 10min}
  II:  {raise: 80%, raise_for: 10s, clear: 70%, clear_for: 10min}
  I:   {raise: 100%, raise_for: 0s, raise_on: upper, clear: 90%, clear_for: 15min}
zones:
  fountain:
    levels:
      III: {raise: 7000, clear: 6000}
      I:   {raise: 2 people/m2, clear: 1.8 people/m2}
barriers:
  north-barrier: {deploy_at: II, deploy: auto, lift: ask, lift_after: 15min, min_up: 30min}
calendar:
  golden-week: {when: {dates: [2026-10-01/2026-10-07]}, levels: {III: {raise: 50%, clear: 40%}}}
  evening:
    when: {weekdays: [fri, sat], times: ["18:30/21:30"]}
    zones: {fountain: {levels: {III: {raise: 6000, clear: 5200}}}}
"""

LEVELS = """\
levels:
  III: {raise: 60, clear: 50}
  II:  {raise: 70, clear: 60}
  I:   {raise: 80, clear: 70}
"""


def problems(site: str, thresholds: str = THRESHOLDS) -> tuple[Problem, ...]:
    """What is wrong with the two texts; nothing when they load."""
    try:
        load(site, thresholds)
    except PolicyErrors as errors:
        return errors.problems
    return ()


def changed(text: str, old: str, new: str) -> tuple[str, int, int]:
    """The text with its one `old` replaced, and line and column of the mark ‸ in `new` (or of its beginning)."""
    assert len(re.findall(re.escape(old), text)) == 1, f"{old!r} does not stand there just once"
    start = text.index(old)
    before = text[:start] + (new.partition("‸")[0] if "‸" in new else "")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return text[:start] + new.replace("‸", "") + text[start + len(old) :], line, column


def told(found: tuple[Problem, ...]) -> list[tuple[int, int, str, str]]:
    """Line, column, path and sentence of each problem."""
    return [(problem.line, problem.column, problem.path, problem.what.en) for problem in found]
