"""Why a reading is refused, and what a running total turned out to be: each a word and a sentence."""

from streams.records import (
    BACKWARDS,
    EMPTY,
    FUTURE,
    NEGATIVE,
    REPEATED,
    RESET,
    RETURNED,
    SPIKE,
    STUMBLED,
    TOO_OLD,
    UNKNOWN_SENSOR,
    WRAPPED,
)

REFUSALS = {
    UNKNOWN_SENSOR: ("unknown_sensor", "site.yaml names no such sensor in this block: adopt it there or stop it"),
    FUTURE: ("future", "the instant lies further ahead of its arrival than `skew`: set the device's clock"),
    TOO_OLD: ("too_old", "the instant lies further back than `lateness`: it can change no figure any more"),
    NEGATIVE: ("negative", "a count is below zero: no people can be fewer than none"),
    EMPTY: ("empty", "the reading carries no figure of the kind that its sensor counts"),
}

VERDICTS = {
    REPEATED: ("repeated", "a total no newer than the last one: what crossed until then is in the newer one"),
    WRAPPED: ("wrapped", "the counter came to the end of its range and began again: what crossed is counted over it"),
    RESET: ("reset", "the counter began again at zero: what it shows has crossed since"),
    BACKWARDS: ("backwards", "three decreases in a row: the counter counts the other way, and counts so"),
    STUMBLED: ("stumbled", "the counter fell by a few and went on from there: what it fell by is not counted"),
    SPIKE: ("spike", "the counter leapt and stayed there, or leapt on: what it leapt by is not counted"),
    RETURNED: ("returned", "the counter came back to its line: the leap is forgotten, what crossed meanwhile counts"),
}
