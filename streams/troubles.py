"""What is wrong with sensors, as the technical channel says it: words, sentences, and one message a change."""

from typing import Any

from streams.alerts import figure, part, rows
from streams.block import State
from streams.records import CHANGE, TROUBLE, Records
from streams.schemas import identity, instant

KINDS = ("good", "silent", "stuck", "out_of_range", "rate", "reset", "backwards", "clock", "disagreeing", "turned")
"""By the place of their bit (records.SILENT …), after `good`."""

BEGAN = {
    "silent": (
        "{sensor} 已有三个上报间隔没有上报",
        "{sensor} has sent nothing for three of its intervals",
    ),
    "stuck": (
        "{sensor} 的读数长时间不变（{figure}），不可能是真实人数",
        "{sensor} has stood at one figure ({figure}) for so long that it cannot be true",
    ),
    "out_of_range": (
        "{sensor} 上报的人数超过该处所能容纳",
        "{sensor} reports more people than there can be",
    ),
    "rate": (
        "{sensor} 上报的通过人数超过该通道所能通过",
        "{sensor} reports more people than can pass there",
    ),
    "reset": ("{sensor} 的累计数归零重计", "the running total of {sensor} began again at zero"),
    "backwards": ("{sensor} 的累计数在倒着走", "the running total of {sensor} counts down"),
    "clock": ("{sensor} 的时钟不准", "the clock of {sensor} is wrong"),
    "disagreeing": (
        "{sensor} 的人数与进出流量或其他区域计数相矛盾",
        "the counts of {sensor} contradict what walked in and out, or what others count there",
    ),
    "turned": (
        "{sensor} 的进出方向很可能装反了",
        "{sensor} is most likely turned around: in is out",
    ),
}
ENDED = ("{sensor} 恢复正常（原：{was}）", "{sensor} is well again (was: {was})")

SAID = part(CHANGE, ("zone", "sensor", "at", "before", "after", "sequence", "people", "lower", "upper", "limit"))


def troubles(state: State, changes: Records) -> list[dict[str, Any]]:
    """What began and ended among the changes, in their order."""
    if not len(changes):
        return []
    plan, site = state.plan, state.plan.policy.site.id
    found = []
    for index, member, at, before, after, sequence, people, lower, upper, limit in rows(
        changes[changes["kind"] == TROUBLE], SAID
    ):
        zone, sensor = plan.zones[index], plan.sensors[member]
        shown = figure(limit)
        template = BEGAN[KINDS[after]] if after else ENDED
        zh, en = (text.format(sensor=sensor, figure=f"{shown:g}", was=KINDS[before]) for text in template)
        found.append(
            {
                "id": identity(site, sensor, zone, "trouble", sequence),
                "sensor": sensor,
                "zone": zone,
                "block": plan.block,
                "sequence": sequence,
                "at": instant(at),
                "from": KINDS[before],
                "to": KINDS[after],
                "text": {"zh": zh, "en": en},
                "figure": shown,
                "people": figure(people),
                "lower": figure(lower),
                "upper": figure(upper),
                "revision": plan.policy.revision,
            }
        )
    return found
