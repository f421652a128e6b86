"""The contracts page names every key that may be written into a mapping, and every key that an alert carries."""

import re
from pathlib import Path

from backtest.mapping.fields import FORMS
from backtest.mapping.file import KEYS
from streams.schemas import Alert

PAGE = (Path(__file__).resolve().parent.parent / "docs/contracts.md").read_text(encoding="utf-8")


def section(number: int) -> str:
    return PAGE.split(f"\n## {number}. ")[1].split("\n## ")[0]


def test_every_key_of_a_mapping_stands_in_the_page() -> None:
    said = section(3)
    assert {key for key in KEYS if not re.search(rf"\b{key}:", said)} == set()
    assert {form for form in FORMS if form not in said} == set()
    assert "sensor: {id: " in said and "area_m2: {column: " in said


def test_every_key_of_an_alert_stands_in_the_page() -> None:
    (row,) = [line for line in section(5).splitlines() if line.startswith("| `alerts.jsonl`")]
    keys = {field.alias or name for name, field in Alert.model_fields.items()}
    assert keys - set(re.findall(r"\w+", row)) == set()
