"""Why something was decided, and what became of an order: each a word, and a sentence that says it in full."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was decided, as one word; `SENTENCES` says it in full."""

    RAISE_HELD = "raise_held"
    CLEAR_HELD = "clear_held"
    RAISE_ORDERED = "raise_ordered"
    LOWER_ORDERED = "lower_ordered"
    SENSORS_SILENT = "sensors_silent"
    SENSORS_DOUBTED = "sensors_doubted"
    SENSORS_BACK = "sensors_back"
    UNSEEN_TOO_LONG = "unseen_too_long"
    ZONE_AT_LEVEL = "zone_at_level"
    ROSE_WHILE_LIFTING = "rose_while_lifting"
    PROVEN_CLEAR = "proven_clear"
    PROVEN_AND_APPROVED = "proven_and_approved"
    APPROVED = "approved"
    PERSON_ORDERED = "person_ordered"
    FIELD_REPORTED = "field_reported"
    CREW_SILENT = "crew_silent"
    FIELD_FAILED = "field_failed"
    EVIDENCE_LOST = "evidence_lost"
    LIFT_OVERDUE = "lift_overdue"


SENTENCES = {
    Reason.RAISE_HELD: "The rolling occupancy was at or above the level's raise for the whole of its wait.",
    Reason.CLEAR_HELD: "The upper bound was below the level's clear, with good data, for the whole of its wait.",
    Reason.RAISE_ORDERED: "A person ordered the level, by name, above what the figures ask for.",
    Reason.LOWER_ORDERED: "A supervisor ordered the level to be lowered, by name and with a reason.",
    Reason.SENSORS_SILENT: "Sensors that are expected to report have been silent for three of their intervals.",
    Reason.SENSORS_DOUBTED: "Sensors of the zone cannot be believed: stuck, out of range, or at odds with the flow.",
    Reason.SENSORS_BACK: "Every expected sensor reports again.",
    Reason.UNSEEN_TOO_LONG: "The figures could not be trusted for so long that a person has to look.",
    Reason.ZONE_AT_LEVEL: "A zone that the barrier serves is at or above the level that deploys it.",
    Reason.ROSE_WHILE_LIFTING: "A zone rose to the level again before the barrier was lifted.",
    Reason.PROVEN_CLEAR: "Every zone served has been below the level, with good data, for the whole of the hold.",
    Reason.PROVEN_AND_APPROVED: "The proof to lift is there and a person approved.",
    Reason.APPROVED: "A person approved the deployment that was asked for.",
    Reason.PERSON_ORDERED: "A person ordered the position, with name and reason.",
    Reason.FIELD_REPORTED: "The field reported it.",
    Reason.CREW_SILENT: "The field did not answer in the time that the crew needs, twice over.",
    Reason.FIELD_FAILED: "The field reported that it cannot be done.",
    Reason.EVIDENCE_LOST: "The evidence to lift is no longer there.",
    Reason.LIFT_OVERDUE: "A lift that is due has not happened.",
}


class Verdict(StrEnum):
    """What became of a person's count."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    FUTURE = "future"
    TOO_OLD = "too_old"
