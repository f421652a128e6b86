"""What a block remembers: its zones, its sensors, each sensor as a zone sees it, and the readings that wait."""

from streams.records.layout import REMEMBERED, laid_out

VERSION = 7
"""Of the records here: a state that was written by another version is refused."""

ZONE = laid_out(
    [
        ("begun_at", "i8"),
        ("closed_at", "i8"),
        ("people", "f8"),
        ("spread2", "f8"),
        ("sum_people", "i8"),
        ("sum_upper", "i8"),
        ("filled", "i4"),
        ("slot", "i4"),
        ("steady", "i4"),
        ("level", "i1"),
        ("peak", "i1"),
        ("quality", "i1"),
        ("anchored", "u1"),
        ("called", "u1"),
        ("news", "u1"),
        ("next_due", "i8"),
        ("examine_at", "i8"),
        ("unseen", "f8"),
        ("overlooked", "f8"),
        ("tilt", "f8"),
        ("above", "f8"),
        ("below", "f8"),
        ("lower", "f8"),
        ("upper", "f8"),
        ("counted_at", "i8"),
        ("lull_at", "i8"),
        ("lull_through", "i8"),
        ("empty_through", "i8"),
        ("usual", "f8"),
        ("stayed", "f8"),
        ("risen", "f8"),
        ("lulls", "i4"),
        ("lull_doubted", "u1"),
        ("cause", "u2"),
        ("now_people", "i4"),
        ("now_upper", "i4"),
        ("raise_since", "i8", (3,)),
        ("clear_since", "i8"),
        ("doubt_since", "i8"),
        ("level_since", "i8"),
        ("standing_at", "i8"),
        ("episode", "i8"),
        ("sequence", "i8"),
        ("rose", "i8"),
        ("held_at", "i8"),
        ("freed_at", "i8"),
        ("raise_to", "i1"),
        ("lower_to", "i1"),
    ]
)
"""One zone: estimate and band, the rolling sums, the level with its clocks, the episode.

`spread2` and `tilt` make the band (steps.occupancy), `unseen` is what overdue and stuck gates add to the upper bound
(`overlooked` by stuck ones alone), `above` and `below` what a doubted count adds; `counted_at` is the newest absolute
count; `lull_*`, `empty_through`, `usual`, `stayed` and `risen` serve zones with lines only; `cause` is why quality is
not good; `now_*` are the figures as the window takes them, in 1/256 person;
`steady` counts the newest slots of the window that hold the same figures; `anchored` is set by the first absolute
count; nothing about the sensors' silence changes before `next_due`, nothing else about them before `examine_at`;
`news` is set while a trouble is to be told.

Of orders (closing.asked): `rose` is the sequence of the newest rise, `held_at` and `freed_at` are the newest hold and
the newest release, `raise_to` and `lower_to` what is asked of the step under way: a level, and one more than a level.
"""

SENSOR = laid_out(
    [
        ("last_at", "i8"),
        ("seen", "i4"),
        ("stood", "u1"),
        ("odd", "u1"),
        ("calm", "u1"),
        ("strays", "u1"),
        ("in_total", "i8"),
        ("out_total", "i8"),
        ("count_at", "i8"),
        ("figure", "i8"),
        ("moved_at", "i8"),
        ("stood_ms", "i8"),
        ("instants", "u4", (REMEMBERED,)),
        ("totals", "i8", (2,)),
        ("others", "i8", (2,)),
        ("total_ms", "u4", (2,)),
        ("other_ms", "u4", (2,)),
        ("bad_at", "i8"),
        ("stray_at", "i8"),
        ("silent_since", "i8"),
        ("silent_ms", "i8"),
        ("refused", "u4", (4,)),
        ("verdicts", "u2", (7,)),
        ("backwards", "u1", (2,)),
        ("doubt", "i1", (2,)),
        ("apart", "u1"),
    ]
)
"""One sensor: its newest instant, its running totals, and its last 64 instants modulo 2**32 ms (49 days).

`last_at` is known when a report arrives.  An instant older than `lateness`
never gets as far as the look-up, so the modulus cannot confuse two.
Of a cumulative counter, in and out apart: `totals` are its lines' newest totals, `others` those off the line, held back
while `doubt` is not 0, else the line that was left (MISSING: none), each with its instant modulo 2**32 ms;
`backwards` is 1 once it is known to count down.  `verdicts` are counted (see below), and so are the people in and out.
Of an area, `figure` is its newest count, which has stood since `moved_at`, in `stood` reports.  `bad_at` is the newest
fault, `stray_at` the newest report with a wrong clock, `refused` how many were refused: future, too old, negative,
empty.
"""

VIEW = laid_out(
    [
        ("heard_at", "i8"),
        ("came", "i8"),
        ("went", "i8"),
        ("noted_at", "i8"),
        ("trouble", "u2"),
        ("told", "u2"),
        ("watch", "u4"),
        ("crossed", "i8"),
        ("drift_in", "f8"),
        ("drift_out", "f8"),
        ("net", "f8"),
        ("bias_in", "f4"),
        ("bias_out", "f4"),
        ("doubt_in", "f4"),
        ("doubt_out", "f4"),
        ("paced_crossed", "i8"),
        ("pace", "f4"),
        ("turned", "f4"),
        ("scatter2", "f4"),
        ("last", "f4"),
        ("lean", "f4"),
        ("swing", "f4"),
        ("leapt", "f4"),
        ("sequence", "u4"),
        ("known", "i8"),
        ("looked_at", "i8"),
        ("mark", "i8"),
    ]
)
"""A sensor as one of its zones sees it; a gate between two zones has two.

`heard_at` is its newest report that was decided; `came` and `went` are who passed, as the gate counts them, since the
zone last took that in (closing.hearing), `crossed` who did until then, both ways.  Of a gate, in and out apart:
`bias_*` is the share counted too many, `doubt_*` how far that may be off, `drift_*` the people which the doubt has made
since the zone knew better; `net` is who came less who went since then, `turned` the log odds of a gate turned around,
`pace` people in one of its intervals (as of `noted_at`, when `paced_crossed` had crossed).  Of an area: its noise, the
newest residual, how it leans and swings, and how far its doubted counts have carried the estimate up (`leapt`)
(steps.occupancy.counts); where there are no gates, its newest count that was taken, `net` people as of `noted_at`
(steps.occupancy.areas).  `trouble` are the bits above, `told` those that were told, `sequence` how often; `watch` is
set while there is something to look at; `known`, `looked_at` and `mark` serve the rules of what is stuck
(steps.health).  What is f4 is read through float(), so that plain Python and compiled code do the same arithmetic.
"""

PENDING = laid_out(
    [
        ("due", "i8"),
        ("at", "i8"),
        ("sensor", "i4"),
        ("enter", "i8"),
        ("leave", "i8"),
        ("stray", "i1"),
        ("resolved", "u1"),
    ]
)
"""A reading that waits for its step to close: `due` is its instant, or the start of the step open when it came late;
`enter` and `leave` of a head count are the count and, of a person's, its accuracy; `resolved` is set once a running
total has become crossings; `stray` is 1 where its clock seems wrong, and 2 for one that was refused for it and only
tells so.  An order of a person (closing.asked) has its kind in `leave`, below 0, and what it asks for in `enter`."""

ONLY_STRAY = 2
"""Of a pending reading's `stray`: it was refused for its clock, and only tells so."""

RAISE, LOWER, HOLD, RELEASE = -1, -2, -3, -4
"""Of a pending row of a person, its `leave`: an order; a count has its accuracy there, which is never below 0."""

BLOCK = laid_out(
    [
        ("version", "i4"),
        ("pending", "i4"),
        ("newest_at", "i8"),
        ("tick_at", "i8"),
        ("closed_at", "i8"),
        ("opened_at", "i8"),
        ("begun_at", "i8"),
        ("applied", "i8"),
        ("late", "i8"),
        ("duplicate", "i8"),
        ("dead", "i8"),
    ]
)
"""One block: its horizon's two sources, the step boundary up to which everything is closed, and its counts."""
