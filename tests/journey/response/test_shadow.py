"""The shadow on real Kafka: what breaks an invariant is on the technical channel, in the status and in its figures."""

import json
import urllib.request

import orjson
import pytest

from tests.journey.city import City
from tests.journey.places import BEGIN
from tests.journey.processes import free_port, stop, until
from wire.topics import SENSOR_ALERTS, ZONE_ALERTS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


def alert(sequence: int) -> bytes:
    """A rise that does not say by which revision it was decided."""
    figures = {"people": 300.0, "lower": 300.0, "upper": 300.0, "rolling": 300.0, "limit": 250.0}
    told = {"id": f"alert-{sequence}", "kind": "level", "zone": "square", "block": "market", "episode": "episode"}
    change = {"from": "normal", "to": "III", "level": "III", "peak": "III", "reason": "raise_held", "quality": "good"}
    return orjson.dumps(told | change | figures | {"sequence": sequence, "at": BEGIN, "revision": ""})


def test_a_broken_invariant_is_told_on_the_technical_channel_and_by_the_status(city: City) -> None:
    port = free_port()
    shadow = city.worker("--duty", "shadow", clock="wall", TIDEGATE_METRICS_PORT=str(port))
    sequence = 0

    def told() -> bool:
        """The shadow begins with what comes next, so alerts come until it is there."""
        nonlocal sequence
        sequence += 1
        city.send(ZONE_ALERTS, b"square", alert(sequence))
        return len(city.records(SENSOR_ALERTS)) > 0

    until(told, "the shadow to tell", 200)
    said = orjson.loads(city.records(SENSOR_ALERTS)[0].value)
    assert (said["invariant"], said["thing"]) == ("sequences_rise", "square") and "revision" in said["text"]["zh"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        figures = page.read().decode()
    assert 'tidegate_invariant_violations_total{invariant="lifted_with_proof"} 0.0' in figures
    status = json.loads(city.run("status", "--json").stdout)
    assert "sequences_rise" in {each["invariant"] for each in status["violations"]}
    assert stop(shadow) == 0
