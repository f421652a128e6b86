"""Why a reading in a frame is refused: the word and the sentence of its dead letter."""

from streams.records import EMPTY, FUTURE, NEGATIVE, TOO_OLD, UNKNOWN_SENSOR

REFUSALS = {
    UNKNOWN_SENSOR: ("unknown_sensor", "site.yaml names no such sensor in this block: adopt it there or stop it"),
    FUTURE: ("future", "the instant lies further ahead of its arrival than `skew`: set the device's clock"),
    TOO_OLD: ("too_old", "the instant lies further back than `lateness`: it can change no figure any more"),
    NEGATIVE: ("negative", "a count is below zero: no people can be fewer than none"),
    EMPTY: ("empty", "the reading carries no figure of the kind that its sensor counts"),
}
