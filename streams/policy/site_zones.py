"""Reading the blocks of `site.yaml` and their zones."""

from streams.policy.draft import Draft, each
from streams.policy.site import MOST_ZONES, Block, Zone
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.tree import Items
from streams.policy.text.words import Words

BLOCK_KEYS = ("id", "zones")
ZONE_KEYS = ("id", "name", "grid", "area_m2", "capacity", "office", "polygon", "empties")

SMALLEST_AREA_DEGREES2 = 1e-13
"""Less than about a tenth of a square centimetre at the latitude of Hangzhou: the points lie on one line."""


def read_block(spot: Spot, draft: Draft) -> Block | None:
    """A block and its zones, one to 64 of them."""
    fields = Fields(spot, BLOCK_KEYS)
    name = fields.required("id", draft.declare("block"))
    zones = fields.required("zones", lambda where: _zones(where, draft))
    return Block(name, zones) if name and zones else None


def _zones(spot: Spot, draft: Draft) -> tuple[Zone, ...]:
    zones = tuple(each(spot, lambda item: _zone(item, draft)))
    if isinstance(spot.node, Items) and not 1 <= len(spot.node.nodes) <= MOST_ZONES:
        spot.wrong("zone_count", found=len(spot.node.nodes), most=MOST_ZONES)
    return zones


def _zone(spot: Spot, draft: Draft) -> Zone | None:
    before = len(spot.sheet)
    fields = Fields(spot, ZONE_KEYS)
    name = fields.required("id", draft.declare("zone"))
    zone = Zone(
        name or "",
        fields.optional("name", f.words, Words(name or "", name or "")),
        fields.optional("grid", draft.declare("zone grid"), "") or None,
        fields.optional("area_m2", f.measure(f.LARGEST_AREA_M2), 0.0) or None,
        fields.optional("capacity", f.people, 0) or None,
        fields.optional("office", draft.known("office"), "") or None,
        fields.optional("polygon", _polygon, ()),
        fields.optional("empties", f.choice("true", "false"), "true") == "true",
    )
    if not name or len(spot.sheet) > before:
        return None
    draft.zones[name] = zone
    draft.zone_spots[name] = spot
    return zone


def _polygon(spot: Spot) -> tuple[tuple[float, float], ...] | None:
    """Three corners or more that enclose something; the first may be said again at the end."""
    before = len(spot.sheet)
    points = [point for point in (_point(item) for item in f.items(spot)) if point is not None]
    if len(spot.sheet) > before:
        return None
    if len(set(points)) < 3:
        spot.wrong("polygon_points", found=len(set(points)))
        return None
    # Measured from the first corner, since products of whole coordinates would drown a small area in rounding.
    near = [(x - points[0][0], y - points[0][1]) for x, y in points]
    turned = near[1:] + near[:1]
    doubled = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(near, turned, strict=True))
    if abs(doubled) / 2 < SMALLEST_AREA_DEGREES2:
        spot.wrong("polygon_flat")
        return None
    return tuple(points)


def _point(spot: Spot) -> tuple[float, float] | None:
    if not isinstance(spot.node, Items) or len(spot.node.nodes) != 2:
        spot.wrong("not_point", found=spot.shown())
        return None
    lon, lat = f.items(spot)
    degrees_east, degrees_north = f.coordinate(180)(lon), f.coordinate(90)(lat)
    return None if degrees_east is None or degrees_north is None else (degrees_east, degrees_north)
