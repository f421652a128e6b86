"""site.yaml, thresholds.yaml and notices.yaml from the disk, with what is wrong said as contracts §2 asks."""

from pathlib import Path

from streams.policy import Policy, PolicyErrors, Site, load, load_site, render
from streams.texts import BUILT_IN, Texts, load_texts
from tidegate.console_output import BAD_INPUT, fail, options


def read_text(path: Path) -> str:
    """A file's text, or the end of the command with what is wrong."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        fail(BAD_INPUT, f"{path}: {error.strerror}: give the path of a readable file")
    except UnicodeDecodeError as error:
        fail(BAD_INPUT, f"{path}: not UTF-8 at byte {error.start}: save the file as UTF-8")


def read_site(path: Path) -> Site:
    """What exists, or the end of the command with every problem at once."""
    try:
        return load_site(read_text(path), name=str(path))
    except PolicyErrors as problems:
        fail(BAD_INPUT, "\n".join(render(problem, options.lang) for problem in problems.problems))


def read_policy(site: Path, thresholds: Path) -> Policy:
    """The policy of both files, or the end of the command with every problem at once."""
    texts = read_text(site), read_text(thresholds)
    try:
        return load(*texts, site_name=str(site), thresholds_name=str(thresholds))
    except PolicyErrors as problems:
        fail(BAD_INPUT, "\n".join(render(problem, options.lang) for problem in problems.problems))


def read_texts(path: Path) -> Texts:
    """The texts of notices, the built-in ones without a file, or the end of the command with every problem at once."""
    if not path.exists():
        return BUILT_IN
    try:
        return load_texts(read_text(path), name=str(path))
    except PolicyErrors as problems:
        fail(BAD_INPUT, "\n".join(render(problem, options.lang) for problem in problems.problems))
