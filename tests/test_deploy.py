"""What watches Tidegate names only what Tidegate tells, and the build server does what the README says."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "deploy/prometheus/rules.yml"
DASHBOARD = ROOT / "deploy/grafana/dashboards/tidegate.json"
METRIC = re.compile(r"\btidegate_\w+")


def registered() -> set[str]:
    """Every metric that the code registers."""
    names = set()
    for folder in ("agents", "audit", "courier", "gateway", "console"):
        for path in (ROOT / folder).rglob("*.py"):
            names |= set(re.findall(r'"(tidegate_[a-z_]+)"', path.read_text(encoding="utf-8")))
    return names


def told() -> set[str]:
    """The series that Prometheus makes of them."""
    endings = ("", "_bucket", "_count", "_sum", "_total")
    return {name + ending for name in registered() for ending in endings}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[str]:
    for rule in rules():
        yield rule["expr"]
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def test_rules_and_dashboard_ask_only_for_what_is_told() -> None:
    asked = {name for expression in expressions() for name in METRIC.findall(expression)}
    assert len(asked) > 10
    assert asked - told() == set()


def test_every_metric_stands_in_the_operations_page() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    shown = set(METRIC.findall(page))
    assert shown - told() == set()
    assert {name for name in registered() if not {name, name + "_total"} & shown} == set()


def test_expressions_close_what_they_open() -> None:
    for expression in expressions():
        for left, right in ("()", "[]", "{}"):
            assert expression.count(left) == expression.count(right), expression


def test_every_rule_says_how_urgent_it_is_and_what_to_do() -> None:
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs/operations.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for rule in rules():
        assert re.fullmatch(r"(Tidegate)([A-Z][a-z]+)+", rule["alert"])
        assert rule["labels"]["severity"] in ("none", "warning", "critical")
        assert rule["annotations"]["summary"]
        if rule["labels"]["severity"] != "none":
            page, _, anchor = rule["annotations"]["runbook"].partition("#")
            assert page == "docs/operations.md" and anchor in anchors
            assert rule["for"]


def test_prometheus_asks_services_that_exist_at_the_port_they_serve() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    scrapes = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    targets = [target for job in scrapes for config in job["static_configs"] for target in config["targets"]]
    for target in targets:
        name, _, port = target.partition(":")
        assert services[name]["environment"]["TIDEGATE_METRICS_PORT"] == port
        assert services[name]["environment"]["TIDEGATE_METRICS_HOST"] == "0.0.0.0"  # noqa: S104 - within the containers' own network
    serving = {name for name, service in services.items() if "TIDEGATE_METRICS_PORT" in service.get("environment", {})}
    assert {target.partition(":")[0] for target in targets} == serving


def test_the_dashboard_reads_the_source_that_is_provisioned() -> None:
    sources = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yaml").read_text("utf-8"))
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/tidegate.yaml").read_text("utf-8"))
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    uid = sources["datasources"][0]["uid"]
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {uid}
    assert {target["datasource"]["uid"] for panel in board["panels"] for target in panel["targets"]} == {uid}
    mounts = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["grafana"]["volumes"]
    folder = provider["providers"][0]["options"]["path"]
    assert f"./deploy/grafana/dashboards:{folder}:ro" in mounts


def test_the_dashboard_shows_level_one_as_the_highest() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    level = next(panel for panel in panels if panel["targets"][0]["expr"] == "tidegate_zone_level")
    texts = {key: value["text"] for key, value in level["fieldConfig"]["defaults"]["mappings"][0]["options"].items()}
    assert texts == {"0": "normal", "1": "III", "2": "II", "3": "I"}


def test_panels_do_not_lie_on_top_of_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24
        taken |= cells


def test_the_image_copies_what_is_there_and_does_not_run_as_root() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            assert [word for word in line.split()[1:-1] if not (ROOT / word).exists()] == []
    assert "USER tidegate" in lines
    installs = [line for line in lines if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_the_build_server_does_what_the_readme_says() -> None:
    run = ROOT / ".ci/run"
    commands = [line for line in run.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "exec make test"
    assert os.access(run, os.X_OK)
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def make(folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    command = [str(shutil.which("make")), *arguments]
    return subprocess.run(command, cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile and the locks alone, as after a fresh clone."""
    for name in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def fake_python(folder: Path, version: tuple[int, int], has_venv: bool) -> str:
    """A folder for PATH whose only Python answers as one of this version would."""
    folder.mkdir()
    script = folder / "python3"
    old = "1" if version < (3, 11) else "0"
    script.write_text(
        f'#!/bin/sh\ncase "$2" in\n*version_info*) exit {old};;\n*ensurepip*) exit {0 if has_venv else 1};;\nesac\n'
        f'case "$1" in --version) echo "Python {version[0]}.{version[1]}.0";; esac\n'
    )
    script.chmod(0o755)
    for tool in ("sh", "sed", "rm", "touch", "find"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return str(folder)


def test_a_python_that_is_too_old_is_refused_in_words(checkout: Path) -> None:
    result = make(checkout, "setup", path=fake_python(checkout / "bin", (3, 9), has_venv=True))
    assert result.returncode == 2
    assert "needs Python 3.11 or newer; python3 here is: Python 3.9.0" in result.stderr


def test_a_python_that_cannot_make_environments_is_told_what_it_lacks(checkout: Path) -> None:
    result = make(checkout, "setup", path=fake_python(checkout / "bin", (3, 12), has_venv=False))
    assert result.returncode == 2
    assert "Python 3.12.0 has no ensurepip and venv" in result.stderr


def test_setup_once_done_does_nothing_more(checkout: Path) -> None:
    binaries = checkout / ".venv/bin"
    binaries.mkdir(parents=True)
    (binaries / "python").symlink_to(str(shutil.which("true")))
    path = fake_python(checkout / "bin", (3, 12), has_venv=True)
    first = make(checkout, "setup", path=path)
    assert first.returncode == 0 and "--require-hashes" in first.stdout and "deploy.kafka prepare" in first.stdout
    again = make(checkout, "setup", path=path)
    assert again.returncode == 0 and "pip" not in again.stdout and "deploy.kafka" not in again.stdout
    os.utime(checkout / "requirements-dev.lock", (2**31, 2**31))
    assert "--require-hashes" in make(checkout, "setup", path=path).stdout


def test_make_without_a_word_says_what_there_is() -> None:
    shown = make(ROOT, path=os.environ["PATH"]).stdout
    for target in ("run", "test", "setup", "check", "bench", "clean"):
        assert f"make {target}" in shown
