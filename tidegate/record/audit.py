"""`tidegate audit`: the log of every decision is written, proved, anchored and looked at."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from prometheus_client import start_http_server

from audit import clock
from audit.engine import reading
from audit.follow import Follower
from audit.place import Away, Damaged, Place, Unusable, place_of
from audit.show import Asked, line, log_lookup, look
from audit.store import Taken, Writer
from audit.verify import Anchor, Verdict, newest, verify
from streams.schemas import instant
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options, progress
from tidegate.policies import read_policy, read_text
from tidegate.record.why import instant_of
from wire.admin import BrokerAway, unfit
from wire.atomic import written
from wire.settings import Settings

HELP = """The log of every decision, order, notice and look-up: written once, hash-chained, in SQLite or PostgreSQL.

Example: tidegate audit verify --anchor anchor.json
"""

audits = typer.Typer(name="audit", no_args_is_help=True, help=HELP)
Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA")]


def place(settings: Settings) -> Place:
    """The database of the settings, or the end of the command."""
    try:
        return place_of(settings.audit_url, settings.audit_password, settings.datadir)
    except Unusable as error:
        fail(BAD_INPUT, str(error))


@audits.command("run")
def run(kafka: Kafka = None) -> None:
    """Follow the topics and write the log, until Ctrl-C; `tidegate worker` does it too.

    Exit status 3: Kafka or the database is not there, or another process writes this log.

    Example: tidegate audit run
    """
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    policy = read_policy(settings.site, settings.thresholds)
    texts = read_text(settings.site), read_text(settings.thresholds)
    where = place(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        wrong = unfit(settings)
        if wrong:
            fail(SERVICE_AWAY, "; ".join(wrong) + ": run `tidegate topics apply`")
        if settings.metrics_port:
            start_http_server(settings.metrics_port, settings.metrics_host)
        with Writer(where, policy.site.id, clock.wall_ms()) as writer:
            Follower(settings, writer, stop).run(policy, *texts)
    except Damaged as error:
        fail(BAD_INPUT, str(error))
    except (BrokerAway, Away, Taken) as error:
        fail(SERVICE_AWAY, str(error))


@audits.command("verify")
def verify_log(
    first: Annotated[
        int, typer.Option("--from", min=0, help="the entry to begin at; the one before it is believed")
    ] = 0,
    anchor: Annotated[
        Path | None, typer.Option(help="what `tidegate audit anchor` wrote: no tail may be cut off")
    ] = None,
) -> None:
    """Reckon the chain again: any changed, missing, moved, inserted or cut-off entry is found and named.

    Exit status 1: something was found. 3: the database is not there.

    Examples:

        tidegate audit verify

        tidegate audit verify --from 120000 --anchor anchor.json
    """
    known = None if anchor is None else anchor_in(anchor)
    where = place(Settings())
    try:
        with reading(where) as connection, progress("entries", newest(connection)[1]) as bar:
            verdict = verify(connection, first, known, lambda done: bar.update(bar.task_ids[0], completed=done))
    except Damaged as error:
        fail(FOUND, str(error))
    except Away as error:
        fail(SERVICE_AWAY, str(error))
    emit(proof(verdict), text=sentences(verdict))
    if verdict.findings:
        raise typer.Exit(FOUND)


def proof(verdict: Verdict) -> dict[str, Any]:
    """A verification as JSON."""
    found = [
        {
            "number": each.number, "fault": each.fault, "found": each.found, "expected": each.expected,
            "text": {"zh": each.said("zh"), "en": each.said("en")},
        }
        for each in verdict.findings
    ]  # fmt: skip
    last = None if verdict.last is None else {"number": verdict.last.number, "hash": verdict.last.hash.hex()}
    return {"whole": not found, "checked": verdict.checked, "last": last, "findings": found, "more": verdict.more}


def sentences(verdict: Verdict) -> str:
    """A verification in words."""
    lines = [finding.said(options.lang) for finding in verdict.findings]
    if verdict.more:
        lines.append(f"另有 {verdict.more} 处" if options.lang == "zh" else f"and {verdict.more} more")
    if verdict.findings or verdict.last is None:
        return "\n".join(lines)
    number, digest = verdict.last.number, verdict.last.hash.hex()
    if options.lang == "zh":
        return f"日志完整：核对 {verdict.checked:,} 条，止于条目 {number}，哈希 {digest}"
    return f"the log is whole: {verdict.checked:,} entries, the last is {number} with the hash {digest}"


def anchor_in(path: Path) -> Anchor:
    """The anchor of a file, or the end of the command."""
    try:
        said = orjson.loads(path.read_bytes())
        return Anchor(int(said["number"]), bytes.fromhex(said["hash"]))
    except OSError as error:
        fail(BAD_INPUT, f"{path}: {error.strerror}: name a file that `tidegate audit anchor` wrote")
    except (ValueError, KeyError, TypeError):
        fail(BAD_INPUT, f"{path}: this is no anchor: name a file that `tidegate audit anchor` wrote")


@audits.command("anchor")
def anchor_log(
    out: Annotated[Path | None, typer.Option(help="a file for it; else it is only printed")] = None,
) -> None:
    """Write down where the log ends, number and hash: kept elsewhere, it proves that no tail was cut off since.

    Example: tidegate audit anchor --out anchor.json
    """
    try:
        with reading(place(Settings())) as connection:
            end, _ = newest(connection)
    except Damaged as error:
        fail(FOUND, str(error))
    except Away as error:
        fail(SERVICE_AWAY, str(error))
    told = {"number": end.number, "hash": end.hash.hex(), "at": instant(clock.wall_ms())}
    if out is not None:
        try:
            with written(out) as part:
                part.write_bytes(orjson.dumps(told) + b"\n")
        except OSError as error:
            fail(BAD_INPUT, f"{out}: {error.strerror}: name a file that can be written")
    emit(told, text=f"{end.number} {end.hash.hex()}")


@audits.command("show")
def show(
    zone: Annotated[str | None, typer.Option(help="entries about a zone")] = None,
    barrier: Annotated[str | None, typer.Option(help="entries about a barrier")] = None,
    office: Annotated[str | None, typer.Option(help="entries about an office")] = None,
    incident: Annotated[str | None, typer.Option(help="entries about an incident")] = None,
    kind: Annotated[
        str | None, typer.Option(help="alert, alert.level, count, answer, command, notice, lookup, …")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="from this instant on")] = None,
    until: Annotated[str | None, typer.Option("--to", help="before this instant")] = None,
    entry: Annotated[int | None, typer.Option(help="the entry with this number")] = None,
    most: Annotated[int, typer.Option(min=1, help="so many of the newest")] = 200,
    names: Annotated[
        bool, typer.Option("--names", help="show names and whole messages: the look-up is logged")
    ] = False,
    by: Annotated[str, typer.Option(help="who looks up names")] = "",
    reason: Annotated[str, typer.Option(help="why names are looked up")] = "",
) -> None:
    """Print entries, the oldest first: without names, unless whoever asks says who it is and why.

    Examples:

        tidegate audit show --zone fountain --kind alert --from 2026-10-01T19:00:00+08:00

        tidegate audit show --entry 1204 --names --by "Lin Xia" --reason "complaint of 2 October"
    """
    if names and not (by.strip() and reason.strip()):
        fail(BAD_INPUT, "--names shows personal data: say who looks with --by, and why with --reason; both are logged")
    given = {"zone": zone, "barrier": barrier, "office": office, "incident": incident, "kind": kind}
    asked = Asked(**given, since=time_of(since), until=time_of(until), entry=entry)
    where = place(Settings())
    try:
        if names:
            log_lookup(where, asked, by.strip(), reason.strip(), clock.wall_ms())
        found = look(where, asked, most, names)
    except Damaged as error:
        fail(FOUND, str(error))
    except Away as error:
        fail(SERVICE_AWAY, str(error))
    emit({"entries": found}, text="\n".join(map(line, found)))


def time_of(text: str | None) -> int | None:
    """An instant in epoch milliseconds; None where none is given."""
    return None if text is None else instant_of(text)


def register(app: typer.Typer) -> None:
    """Add `audit` to the command line."""
    app.add_typer(audits)
