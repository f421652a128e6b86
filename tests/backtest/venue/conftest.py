"""The lakeside of the repository, and a small town with every kind of sensor in two blocks."""

from pathlib import Path

import pytest

from streams.policy import Policy, Site, load, load_site

ROOT = Path(__file__).resolve().parents[3]

TOWN = """\
site: town
timezone: Europe/Zurich
offices:
  - {id: council, tier: city}
blocks:
  - id: square
    zones:
      - {id: market, area_m2: 3000, capacity: 6000, office: council}
      - {id: quay, area_m2: 2000, capacity: 4000, office: council}
  - id: old-town
    zones:
      - {id: lane, area_m2: 1500, capacity: 3000, office: council}
      - {id: yard, area_m2: 500, capacity: 900, office: council}
sensors:
  - {id: west, line: {from: outside, to: market, width_m: 8}, counts: interval, every: 10s, miscount: 3%}
  - {id: steps, line: {from: market, to: quay, width_m: 4}, counts: cumulative, every: 30s, miscount: 2%}
  - {id: arch, line: {from: lane, to: market, width_m: 6}, counts: interval, every: 15s, miscount: 0%}
  - {id: door, line: {from: outside, to: lane, width_m: 1}, counts: event, every: 1min, miscount: 1%}
  - {id: eye, area: {zone: market}, counts: state, every: 30s, error: 8%}
  - {id: eye-quay, area: {zone: quay}, counts: state, every: 1min, error: 0%}
  - {id: eye-yard, area: {zone: yard}, counts: state, every: 20s, error: 5%}
"""


@pytest.fixture(scope="session")
def lakeside() -> Policy:
    """The site and the thresholds that come with the repository."""
    site, thresholds = ROOT / "site.yaml", ROOT / "thresholds.yaml"
    return load(site.read_text(encoding="utf-8"), thresholds.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def town() -> Site:
    """Two blocks, a gate between them, a zone that no gate leads to, and sensors of all four kinds."""
    return load_site(TOWN)
