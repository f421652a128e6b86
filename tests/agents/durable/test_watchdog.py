"""What the watchdog sees of a worker that neither crashes nor works."""

import threading
from typing import Any

from agents.durable import LEASE, STUCK, SYSTEM, WORLD, Clock, Exit, Patience, Vigil, Watchdog

PATIENCE = Patience()


def vigil() -> Vigil:
    return Vigil(session_s=10.0, patience=PATIENCE, now_s=0.0)


def look_every_second(
    watch: Vigil, until_s: int, *, busy: bool = False, done: int = 0, end: int | None = None, beats: bool = True
) -> tuple[int, Exit] | None:
    """The second of the first finding, and its code."""
    for now_s in range(1, until_s + 1):
        finding = watch.look(now_s, now_s if beats else 0.0, busy, {0: (done, end)})
        if finding is not None:
            return now_s, finding.code
    return None


def test_a_worker_that_waits_for_events_is_left_alone() -> None:
    assert look_every_second(vigil(), 1000, done=7, end=7) is None
    assert look_every_second(vigil(), 1000, done=7, end=None) is None


def test_a_partition_that_falls_silent_ends_the_worker() -> None:
    assert look_every_second(vigil(), 60, done=7, end=9) == (22, STUCK)


def test_a_partition_that_was_never_restored_ends_the_worker() -> None:
    assert look_every_second(vigil(), 60, done=-1, end=9) == (22, STUCK)


def test_a_partition_that_moves_is_left_alone_however_far_behind_it_is() -> None:
    watch = vigil()
    assert all(watch.look(now_s, now_s, False, {0: (now_s // 15, 10_000)}) is None for now_s in range(1, 600))


def test_an_inbox_that_lost_events_which_were_decided_ends_the_worker() -> None:
    watch = vigil()
    found = look_every_second(watch, 60, done=9, end=7)
    assert found == (22, WORLD)


def test_a_worker_without_an_assignment_is_ended() -> None:
    assert look_every_second(vigil(), 60, busy=True) == (47, STUCK)


def test_a_silent_event_loop_ends_the_worker() -> None:
    assert look_every_second(vigil(), 60, beats=False) == (11, STUCK)


def test_a_worker_that_was_frozen_beyond_its_lease_is_ended_as_it_wakes() -> None:
    finding = vigil().look(7.6, 7.6, False, {})
    assert finding is not None
    assert finding.code is LEASE
    assert vigil().look(7.4, 7.4, False, {}) is None


def test_a_transport_that_cannot_be_asked_counts_as_one_without_an_assignment() -> None:
    def starting() -> Any:
        raise RuntimeError("not started yet")

    watchdog = Watchdog(lambda: False, starting, 10.0, PATIENCE)
    assert watchdog._state() == (True, {})


def test_the_watchdog_ends_the_process_from_a_thread_of_its_own() -> None:
    codes = []

    def leave(code: Exit, why: str) -> Any:
        codes.append((code, threading.current_thread()))
        watchdog.end()

    seconds = iter(range(0, 10_000, 5))
    clock = Clock(boot_s=lambda: float(next(seconds)), wall_ms=SYSTEM.wall_ms)
    watchdog = Watchdog(lambda: False, lambda: {}, 10.0, PATIENCE, clock=clock, leave=leave)
    watchdog.start()
    watchdog.join(30)
    assert codes == [(STUCK, watchdog)]
