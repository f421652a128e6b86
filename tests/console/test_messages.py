"""What the deciders may write, the page can read; what it cannot trust, it refuses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.messages import (
    Alert,
    BarrierAnswer,
    BarrierState,
    Command,
    Message,
    Notice,
    Receipt,
    Refused,
    ZoneState,
    parse,
)
from streams import reasons, schemas
from tests.browser.lakeside import Evening

INSTANTS = st.integers(0, 4_102_444_800_000).map(schemas.instant)
NAMES = st.text(min_size=1, max_size=30)
CHANGES = st.sampled_from(["normal", "III", "II", "I", "good", "degraded", "blind"])
PEOPLE = st.floats(-1e6, 1e6)
WORDS = st.sampled_from(reasons.Reason)
COUNTS = st.integers(0, 2**40)
HEADS: dict[str, st.SearchStrategy[Any]] = {"at": INSTANTS, "sequence": COUNTS, "revision": NAMES}
FIGURES: dict[str, st.SearchStrategy[Any]] = {
    **HEADS, "zone": NAMES, "block": NAMES, "people": PEOPLE, "lower": PEOPLE, "upper": PEOPLE, "rolling": PEOPLE,
    "level": st.sampled_from(schemas.LEVELS), "quality": st.sampled_from(schemas.QUALITIES),
    "episode": st.none() | NAMES,
}  # fmt: skip
STATES = st.fixed_dictionaries(
    FIGURES
    | {"density": st.none() | PEOPLE, "since": st.none() | INSTANTS, "clearing_s": st.none() | st.floats(0, 1e6)}
)
ALERTS = st.fixed_dictionaries(
    FIGURES
    | {
        "id": NAMES, "kind": st.sampled_from(["level", "quality"]), "from": CHANGES, "to": CHANGES, "reason": WORDS,
        "limit": st.none() | PEOPLE, "peak": st.sampled_from(schemas.LEVELS),
    }
)  # fmt: skip
COMMANDS = st.fixed_dictionaries(
    HEADS
    | {
        "id": NAMES, "barrier": NAMES, "episode": NAMES, "position": st.sampled_from(["deployed", "lifted"]),
        "cause": st.none() | NAMES, "reason": WORDS,
    }
)  # fmt: skip
BARRIERS = st.fixed_dictionaries(
    HEADS
    | {
        "barrier": NAMES, "state": NAMES, "position": NAMES, "since": st.none() | INSTANTS,
        "episode": st.none() | NAMES, "due": st.none() | INSTANTS, "reason": st.none() | WORDS,
        "overdue": st.booleans(), "zones": st.dictionaries(NAMES, st.none() | st.sampled_from(schemas.LEVELS)),
        "command": st.none() | NAMES, "alerts": st.lists(NAMES), "override": st.none(), "usage": st.none(),
    }
)  # fmt: skip
TEXTS = st.fixed_dictionaries({"zh": NAMES, "en": NAMES})
ANSWERS = st.fixed_dictionaries(
    {
        "id": NAMES, "barrier": NAMES, "at": INSTANTS, "kind": st.sampled_from(["order", "report"]), "what": NAMES,
        "by": NAMES, "role": NAMES, "reason": NAMES, "verdict": st.sampled_from(["accepted", "refused"]),
        "text": TEXTS, "state": NAMES, "revision": NAMES,
    }
)  # fmt: skip
NOTICES = st.fixed_dictionaries(
    {
        "id": NAMES, "office": NAMES, "tier": NAMES, "zone": NAMES, "alert": NAMES, "at": INSTANTS,
        "level": st.sampled_from(schemas.LEVELS), "text": TEXTS, "episode": st.none() | NAMES, "sequence": COUNTS,
        "kind": st.sampled_from(["raise", "lower", "end", "blind", "barrier"]), "barrier": st.none() | NAMES,
    }
)  # fmt: skip
RECEIPTS = st.fixed_dictionaries(
    {
        "id": NAMES, "office": NAMES, "notice": NAMES, "zone": NAMES, "episode": st.none() | NAMES, "at": INSTANTS,
        "level": st.sampled_from(schemas.LEVELS), "channel": st.none() | NAMES, "attempt": COUNTS, "by": NAMES,
        "step": st.sampled_from(["queued", "sent", "delivered", "acked", "done", "escalated", "failed"]),
        "text": TEXTS,
    }
)  # fmt: skip
WRITTEN = (
    STATES.map(schemas.ZoneState.model_validate)
    | ALERTS.map(schemas.Alert.model_validate)
    | COMMANDS.map(schemas.Command.model_validate)
    | BARRIERS.map(schemas.BarrierState.model_validate)
    | ANSWERS.map(schemas.BarrierAnswer.model_validate)
    | NOTICES.map(schemas.Notice.model_validate)
    | RECEIPTS.map(schemas.Receipt.model_validate)
)
READ: dict[type[schemas.Model], type[Message]] = {
    schemas.ZoneState: ZoneState,
    schemas.Alert: Alert,
    schemas.Command: Command,
    schemas.BarrierState: BarrierState,
    schemas.BarrierAnswer: BarrierAnswer,
    schemas.Notice: Notice,
    schemas.Receipt: Receipt,
}


@given(WRITTEN)
def test_whatever_the_deciders_may_write_the_page_reads(message: schemas.Model) -> None:
    written = json.loads(message.model_dump_json(by_alias=True))
    read = json.loads(parse(READ[type(message)], json.dumps(written).encode()).model_dump_json(by_alias=True))
    instants = {"at", "since", "due"}
    assert {key: written[key] for key in read if key not in instants} == {
        key: value for key, value in read.items() if key not in instants
    }


@given(WRITTEN)
def test_a_key_of_a_newer_version_does_not_blind_the_page(message: schemas.Model) -> None:
    written = json.loads(message.model_dump_json(by_alias=True)) | {"forecast": [1, 2, 3]}
    if "reason" in written:
        written["reason"] = "a_reason_of_tomorrow"
    parse(READ[type(message)], json.dumps(written).encode())


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"people": float("nan")}, "people"),
        ({"upper": float("inf")}, "upper"),
        ({"people": "many"}, "people"),
        ({"level": "IV"}, "level"),
        ({"quality": None}, "quality"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-10-01T18:45:00"}, "at"),
        ({"zone": ""}, "zone"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_its_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused, match=f"^{place}: "):
        parse(ZoneState, json.dumps(Evening().zone("lane", 10) | wrong).encode())


@pytest.mark.parametrize("value", [b"", b"\xff", b"[]", b"null", b'{"zone":'])
def test_bytes_that_are_no_message_are_refused(value: bytes) -> None:
    with pytest.raises(Refused):
        parse(ZoneState, value)
