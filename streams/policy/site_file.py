"""Reading `site.yaml`: the tree becomes a Site, and whatever is wrong is noted at its place."""

from zoneinfo import ZoneInfo, available_timezones

from streams.policy.draft import Draft, each
from streams.policy.site import TIERS, Barrier, Office, Site, Timing
from streams.policy.site_channels import known_channels, read_channel
from streams.policy.site_sensors import read_sensor
from streams.policy.site_zones import read_block
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.sheet import Sheet
from streams.policy.text.tree import Items, Node, Table, Text
from streams.policy.text.words import Words

SITE_KEYS = ("site", "name", "timezone", "time", "channels", "offices", "blocks", "sensors", "barriers")
TIME_KEYS = ("step", "reorder", "grace", "lateness", "skew")
OFFICE_KEYS = ("id", "name", "tier", "parent", "grid", "channels")
BARRIER_KEYS = ("id", "name", "zones", "deploy_takes", "lift_takes")

DAY_MS = 86_400_000

LOCAL_ZONES = ("localtime", "posixrules", "Factory")
"""Names that mean something else on every machine."""


def read_site(root: Node | None, sheet: Sheet) -> Draft:
    """Everything that can be read of a site; `draft.site` is there when nothing is wrong."""
    draft = Draft(sheet)
    if root is None:
        return draft
    top = Fields(Spot(root, "", sheet), SITE_KEYS)
    if not top.is_table:
        return draft
    name = top.required("site", f.text)
    title = top.optional("name", f.words, Words(name or "", name or ""))
    timezone = top.required("timezone", _timezone)
    timing = _timing(top.section("time"))
    draft.step_ms = 0 if DAY_MS % timing.step_ms else timing.step_ms
    channels = each(top.section("channels"), lambda spot: read_channel(spot, draft))
    offices = each(top.section("offices"), lambda spot: _office(spot, draft))
    _check_parents(top.section("offices"), offices, draft)
    blocks = top.required("blocks", lambda spot: tuple(each(spot, lambda item: read_block(item, draft))))
    listed = top.get("blocks")
    if listed is not None and isinstance(listed.node, Items) and not listed.node.nodes:
        listed.wrong("empty_list")
    sensors = each(top.section("sensors"), lambda spot: read_sensor(spot, draft))
    draft.barriers = each(top.section("barriers"), lambda spot: _barrier(spot, draft))
    if name and timezone and blocks and not sheet.problems:
        parts = (tuple(offices), blocks, tuple(sensors), tuple(draft.barriers), tuple(channels))
        site = Site(name, title, timezone, timing, *parts)
        _check_offices(site, draft)
        draft.site = None if sheet.problems else site
    return draft


def _timezone(spot: Spot) -> str | None:
    name = f.text(spot)
    if name is None:
        return None
    try:
        known = name not in LOCAL_ZONES and bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError, ImportError):
        known = False
    if not known:
        near = f.nearest(name, tuple(sorted(available_timezones())))
        spot.wrong("unknown_timezone", found=name, near=near or "Asia/Shanghai")
        return None
    return name


def _timing(spot: Spot | None) -> Timing:
    if spot is None:
        return Timing()
    fields, usual = Fields(spot, TIME_KEYS), Timing()
    step = fields.get("step")
    timing = Timing(
        fields.optional("step", f.positive_duration, usual.step_ms),
        fields.optional("reorder", f.duration, usual.reorder_ms),
        fields.optional("grace", f.duration, usual.grace_ms),
        fields.optional("lateness", f.duration, usual.lateness_ms),
        fields.optional("skew", f.duration, usual.skew_ms),
    )
    if step is not None and DAY_MS % timing.step_ms:
        step.wrong("step_uneven", found=step.shown())
    return timing


def _office(spot: Spot, draft: Draft) -> Office | None:
    fields = Fields(spot, OFFICE_KEYS)
    name = fields.required("id", draft.declare("office"))
    title = fields.optional("name", f.words, Words(name or "", name or ""))
    tier = fields.required("tier", f.choice(*TIERS))
    parent = fields.optional("parent", f.text, "") or None
    grid = fields.optional("grid", draft.declare("office grid"), "") or None
    listed = fields.get("channels")
    channels = None if listed is None else known_channels(listed, draft)
    return Office(name, title, tier, parent, grid, channels or ()) if name and tier else None


def _check_parents(spot: Spot | None, offices: list[Office], draft: Draft) -> None:
    """Every parent exists and is of a wider tier; so no chain of offices can go round in a circle."""
    tiers = {office.id: TIERS.index(office.tier) for office in offices}
    if spot is None or not isinstance(spot.node, Items):
        return
    for item in f.items(spot):
        pairs = {key.text: value for key, value in item.node.pairs} if isinstance(item.node, Table) else {}
        parent, child = pairs.get("parent"), pairs.get("id")
        if not isinstance(parent, Text) or parent.empty:
            continue
        where = Spot(parent, f"{item.path}.parent", item.sheet)
        above = draft.known("office")(where)
        name = child.text if isinstance(child, Text) else ""
        if above in tiers and name in tiers and tiers[above] >= tiers[name]:
            where.wrong("parent_tier", found=above, tier=TIERS[tiers[above]], child=name, below=TIERS[tiers[name]])


def _barrier(spot: Spot, draft: Draft) -> Barrier | None:
    fields = Fields(spot, BARRIER_KEYS)
    name = fields.required("id", draft.declare("barrier"))
    title = fields.optional("name", f.words, Words(name or "", name or ""))
    zones = fields.required("zones", lambda where: _served(where, draft))
    deploy, lift = fields.required("deploy_takes", f.duration), fields.required("lift_takes", f.duration)
    if name is None or zones is None or deploy is None or lift is None:
        return None
    return Barrier(name, title, zones, deploy, lift)


def _served(spot: Spot, draft: Draft) -> tuple[str, ...] | None:
    """The zones of a barrier: at least one, each once."""
    found: list[str] = []
    for item in f.items(spot):
        zone = draft.known("zone")(item)
        if zone in found:
            item.wrong("listed_twice", found=zone)
        elif zone is not None:
            found.append(zone)
    if isinstance(spot.node, Items) and not spot.node.nodes:
        spot.wrong("empty_list")
    return tuple(found) or None


def _check_offices(site: Site, draft: Draft) -> None:
    """Where a site has offices, one of them answers for every zone."""
    for name, spot in draft.zone_spots.items():
        if site.offices and not site.offices_for(name):
            spot.wrong("zone_without_office", zone=name)
