"""A robot's limits are kept whenever its provider counts, and level I always finds room."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from courier.limits import LIMITS, Spent

STEPS = st.lists(st.tuples(st.sampled_from(["lower", "urgent", "end", "wait"]), st.floats(0, 30)), max_size=300)


@given(st.sampled_from(["wecom", "dingtalk", "feishu"]), STEPS)
def test_no_provider_ever_sees_more_than_it_takes(kind: str, steps: list[tuple[str, float]]) -> None:
    """Begins and ends are both instants at which a provider might have counted a message."""
    spent = Spent(LIMITS[kind])
    now_s, under_way = 0.0, list[tuple[float, bool]]()
    spans: list[tuple[float, float, bool]] = []
    for what, amount in steps:
        if what == "wait":
            now_s += amount
        elif what == "end" and under_way:
            begun_s, urgent = under_way.pop(int(amount) % len(under_way))
            spans.append((begun_s, now_s, urgent))
            spent.end(now_s)
        elif what in ("lower", "urgent") and spent.room(now_s, what == "urgent"):
            spent.begin()
            under_way.append((now_s, what == "urgent"))
    spans += [(begun_s, now_s, urgent) for begun_s, urgent in under_way]
    for window in LIMITS[kind].windows:
        for counted in (0, 1):
            instants = sorted(span[counted] for span in spans)
            lower = sorted(span[counted] for span in spans if not span[2])
            assert all(within(instants, at, window.span_s) <= window.most for at in instants)
            assert all(within(lower, at, window.span_s) <= window.lower for at in lower)


def within(instants: list[float], until_s: float, span_s: float) -> int:
    return sum(until_s - span_s < at <= until_s for at in instants)


def test_what_is_lower_leaves_room_for_level_one() -> None:
    for kind in ("wecom", "dingtalk", "feishu"):
        spent = Spent(LIMITS[kind])
        while spent.room(0.0, urgent=False):
            spent.begin()
        assert spent.room(0.0, urgent=True) >= 2
        while spent.under_way:
            spent.end(0.0)
        assert spent.room(0.0, urgent=True) >= 2


def test_room_comes_back_when_it_is_said_to() -> None:
    spent = Spent(LIMITS["wecom"])
    for second in range(15):
        spent.begin()
        spent.end(float(second))
    assert spent.room(15.0, urgent=False) == 0
    assert spent.next_s(15.0) == 60.0
    assert [spent.room(at, urgent=False) for at in (59.9, 60.0, 61.0)] == [0, 1, 2]


def test_a_pause_that_was_asked_for_holds_what_is_lower_only() -> None:
    spent = Spent(LIMITS["wecom"])
    spent.pause(0.0, 60.0)
    assert (spent.room(10.0, urgent=False), spent.next_s(10.0)) == (0, 60.0)
    assert spent.room(10.0, urgent=True) == 20 and spent.blocked_s(10.0) == 0.0


def test_a_robot_that_would_be_shut_out_for_minutes_is_not_tried() -> None:
    spent = Spent(LIMITS["dingtalk"])
    for _ in range(20):
        spent.begin()
        spent.end(0.0)
    assert spent.blocked_s(1.0) == 59.0 and spent.blocked_s(60.0) == 0.0
    spent.pause(60.0, 600.0)
    assert spent.blocked_s(61.0) == 599.0


def test_windows_of_a_kind_are_from_the_longest_to_the_shortest() -> None:
    for limit in LIMITS.values():
        assert all(first.span_s > second.span_s for first, second in pairwise(limit.windows))
