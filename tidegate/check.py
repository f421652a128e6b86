"""`tidegate check`: what is wrong in `site.yaml` and `thresholds.yaml`, all at once, before anybody publishes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.policy import LEVELS, Policy, PolicyErrors, Problem, Site, Words, kind_of, load, load_site, render
from streams.texts import is_texts, load_texts
from tidegate.console_output import emit, options

BROKEN = 2
SITE_NAME = "site.yaml"

Files = Annotated[list[Path], typer.Argument(help="site.yaml, thresholds.yaml or both: recognised by their content.")]
SiteFile = Annotated[
    Path | None,
    typer.Option("--site", help="The site that thresholds are for. Without it: the site given, else site.yaml beside."),
]


@dataclass(frozen=True)
class Told:
    """What a check says of the files: the problems, or what they hold."""

    problems: tuple[Problem, ...] = ()
    sites: tuple[Site, ...] = ()
    policies: tuple[tuple[str, Policy], ...] = ()
    texts: tuple[str, ...] = ()


def check(files: Files, site: SiteFile = None) -> None:
    """Say everything that is wrong in site.yaml, thresholds.yaml and notices.yaml, with line, column and what to do.

    Exit status 0 when all is well, 2 when something is wrong.

    Examples:

        tidegate check site.yaml thresholds.yaml

        tidegate check thresholds.yaml --site site.yaml --lang zh

        tidegate check notices.yaml

        tidegate check site.yaml thresholds.yaml --json
    """
    told = examine(files, site)
    if options.json:
        emit(as_record(told, options.lang), True)
    else:
        for problem in told.problems:
            typer.echo(render(problem, options.lang), err=True)
        for line in [] if told.problems else summary(told, options.lang):
            typer.echo(line)
    if told.problems:
        raise typer.Exit(BROKEN)


def examine(files: list[Path], site_file: Path | None) -> Told:
    """Read the files, tell by their content what each is, and check thresholds together with their site."""
    problems: list[Problem] = []
    texts: dict[str, dict[Path, str]] = {"site": {}, "thresholds": {}, "notices": {}}
    for path in dict.fromkeys(files if site_file is None else [site_file, *files]):
        text = _read(path, problems)
        if text is None:
            continue
        kind = "site" if path == site_file else _kind(path, text)
        if kind is None:
            problems.append(_problem(path, UNRECOGNISED))
        else:
            texts[kind][path] = text
    if texts["thresholds"] and not texts["site"] and not problems:
        beside = next(iter(texts["thresholds"])).with_name(SITE_NAME)
        text = _read(beside, problems) if beside.exists() else None
        if text is None and not problems:
            problems.append(_problem(next(iter(texts["thresholds"])), NO_SITE))
        elif text is not None:
            texts["site"][beside] = text
    if texts["thresholds"] and len(texts["site"]) > 1:
        problems.append(_problem(list(texts["site"])[1], TWO_SITES))
    told = _judge(texts["site"], texts["thresholds"], problems)
    return _with_texts(told, texts["notices"])


def _judge(sites: dict[Path, str], thresholds: dict[Path, str], problems: list[Problem]) -> Told:
    """Check each site, and each thresholds file with the one site there is."""
    found: list[Site] = []
    policies: list[tuple[str, Policy]] = []
    for site_path, site_text in sites.items():
        if len(sites) > 1 or not thresholds:
            try:
                found.append(load_site(site_text, str(site_path)))
            except PolicyErrors as errors:
                problems += errors.problems
            continue
        for path, text in thresholds.items():
            try:
                policy = load(site_text, text, site_name=str(site_path), thresholds_name=str(path))
                policies.append((str(path), policy))
                found = [policy.site]
            except PolicyErrors as errors:
                problems += errors.problems
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line, problem.column))
    return Told(tuple(ordered), tuple(found), tuple(policies))


def _with_texts(told: Told, texts: dict[Path, str]) -> Told:
    """Check the texts of notices; they need neither site nor thresholds."""
    problems, kinds = list(told.problems), []
    for path, text in texts.items():
        try:
            load_texts(text, str(path))
            kinds.append(str(path))
        except PolicyErrors as errors:
            problems += errors.problems
    problems.sort(key=lambda problem: (problem.file, problem.line, problem.column))
    return replace(told, problems=tuple(problems), texts=tuple(kinds))


def _read(path: Path, problems: list[Problem]) -> str | None:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problems.append(_problem(path, UNREADABLE, reason=reason))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
        problems.append(_problem(path, NOT_UTF8, line, column))
        return None


def _kind(path: Path, text: str) -> str | None:
    """By content; a file that cannot be read as YAML is taken for what its name says, so that its mistake is told."""
    kind = "notices" if is_texts(text) else kind_of(text)
    if kind is None:
        named = [kind for kind in ("thresholds", "site", "notices") if kind in path.name]
        return named[0] if named else None
    return kind


Sentences = tuple[Words, Words]

UNREADABLE = (
    Words("文件无法读取（{reason}）", "the file cannot be read ({reason})"),
    Words("检查路径和权限", "check the path"),
)
NOT_UTF8 = (Words("此处不是 UTF-8 文字", "this is not UTF-8 text"), Words("将文件存为 UTF-8", "save the file as UTF-8"))
UNRECOGNISED = (
    Words("看不出是 site 还是 thresholds", "this is neither a site nor thresholds"),
    Words(
        "site 文件顶层应有 site 和 blocks，thresholds 文件顶层应有 levels",
        "begin a site with site and blocks, thresholds with levels",
    ),
)
NO_SITE = (
    Words("没有对应的 site.yaml", "there is no site.yaml for these thresholds"),
    Words("同时给出 site 文件，或用 --site 指定", "give the site file too, or name it with --site"),
)
TWO_SITES = (
    Words("给出了第二个 site", "this is a second site"),
    Words("检查 thresholds 时只给一个 site", "give one site when thresholds are checked"),
)


def _problem(path: Path, said: Sentences, line: int = 1, column: int = 1, **facts: str) -> Problem:
    what, todo = said
    filled = Words(what.zh.format(**facts), what.en.format(**facts))
    return Problem(str(path), line, column, "", filled, todo)


def summary(told: Told, lang: str) -> list[str]:
    """One line for each thing that was checked and is well."""
    lines = []
    for name, policy in told.policies:
        zones, entries = len(policy.site.zones), len(policy.entries)
        said = Words(
            f"{name}：正确。{zones} 个区域，{len(LEVELS)} 个等级，{entries} 个日历项，修订版 {policy.revision}",
            f"{name}: ok: {zones} zones, {len(LEVELS)} levels, {entries} calendar entries, revision {policy.revision}",
        )
        lines.append(said.said(lang))
    for site in told.sites if not told.policies else ():
        zones, sensors, barriers = len(site.zones), len(site.sensors), len(site.barriers)
        said = Words(
            f"{site.name.zh}：正确。{zones} 个区域，{sensors} 个传感器，{barriers} 个硬隔离",
            f"{site.name.en}: ok: {zones} zones, {sensors} sensors, {barriers} barriers",
        )
        lines.append(said.said(lang))
    lines += [Words(f"{name}：正确，通知模板可用", f"{name}: ok: texts of notices").said(lang) for name in told.texts]
    return lines


def as_record(told: Told, lang: str) -> dict[str, Any]:
    """The same as JSON; the revision is there when all is well and one thresholds file was given."""
    revisions = [policy.revision for _, policy in told.policies]
    return {
        "ok": not told.problems,
        "revision": revisions[0] if len(revisions) == 1 and not told.problems else None,
        "zones": len({zone for site in told.sites for zone in site.zones}),
        "levels": len(LEVELS) if told.policies else 0,
        "calendar": sum(len(policy.entries) for _, policy in told.policies),
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "path": problem.path,
                "what": problem.what.said(lang),
                "todo": problem.todo.said(lang),
            }
            for problem in told.problems
        ],
    }


def register(app: typer.Typer) -> None:
    """Add `check` to the command line."""
    app.command("check")(check)
