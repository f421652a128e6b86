"""What exists, as the page needs it: names in both languages, order, capacity, outline, and the limits in force."""

from typing import Any

from streams.policy import LEVELS, Policy, Words

Json = dict[str, Any]


def words(name: Words) -> Json:
    """A name in both languages."""
    return {"zh": name.zh, "en": name.en}


def layout(policy: Policy) -> Json:
    """The site for the page, in the order of `site.yaml`; outlines are WGS84 longitude and latitude."""
    site = policy.site
    wanted_at = {barrier.id: LEVELS[barrier.deploy_at - 1] for barrier in policy.barriers}
    zones = [
        {
            "id": zone.id,
            "name": words(zone.name),
            "block": block.id,
            "capacity": zone.capacity,
            "area_m2": zone.area_m2,
            "polygon": zone.polygon,
        }
        for block in site.blocks
        for zone in block.zones
    ]
    barriers = [
        {"id": barrier.id, "name": words(barrier.name), "zones": barrier.zones, "deploy_at": wanted_at.get(barrier.id)}
        for barrier in site.barriers
    ]
    return {
        "id": site.id,
        "name": words(site.name),
        "timezone": site.timezone,
        "zones": zones,
        "barriers": barriers,
    }


class Limits:
    """The limits of every zone at an instant of the data; they change with the calendar's regime."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.begun = self.until = 0
        self.regime = 0

    def moved(self, at_ms: int) -> bool:
        """Whether other limits hold at this instant than at the one asked about before."""
        if self.begun <= at_ms < self.until:
            return False
        before = self.regime
        self.regime, self.until = self.policy.regime(at_ms)
        self.begun = at_ms
        return before != self.regime

    def view(self) -> Json:
        """People to raise and to clear by zone, each for III, II, I."""
        told: Json = {}
        for block in self.policy.site.blocks:
            records = self.policy.limits(block.id, self.regime)
            for zone, record in zip(block.zones, records, strict=True):
                told[zone.id] = {"raise": record["raise_at"].tolist(), "clear": record["clear_at"].tolist()}
        return told
