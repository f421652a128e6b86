"""What exists (`site.yaml`) and what triggers (`thresholds.yaml`): read, checked as a whole, and answered for.

The journey, downwards: `text` (how it is written: YAML with positions, amounts, times, and every sentence about a
mistake in both languages) → `site_file`, `thresholds_file` (a Site, Thresholds) → `calendar` (which entries apply when)
→ `limits` (what holds in each zone under each regime, proved) → `policy`.
"""

from streams.policy.layout import Layout
from streams.policy.loading import kind_of, load, load_site
from streams.policy.notices import NoticePolicy
from streams.policy.policy import Policy
from streams.policy.site import KINDS, OUTSIDE, TIERS, Barrier, Block, Channel, Line, Office, Sensor, Site, Timing, Zone
from streams.policy.text.words import LANGUAGES, PolicyErrors, Problem, Words, render
from streams.policy.thresholds import LEVELS, BarrierPolicy

__all__ = [
    "KINDS",
    "LANGUAGES",
    "LEVELS",
    "OUTSIDE",
    "TIERS",
    "Barrier",
    "BarrierPolicy",
    "Block",
    "Channel",
    "Layout",
    "Line",
    "NoticePolicy",
    "Office",
    "Policy",
    "PolicyErrors",
    "Problem",
    "Sensor",
    "Site",
    "Timing",
    "Words",
    "Zone",
    "kind_of",
    "load",
    "load_site",
    "render",
]
