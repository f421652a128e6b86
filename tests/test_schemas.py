"""docs/schemas and docs/asyncapi.yaml say what the models and the topic table say.

After a change of either, write them anew: TIDEGATE_WRITE=1 pytest tests/test_schemas.py
"""

import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import uuid5

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from streams.alerts import alerts, standings, zone_states
from streams.block import State
from streams.columns import parse, render
from streams.memory import begin
from streams.schemas import PUBLISHED, Alert, Command, Model, Notice, Standing, ZoneState, identity
from streams.schemas.words import IDS
from tests.reference.replaying import replay
from tests.reference.scenarios import scenario
from tests.streams.square import BARRIER, CAMERA, counted, frame, policy, take, tick
from wire.batches import headers
from wire.topics import TABLE, Topic

DOCS = Path(__file__).resolve().parents[1] / "docs"
WRITE = os.environ.get("TIDEGATE_WRITE") == "1"
DRAFT = "https://json-schema.org/draft/2020-12/schema"

INSTANT = {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "format": "date-time"}]}
FIGURE = {"type": ["integer", "null"], "minimum": 0}
COLUMN = {"type": "array", "items": {"type": ["integer", "null"]}}
SINGLE: dict[str, Any] = {
    "type": "object",
    "required": ["sensor", "at"],
    "properties": {"sensor": {"type": "string"}, "at": INSTANT, "in": FIGURE, "out": FIGURE, "count": FIGURE},
}
FRAME: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "block", "seen", "sensors", "sensor", "at", "in", "out", "count"],
    "properties": {
        "kind": {"const": "frame"},
        "block": {"type": "string"},
        "seen": {"oneOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
        "sensors": {"type": "array", "items": {"type": "string"}},
        "sensor": {"type": "array", "items": {"type": "integer"}},
        "at": {"type": "array", "items": {"type": "integer"}},
        **{name: COLUMN for name in ("in", "out", "count")},
    },
}
CARRIED: dict[str, tuple[str, ...]] = {
    "sensor.readings": ("reading",),
    "block.inputs": ("frame", "count-order", "zone-order", "tick"),
    "zone.states": ("zone-state",),
    "zone.alerts": ("alert",),
    "zone.counts": ("zone-count",),
    "zone.answers": ("zone-answer",),
    "zone.alarms": ("zone-alarm",),
    "sensor.alerts": ("sensor-alert", "violation-alert"),
    "barrier.inputs": ("standing", "report", "order", "tick"),
    "barrier.commands": ("command",),
    "barrier.states": ("barrier-state",),
    "barrier.alerts": ("barrier-alert",),
    "barrier.answers": ("barrier-answer",),
    "office.notices": ("notice",),
    "office.inputs": ("notice-word", "outcome", "acknowledgement", "tick"),
    "office.sendings": ("sending",),
    "office.receipts": ("receipt",),
    "office.kpis": ("office-kpi",),
    "zone.incidents": ("opening", "incident-step", "tally", "tick"),
    "incident.states": ("incident",),
    "incident.answers": ("incident-answer",),
}
"""Messages of each topic; the others carry bytes that are nobody else's business, or what was refused as it was."""


def file_of(model: type[Model]) -> str:
    """ZoneState → zone-state."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", model.__name__).lower()


def place_of(model: type[Model]) -> str:
    """Where its schema lies below docs/schemas: by what it concerns, as the models do."""
    return f"{model.__module__.rsplit('.', 1)[1]}/{file_of(model)}.json"


MODELS = {file_of(model): model for model in PUBLISHED}


def schema_text(model: type[Model]) -> str:
    schema = {"$schema": DRAFT, **model.model_json_schema(mode="serialization", by_alias=True)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def message(name: str) -> dict[str, Any]:
    """One message of the AsyncAPI page: its schema is a file of docs/schemas, or stands there itself."""
    known: dict[str, dict[str, Any]] = {"reading": SINGLE, "frame": FRAME}
    payload = {"$ref": f"schemas/{place_of(MODELS[name])}"} if name in MODELS else known[name]
    keys = {key: {"type": "string"} for key, _ in headers(name, "id")}
    return {"name": name, "contentType": "application/json", "headers": {"type": "object", "properties": keys},
            "payload": payload}  # fmt: skip


def channel(topic: Topic) -> dict[str, Any]:
    found: dict[str, Any] = {
        "address": topic.name,
        "description": f"{topic.carries}; key: {topic.key}",
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": bound(topic.config),
                               "bindingVersion": "0.5.0"}},
    }  # fmt: skip
    if names := CARRIED.get(topic.name):
        found["messages"] = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    return found


def bound(config: dict[str, str]) -> dict[str, Any]:
    """A topic's configuration as AsyncAPI's Kafka binding writes it."""
    return {
        key: [value] if key == "cleanup.policy" else int(value)
        for key, value in config.items()
        if key in ("cleanup.policy", "retention.ms", "max.message.bytes")
    }


def asyncapi_text() -> str:
    names = list(dict.fromkeys(name for carried in CARRIED.values() for name in carried))
    page = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tidegate",
            "version": "0.1.0",
            "description": "Sensor counts in, levels and barrier commands out. All names take the prefix of the site.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: channel(topic) for topic in TABLE},
        "components": {"messages": {name: message(name) for name in names}},
    }
    return yaml.safe_dump(json.loads(json.dumps(page)), sort_keys=False, allow_unicode=True, width=110)


def held(path: Path, text: str) -> None:
    """The committed file says just that; with TIDEGATE_WRITE=1 it is made to."""
    if WRITE:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "TIDEGATE_WRITE=1 pytest tests/test_schemas.py"


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_schema_on_disk_is_that_of_its_model(name: str) -> None:
    held(DOCS / "schemas" / place_of(MODELS[name]), schema_text(MODELS[name]))


def test_there_is_a_schema_for_every_model_and_no_other() -> None:
    assert {path.stem for path in (DOCS / "schemas").rglob("*.json")} == set(MODELS)


def test_the_asyncapi_page_is_the_topic_table() -> None:
    held(DOCS / "asyncapi.yaml", asyncapi_text())


def test_every_topic_stands_on_the_asyncapi_page_and_every_message_has_a_schema() -> None:
    page = yaml.safe_load((DOCS / "asyncapi.yaml").read_text(encoding="utf-8"))
    assert list(page["channels"]) == [topic.name for topic in TABLE]
    for found in page["channels"].values():
        for link in found.get("messages", {}).values():
            payload = page["components"]["messages"][link["$ref"].rsplit("/", 1)[1]]["payload"]
            assert "$ref" not in payload or (DOCS / payload["$ref"]).is_file()


# What is decided fits the models


def test_what_a_replay_says_fits_the_published_models() -> None:
    for seed in range(12):
        journey = replay(scenario(seed).policy, scenario(seed).readings)
        TypeAdapter(list[Alert]).validate_python(journey.decided())
        TypeAdapter(list[Notice]).validate_python(journey.noticed())
        TypeAdapter(list[Command]).validate_python(journey.commanded())
        TypeAdapter(list[ZoneState]).validate_python(zone_states(journey.states["block"]))


def test_what_a_block_says_live_fits_the_published_models() -> None:
    state = take_one()
    changes = tick(state, 100)
    assert alerts(state, changes)
    for word in standings(state, changes):
        assert Standing.model_validate_json(orjson.dumps(word)).zone == "square"


def take_one() -> State:
    state = begin(policy(CAMERA, site_more={"barriers": [BARRIER]}), "block")
    take(state, counted(0, 100))
    return state


def test_a_frame_has_the_keys_that_the_page_names() -> None:
    made = render(frame([counted(0, 3)], seen=1_767_225_600_000))
    assert set(orjson.loads(made)) == set(FRAME["required"]) and parse(made).count.tolist() == [3]


@given(st.lists(st.one_of(st.text(st.characters(codec="utf-8")), st.integers(), st.none())))
def test_an_id_is_the_uuid_of_its_cause(cause: list[object]) -> None:
    assert identity(*cause) == str(uuid5(IDS, "/".join(map(str, cause))))
