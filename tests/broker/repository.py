"""A Maven repository on this machine that holds the files of the cache, and can be told to misbehave."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from deploy.kafka import jars


@dataclass
class Repository:
    """Where it answers, which files were asked for, and which of them are sent wrong or not at all."""

    url: str
    asked: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)


@contextmanager
def repository(cache: Path) -> Iterator[Repository]:
    """Serves the files of `cache` by their Maven paths until the block ends."""
    folder = jars.home(cache) / "jars"

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            known.asked.append(name)
            if name in known.absent or not (folder / name).is_file():
                self.send_error(404)
                return
            data = bytearray((folder / name).read_bytes())
            if name in known.wrong:
                data[len(data) // 2] ^= 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing: what was asked for is kept in `asked`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        known = Repository(f"http://127.0.0.1:{server.server_port}/maven")
        serving = Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield known
        finally:
            server.shutdown()
            serving.join()


def settings(home: Path, url: str) -> dict[str, str]:
    """The environment of a user whose jgo settings name `url` as the repository."""
    folder = home / ".config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "jgo.conf").write_text(f"[repositories]\ncentral = {url}\n")
    return {"HOME": str(home), "XDG_CONFIG_HOME": str(folder)}
