"""Reading the sensors of `site.yaml`: counters on a line, and those that see an area."""

from streams.policy.draft import Draft
from streams.policy.site import KINDS, OUTSIDE, Line, Sensor
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot

SENSOR_KEYS = ("id", "line", "area", "counts", "every", "miscount", "error")
LINE_KEYS = ("from", "to", "width_m")
AREA_KEYS = ("zone", "coverage")

USUAL_MISCOUNT = 0.05
"""An acceptance test lets a counter through at 95 of 100 crossings (Xovis procedure; domain facts §2.4)."""

USUAL_ERROR = 0.10
"""The Korean test mark for counting cameras is passed at 90 % (KISA; domain facts §2.4)."""

WIDEST_GATE_M = 1_000


def read_sensor(spot: Spot, draft: Draft) -> Sensor | None:
    """A sensor; its kind must fit where it stands: `state` sees an area, all others count on a line."""
    fields = Fields(spot, SENSOR_KEYS)
    if not fields.is_table:
        return None
    name = fields.required("id", draft.declare("sensor"))
    where_line, where_area = fields.get("line"), fields.get("area")
    if where_line and where_area:
        where_area.wrong("line_and_area")
    elif not where_line and not where_area and not fields.meant & {"line", "area"}:
        spot.wrong("no_line_no_area")
    line = _line(where_line, draft) if where_line else None
    zone, coverage = _area(where_area, draft) if where_area else (None, 1.0)
    kind = fields.required("counts", f.choice(*KINDS))
    every_ms = fields.required("every", f.positive_duration)
    share = _share(fields, on_line=where_line is not None)
    where_counts = fields.get("counts")
    if kind and where_counts and (where_line is None) != (where_area is None):
        if where_line and kind == "state":
            where_counts.wrong("state_on_line")
        elif where_area and kind != "state":
            where_counts.wrong("flow_in_area", found=kind)
    if name is None or kind is None or every_ms is None:
        return None
    return Sensor(name, kind, line, zone, every_ms, share, coverage)


def _line(spot: Spot, draft: Draft) -> Line | None:
    fields = Fields(spot, LINE_KEYS)
    source = fields.required("from", draft.known("zone", OUTSIDE))
    target = fields.required("to", draft.known("zone", OUTSIDE))
    width_m = fields.required("width_m", f.measure(WIDEST_GATE_M))
    where = fields.get("to")
    if source is not None and source == target and where is not None:
        where.wrong("same_ends", found=target)
    return Line(source, target, width_m) if source and target and width_m else None


def _area(spot: Spot, draft: Draft) -> tuple[str | None, float]:
    fields = Fields(spot, AREA_KEYS)
    return fields.required("zone", draft.known("zone")), fields.optional("coverage", f.part, 1.0)


def _share(fields: Fields, on_line: bool) -> float:
    """The stated error of a sensor: `miscount` of a line, `error` of an area."""
    mine, other = ("miscount", "error") if on_line else ("error", "miscount")
    misplaced = fields.get(other)
    if misplaced is not None and (fields.get("line") is None) != (fields.get("area") is None):
        misplaced.wrong("error_of_the_other", found=other, better=mine)
    return fields.optional(mine, f.error_share, USUAL_MISCOUNT if on_line else USUAL_ERROR)
