"""A phone for the tests of the pages for crews and offices."""

from typing import Any

import orjson
import pytest

from console.field import desk
from console.settings import PageSettings
from tests.console.phone import SIGNER, Phone, of


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    """A phone in front of the pages of the lakeside, three minutes after the command."""
    posted: list[tuple[str, str, dict[str, Any], str]] = []

    def kept(settings: Any, topic: str, key: str, value: bytes, head: Any, within_s: float) -> None:
        posted.append((topic, key, orjson.loads(value), dict(head)["ce_id"].decode()))

    monkeypatch.setattr(desk, "post", kept)
    monkeypatch.setattr(desk, "ANSWER_S", 0.05)
    return of(PageSettings(), posted, SIGNER)
