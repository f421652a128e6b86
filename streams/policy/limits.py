"""The limits that hold in each zone under each regime, and the proof that they make sense."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from streams.policy.calendar import Regime
from streams.policy.draft import listed
from streams.policy.site import Zone
from streams.policy.text.quantities import SHARE, Amount
from streams.policy.text.words import Words
from streams.policy.thresholds import (
    LEVELS,
    USUAL_CLEAR_FOR_MS,
    USUAL_RAISE_FOR_MS,
    USUAL_RAISE_ON,
    Rules,
    Setting,
    Thresholds,
)

Triple = tuple[float, float, float]
Whole = tuple[int, int, int]
Record = tuple[Triple, Triple, Whole, Whole, Whole]
"""One `records.LIMITS`: raise_at, clear_at, raise_for, clear_for, raise_upper, each for III, II, I."""

Ranked = Mapping[tuple[int, str], tuple[int, Setting]]
"""The setting that holds for a level and key, and how special the layer is that it comes from."""


@dataclass(slots=True)
class Finding:
    """Something wrong with the limits: at which setting, what is said of it, and the zones in which it is so."""

    setting: Setting
    phrase: str
    facts: dict[str, object]
    zones: list[str] = field(default_factory=list)


class Resolver:
    """Works out the limits of zones under regimes; a mistake is noted once, with all the zones it concerns."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._worked: dict[tuple[object, ...], tuple[Record | None, list[Finding]]] = {}

    def tables(
        self, zones: Sequence[Zone], regimes: Sequence[Regime], known: bool = True
    ) -> tuple[Mapping[str, Record], ...]:
        """The limits of zones under every regime, by regime and zone id.

        Of zones that are not `known` neither capacity nor area could be read: only like is compared with like.
        """
        # From the fewest entries to the most, so that a mistake is told in the simplest case in which it shows.
        found: dict[Regime, dict[str, Record]] = {}
        for regime in sorted(regimes, key=len):
            records = {zone.id: self._record(zone, regime, known) for zone in zones}
            found[regime] = {name: record for name, record in records.items() if record is not None}
        return tuple(found[regime] for regime in regimes)

    def _record(self, zone: Zone, regime: Regime, known: bool) -> Record | None:
        """The limits of one zone under one regime; None when a setting is missing or wrong."""
        layers = [layer for layer in self._layers(zone.id, regime) if layer]
        key = (*map(id, layers), zone.capacity, zone.area_m2, known)
        worked = self._worked.get(key)
        if worked is None:
            ranked = {place: (rank, found) for rank, layer in enumerate(layers) for place, found in layer.items()}
            worked = self._worked[key] = self._work_out(ranked, zone, regime, known)
        record, findings = worked
        for finding in findings:
            if zone.id not in finding.zones:
                finding.zones.append(zone.id)
        return record

    def note_findings(self) -> None:
        """Put everything that was found onto the sheets of the settings concerned."""
        for finding in self._findings.values():
            finding.setting.spot.wrong(finding.phrase, **finding.facts, zones=listed(tuple(finding.zones)))

    def _layers(self, zone_id: str, regime: Regime) -> Iterable[Rules]:
        """From the most general to the most special: default, calendar for all, zone, calendar for the zone."""
        applying = [self.thresholds.calendar[index] for index in regime]
        yield self.thresholds.levels
        yield from (entry.levels for entry in applying)
        yield self.thresholds.zones.get(zone_id, {})
        yield from (entry.zones.get(zone_id, {}) for entry in applying)

    def _work_out(self, ranked: Ranked, zone: Zone, regime: Regime, known: bool) -> tuple[Record | None, list[Finding]]:
        findings: list[Finding] = []
        people: dict[tuple[int, str], Fraction] = {}
        for (index, key), (_, setting) in ranked.items():
            if isinstance(setting.value, Amount):
                found = setting.value.people(zone.capacity, zone.area_m2)
                if found is None and known:
                    lacking = "share_without_capacity" if setting.value.kind == SHARE else "density_without_area"
                    findings.append(self._finding(setting, lacking, {"found": setting.spot.shown()}))
                elif found is not None:
                    people[index, key] = found
        for index in range(len(LEVELS)):
            findings += self._compare(ranked, people, ((index, "clear"), (index, "raise")), "clear_not_below", regime)
            if index:
                for key in ("raise", "clear"):
                    pair = ((index - 1, key), (index, key))
                    findings += self._compare(ranked, people, pair, "levels_not_rising", regime)
        return (None if len(people) < 2 * len(LEVELS) else _record(ranked, people)), findings

    def _compare(
        self,
        ranked: Ranked,
        people: Mapping[tuple[int, str], Fraction],
        pair: tuple[tuple[int, str], tuple[int, str]],
        phrase: str,
        regime: Regime,
    ) -> list[Finding]:
        """The first of the pair must mean fewer people than the second; the more special of the two is blamed."""
        low, high = pair
        if low not in ranked or high not in ranked:
            return []
        (low_rank, low_setting), (high_rank, high_setting) = ranked[low], ranked[high]
        if not _below(low_setting, high_setting, people.get(low), people.get(high)):
            low_blamed = low_rank > high_rank or (low_rank == high_rank and phrase == "clear_not_below")
            facts = {
                "level": LEVELS[high[0]],
                "lower_level": LEVELS[low[0]],
                "key": high[1],
                "low": _told(low_setting, people.get(low)),
                "high": _told(high_setting, people.get(high)),
                "when": self._when(regime),
            }
            return [self._finding(low_setting if low_blamed else high_setting, phrase, facts, pair)]
        return []

    def _finding(self, setting: Setting, phrase: str, facts: dict[str, object], about: object = None) -> Finding:
        return self._findings.setdefault((id(setting), phrase, about), Finding(setting, phrase, facts))

    def _when(self, regime: Regime) -> Words:
        names = [self.thresholds.calendar[index].name for index in regime]
        if not names:
            return Words("", "")
        verb = "applies" if len(names) == 1 else "apply"
        return Words(f"（{'、'.join(names)} 生效时）", f" while {' and '.join(names)} {verb}")


def _below(low: Setting, high: Setting, low_people: Fraction | None, high_people: Fraction | None) -> bool:
    """Whether one limit means fewer people than another; taken to be so as long as it cannot be known."""
    if isinstance(low.value, Amount) and isinstance(high.value, Amount) and low.value.kind == high.value.kind:
        return low.value.value < high.value.value
    return low_people is None or high_people is None or low_people < high_people


def _told(setting: Setting, people: Fraction | None) -> Words:
    """A limit as it is written, and how many people that is."""
    written, count = setting.spot.shown(), "" if people is None else f"{float(people):.10g}"
    if written == count or not count:
        return Words(written, written)
    return Words(f"{written}（{count} 人）", f"{written} ({count} people)")


def _record(ranked: Ranked, people: Mapping[tuple[int, str], Fraction]) -> Record:
    def value(index: int, key: str, usual: int | str) -> int | str | Amount:
        return ranked[index, key][1].value if (index, key) in ranked else usual

    def whole(key: str, usual: int) -> Whole:
        iii, ii, i = (value(index, key, usual) for index in range(3))
        return int(str(iii)), int(str(ii)), int(str(i))

    def limit(key: str) -> Triple:
        return float(people[0, key]), float(people[1, key]), float(people[2, key])

    iii, ii, i = (int(value(index, "raise_on", USUAL_RAISE_ON) == "upper") for index in range(3))
    waits = whole("raise_for", USUAL_RAISE_FOR_MS), whole("clear_for", USUAL_CLEAR_FOR_MS)
    return limit("raise"), limit("clear"), *waits, (iii, ii, i)
