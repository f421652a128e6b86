"""The style of the house, as tests: sizes, names, imports, leftovers, locks."""

import ast
import fnmatch
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.worker import DUTIES

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "agents", "audit", "backtest", "bench", "console", "courier", "deploy", "gateway", "streams", "tidegate", "wire",
)  # fmt: skip
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

MODULE_LINES = 300
FUNCTION_LINES = 50
AGENT_LINES = 60
FOLDER_FILES = 20
BANNED_WORDS = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
TEXT_ENDINGS = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".lock", ".js", ".css", ".html", ".sh", ""}


def ignored_patterns() -> list[str]:
    """What .gitignore leaves out: folders end in a slash there, files are patterns of a name."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")] + [".git/"]


def files_below(folder: Path) -> Iterator[Path]:
    """Every file that belongs to the project, whether git is there or not."""
    patterns = ignored_patterns()
    for path in sorted(folder.iterdir()):
        name = path.relative_to(ROOT).as_posix() + ("/" if path.is_dir() else "")
        if any(fnmatch.fnmatch(path.name + "/" * path.is_dir(), p) or name == p for p in patterns):
            continue
        if path.is_dir():
            yield from files_below(path)
        else:
            yield path


FILES = list(files_below(ROOT))
MODULES = [path for path in FILES if path.suffix == ".py"]
OURS = [path for path in MODULES if path.relative_to(ROOT).parts[0] in PACKAGES]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_a_person_reads_at_a_sitting() -> None:
    assert {name_of(path): lines_of(path) for path in MODULES if lines_of(path) > MODULE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    long[f"{name_of(path)}:{node.lineno} {node.name}"] = length
    assert long == {}


def test_an_agent_fits_on_one_page() -> None:
    agents = [ROOT / "agents" / f"{duty}.py" for duty in DUTIES]
    assert {name_of(path): lines_of(path) for path in agents if lines_of(path) > AGENT_LINES} == {}


def test_no_folder_is_too_full_to_be_seen_at_a_glance() -> None:
    folders: dict[str, int] = {}
    for path in FILES:
        folders[name_of(path.parent)] = folders.get(name_of(path.parent), 0) + 1
    assert {folder: count for folder, count in folders.items() if count > FOLDER_FILES} == {}


def test_every_module_is_named_after_what_it_is_about() -> None:
    assert [name_of(path) for path in MODULES if BANNED_WORDS & set(path.stem.split("_"))] == []
    assert [name_of(path.parent) for path in OURS if path.parent.name in BANNED_WORDS] == []


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    words = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b")
    texts = [path for path in FILES if path.suffix in TEXT_ENDINGS and path.suffix != ".lock"]
    assert [name_of(path) for path in texts if words.search(path.read_text(encoding="utf-8"))] == []


def test_no_file_names_a_place_on_one_machine_or_a_registry() -> None:
    places = re.compile(r"(?<![\w.~-])/(work|root|home|Users)/")
    parts = ("pypi/org", "python/hosted.org", "maven/org", "maven/apache.org", "npmjs/org", "ghcr/io")
    hosts = [part.replace("/", "" if part.startswith("python") else ".") for part in parts]
    found = []
    for path in FILES:
        if path.suffix in TEXT_ENDINGS:
            text = path.read_text(encoding="utf-8")
            found += [f"{name_of(path)}: {match.group()}" for match in places.finditer(text)]
            found += [f"{name_of(path)}: {host}" for host in hosts if host in text]
    assert found == []


def test_our_agents_are_the_ones_that_are_imported() -> None:
    """Another package of the index installs a top-level `agents` too; ours must win."""
    for package in PACKAGES:
        module = __import__(package)
        assert Path(str(module.__file__)).parent == ROOT / package


def sleeps(path: Path) -> Iterator[str]:
    """Calls of sleep outside a loop (in a loop a condition is looked at again) for longer than one turn of others."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    looped = {
        id(inner)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.While | ast.For | ast.AsyncFor)
        for inner in ast.walk(loop)
    }
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        waits = isinstance(called, ast.Attribute) and called.attr == "sleep" and id(node) not in looped
        if called and waits and ast.unparse(node) != "asyncio.sleep(0)":
            yield f"{name_of(path)}:{called.lineno}"


def test_no_test_sleeps_instead_of_waiting_for_something() -> None:
    """Programs that tests start may be slow on purpose; tests themselves wait for a condition."""
    tests = [path for path in MODULES if path.name.startswith(("test_", "conftest"))]
    assert [place for path in tests for place in sleeps(path)] == []


def imported(path: Path) -> set[str]:
    """The first part of each name that a file imports from outside the project and the standard library."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - set(PACKAGES) - {"tests"}


def normal(name: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", name.strip(), maxsplit=1)[0]).lower()


def declared(*groups: str) -> set[str]:
    names = list(PROJECT["project"]["dependencies"])
    for group in groups:
        names += [entry for entry in PROJECT["dependency-groups"][group] if isinstance(entry, str)]
    return {normal(name) for name in names}


@pytest.mark.parametrize(("paths", "groups"), [(OURS, ()), ([p for p in MODULES if p not in OURS], ("test", "dev"))])
def test_what_is_imported_is_declared(paths: list[Path], groups: tuple[str, ...]) -> None:
    distributions = importlib.metadata.packages_distributions()
    undeclared = {
        f"{name_of(path)} imports {name}"
        for path in paths
        for name in imported(path)
        if not {normal(dist) for dist in distributions.get(name, [])} & (declared(*groups) | {"pytest"})
    }
    assert undeclared == set()


def locked(name: str) -> dict[str, dict[str, list[str]]]:
    """Distribution to its versions (there may be one for each of several Pythons), each with its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    entries: dict[str, dict[str, list[str]]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = re.match(r"(?P<name>[\w.-]+)==(?P<version>[\w.+!]+)", line)
        assert match, f"{name}: {line[:60]}: not pinned to a version"
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
        entries.setdefault(normal(match["name"]), {})[match["version"]] = hashes
    return entries


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_version_and_every_hash_and_names_no_address(name: str) -> None:
    bare = [package for package, versions in locked(name).items() for hashes in versions.values() if not hashes]
    assert bare == []
    assert not re.search(r"https?://|--(index|extra|find)", (ROOT / name).read_text(encoding="utf-8"))


def test_the_locks_hold_what_the_project_asks_for() -> None:
    runtime, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert declared() - set(runtime) == set()
    assert declared(*PROJECT["dependency-groups"]) - set(dev) == set()
    assert {name: versions for name, versions in runtime.items() if dev.get(name) != versions} == {}


def test_faust_and_what_it_stands_on_are_pinned_exactly() -> None:
    pins = dict(re.findall(r"([\w-]+)==([\w.]+)", " ".join(PROJECT["project"]["dependencies"])))
    for name in ("faust-streaming", "mode-streaming", "aiokafka"):
        assert list(locked("requirements.lock")[name]) == [pins[name]]
        assert pins[name] == importlib.metadata.version(name)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    environment = {"PYTHONPATH": str(folder), "PATH": "", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


PLANTED = [
    ("streams/steps/levels.py", "import time", "streams is pure"),
    ("streams/steps/levels.py", "import streams.steps.occupancy", "Steps do not know each other"),
    ("streams/steps/levels.py", "import wire.topics", "Imports point one way"),
    ("console/__init__.py", "import agents.app", "Imports point one way"),
    ("console/__init__.py", "import faust", "Only agents knows Faust"),
    ("agents/zones.py", "import agents.notices", "Agents never call agents"),
    ("agents/app.py", "import deploy.kafka", "Only the command line and the benches start a broker"),
    ("deploy/__init__.py", "import wire.topics", "deploy imports nothing of ours"),
]


def test_imports_point_one_way() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("module", "line", "contract"), PLANTED)
def test_a_wrong_import_is_seen(tmp_path: Path, module: str, line: str, contract: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert re.search(re.escape(contract) + r".* BROKEN", result.stdout)
