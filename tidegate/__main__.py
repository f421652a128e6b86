"""The `tidegate` command: every part of Tidegate by name."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.core

from tidegate.console_output import BAD_INPUT, options

COMMANDS = (
    "demo", "broker", "topics", "worker", "courier", "console", "gateway", "feed", "import_", "replay", "sensors",
    "check", "status", "order", "field.report", "field.link", "notify", "incidents", "record.audit", "record.why",
)  # fmt: skip
"""One small file each, in the order in which help lists them; a dot stands for a folder."""

app = typer.Typer(
    name="tidegate",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Crowd-flow alerting: sensor counts in, three-level response and barrier commands out.",
)


@app.callback()
def before(
    json: Annotated[bool, typer.Option("--json", help="JSON only on standard output")] = False,
    lang: Annotated[str, typer.Option(envvar="TIDEGATE_LANG", help="zh or en")] = "en",
) -> None:
    """Crowd-flow alerting: sensor counts in, three-level response and barrier commands out."""
    if lang not in ("zh", "en"):
        raise typer.BadParameter("say zh or en", param_hint="--lang")
    options.json = json
    options.lang = lang


def register(arguments: list[str]) -> None:
    """Add the command that is asked for, or all of them where help, completion or a typing error needs them all.

    Each is a module of its own that brings what it needs; loading all of them takes a second.
    """
    asked = next((word for word in arguments if not word.startswith("-")), "")
    names = [name for name in COMMANDS if name.rpartition(".")[2].strip("_") == asked] or list(COMMANDS)
    for name in names:
        import_module(f"tidegate.{name}").register(app)


def hoisted(arguments: list[str]) -> list[str]:
    """`--json` and `--lang X` may stand anywhere: they are moved to where the program expects them."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--json" or word.startswith("--lang="):
            front.append(word)
        elif word == "--lang":
            front += [word, *[value for value in (next(words, None),) if value is not None]]
        else:
            rest.append(word)
    return front + rest


@dataclass(frozen=True)
class Reader:
    """What typer asks of whatever reads an argument; `build` makes typer's own reader, which loads pydantic."""

    descriptor: Any
    build: Callable[[Any], Any]

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """A single text as it is, and None where nothing was said; everything else by typer's own reader."""
        if not (param.multiple or param.nargs == -1) and (value is None or self.plain(value)):
            return value
        return self.build(self.descriptor).coerce(value, param=param, ctx=ctx)

    def plain(self, value: Any) -> bool:
        """Is it a text, asked for as one, and nothing else said of how it is read?"""
        said = self.descriptor.parameter_info
        own = any(getattr(said, name, None) for name in ("parser", "click_type"))
        return self.descriptor.annotation is str and isinstance(value, str) and not own


def keep_text() -> None:
    """Let typer take plain text as it is: to make a string of a string it would load pydantic, which takes longer than
    `tidegate why` takes to answer.  Another typer may read text in another way: slower perhaps, and as right."""
    build = getattr(typer.core, "build_runtime_param", None)
    if build is not None:
        # By name, since it is typer's own, and no part of its interface.
        setattr(typer.core, "build_runtime_param", partial(Reader, build=build))  # noqa: B010


def main() -> None:
    """Run the command line."""
    arguments = hoisted(sys.argv[1:])
    register([word for word in arguments if word not in ("zh", "en")])
    keep_text()
    try:
        app(args=arguments)
    except ValueError as error:
        # A command that needs no settings has not loaded pydantic, which takes longer than some commands do.
        from pydantic import ValidationError

        from wire.settings import Settings

        if not isinstance(error, ValidationError) or error.title != Settings.__name__:
            raise
        print("\n".join(map(unfit, error.errors())), file=sys.stderr)
        sys.exit(BAD_INPUT)


def unfit(problem: Mapping[str, Any]) -> str:
    """A wrong setting of the environment, as a sentence with its name."""
    name = "_".join(map(str, problem["loc"])).upper()
    return f"TIDEGATE_{name}: {problem['input']!r}: {problem['msg']}: set another value, or none"


if __name__ == "__main__":
    main()
