"""`tidegate notify test`: what it shows, what it says, and its exit statuses."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.broker.processes import tidegate

SITE = """\
site: town
timezone: Asia/Shanghai
channels:
  - {id: robot, kind: wecom, key: env:TOWN_KEY, url: "URL/send"}
  - {id: other, kind: inbox}
offices:
  - {id: street, name: {zh: 街道, en: Street office}, tier: street, channels: [robot]}
blocks: [{id: b, zones: [{id: fountain, office: street}]}]
"""
KEY = "0ffice-r0bot-key"


class Robot(BaseHTTPRequestHandler):
    """Answers as it is told to."""

    said = b'{"errcode": 0, "errmsg": "ok"}'

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(SITE.replace("URL", "http://127.0.0.1:1"), encoding="utf-8")
    return tmp_path


def notify(folder: Path, *words: str, key: str = KEY) -> "subprocess.CompletedProcess[str]":
    return tidegate("notify", "test", "--office", "street", "--channel", "robot", *words, cwd=folder, TOWN_KEY=key)


def test_a_dry_run_shows_what_would_be_sent_and_masks_the_key(town: Path) -> None:
    told = notify(town, "--dry-run", "--json")
    assert told.returncode == 0, told.stderr
    said = json.loads(told.stdout)
    assert (said["sent"], said["request"]["url"]) == (False, "http://127.0.0.1:1/send?key=***")
    assert said["request"]["body"]["msgtype"] == "markdown" and "【测试】" in told.stdout
    assert KEY not in told.stdout + told.stderr


@pytest.mark.parametrize(
    ("said", "status", "word"),
    [
        (b'{"errcode": 0, "errmsg": "ok"}', 0, "accepted"),
        (b'{"errcode": 93000, "errmsg": "invalid webhook url"}', 1, "no-such-robot"),
        (b'{"errcode": 45009, "errmsg": "api freq out of limit"}', 1, "limited"),
        (b"<html>", 1, "unreadable"),
    ],
)
def test_what_the_provider_answered_is_said(
    town: Path, monkeypatch: pytest.MonkeyPatch, said: bytes, status: int, word: str
) -> None:
    monkeypatch.setattr(Robot, "said", said)
    with HTTPServer(("127.0.0.1", 0), Robot) as server:
        (town / "site.yaml").write_text(SITE.replace("URL", f"http://127.0.0.1:{server.server_port}"), "utf-8")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        answers = [notify(town, "--json"), notify(town), notify(town, "--lang", "zh")]
        server.shutdown()
        thread.join()
    assert [told.returncode for told in answers] == [status] * 3
    assert json.loads(answers[0].stdout)["why"] == word
    assert answers[1].stdout.startswith("robot (wecom): ")
    assert KEY not in "".join(told.stdout + told.stderr for told in answers)


@pytest.mark.parametrize(
    ("words", "key", "sentence"),
    [
        (("--office", "stret"), KEY, "--office: the site has no office stret: use one of: street"),
        (("--channel", "robt"), KEY, "--channel: the site has no channel robt: use one of: robot, other"),
        (("--channel", "other"), KEY, "--channel: street is not told over other: use one of: robot"),
        ((), "", "robot: key: env:TOWN_KEY: the environment has no TOWN_KEY, or it is empty: set it and start again"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(town: Path, words: tuple[str, ...], key: str, sentence: str) -> None:
    told = notify(town, *words, key=key)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.strip() == sentence
