"""Every setting of the processes, from the environment: TIDEGATE_…"""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where Kafka is, which site is watched, and how a process behaves; each can be given as TIDEGATE_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="TIDEGATE_", extra="ignore", frozen=True)

    kafka: str = ""
    """Bootstrap addresses, `host:port,host:port`."""
    prefix: str = ""
    """Put before every topic name and consumer group, so that several sites can share a broker."""
    site: Path = Path("site.yaml")
    thresholds: Path = Path("thresholds.yaml")
    texts: Path = Path("notices.yaml")
    """The texts of notices, where the operations staff have written their own; without the file the built-in ones."""
    slot: int = 0
    """The number of this worker among its like: its static identity in the consumer group."""
    session_s: float = 10.0
    """After so many seconds without a heartbeat the group gives a worker's partitions to another."""
    binding: Literal["faust", "plain"] = "faust"
    """Which transport carries the durable shell: `faust` or `plain`."""
    metrics_port: int = 0
    """Port of the Prometheus endpoint; 0 chooses none."""
    metrics_host: str = "127.0.0.1"
    """Address of the Prometheus endpoint; in a container 0.0.0.0, behind its own network."""
    datadir: Path = Path(".tidegate")
    archive_dir: Path = Path(".tidegate/history")
    archive_rows: int = 50_000
    """The most records that one round of the archive takes; a file holds those of one partition."""
    archive_s: float = 10.0
    """So often what has come is archived; also the wait before a full disk is tried again."""
    audit_url: str = ""
    """Where the audit log is: `sqlite:///PATH` or `postgresql://USER@HOST/NAME`; none: audit.db below `datadir`."""
    audit_password: str = ""
    """Where the password of the audit log's database is, never what it is: `env:NAME` or `file:PATH`."""
    clock: str = "feed"
    """`wall`: inputs are as old as they say, so what says that it comes from the future is refused; `feed`: a
    recording may be of any time."""
    lang: str = "en"
    link_secret: str = ""
    """What signs the links of crews and offices: `env:NAME` or `file:PATH`, several with commas, the newest first."""
    public_url: str = ""
    """Where phones reach the console's pages for crews and offices: `https://gate.example.org`."""
    desk_phone: str = ""
    """The operations centre's number, as those pages show it."""

    def topic(self, name: str) -> str:
        """The name of a topic as Kafka knows it here."""
        return self.prefix + name
