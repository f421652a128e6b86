"""YAML text as a tree in which every key and value knows its line and column.

YAML 1.2 is read by ruamel's parser; what a plain text means (a number, a time, a share) is decided by the place
where it stands, so `22:30` can never become a number of seconds and `no` never a boolean.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from streams.policy.text.sheet import Sheet

DEEPEST = 32
"""Nesting beyond this is a mistake: the formats themselves go eight deep."""

EMPTY_TEXTS = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it is written; `plain` means without quotes."""

    line: int
    column: int
    text: str
    plain: bool = True

    @property
    def empty(self) -> bool:
        """Whether nothing is written here."""
        return self.plain and self.text in EMPTY_TEXTS


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    column: int
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping whose keys are texts, each there once."""

    line: int
    column: int
    pairs: "tuple[tuple[Text, Node], ...]"


Node = Text | Items | Table


@dataclass(slots=True)
class _Open:
    """A list or mapping of which the end has not been read yet."""

    line: int
    column: int
    is_table: bool
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)


def compose(text: str, sheet: Sheet) -> Node | None:
    """The tree of the one document in `text`; None, with the problems on the sheet, when there is none."""
    try:
        return _Builder(sheet).build(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        sheet.note(line, column, "", _phrase(error.problem or ""), problem=error.problem or error.context or "?")
    except YAMLError as error:
        before = text[: getattr(error, "position", 0) or 0]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        sheet.note(line, column, "", "character")
    except (RecursionError, ValueError, IndexError, AttributeError, TypeError, KeyError, OverflowError) as error:
        sheet.note(1, 1, "", "syntax", problem=type(error).__name__)
    return None


def _phrase(problem: str) -> str:
    """Which sentence helps best with what the parser says."""
    if "mapping values are not allowed" in problem:
        return "syntax_colon"
    if "\\t" in problem or "tab" in problem.split():
        return "syntax_tab"
    if "unexpected end of stream" in problem or "<stream end>" in problem:
        return "syntax_end"
    return "syntax"


class _Builder:
    """Puts the parser's events together."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.anchors: dict[str, Node] = {}
        self.open: list[_Open] = []
        self.root: Node | None = None
        self.documents = 0

    def build(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            name = type(event).__name__
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if name == "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    self.sheet.note(line, column, "", "several_documents")
                    return None
            elif name == "ScalarEvent":
                self._place(Text(line, column, event.value, event.style is None), event.anchor)
            elif name == "AliasEvent":
                if event.anchor not in self.anchors:
                    self.sheet.note(line, column, "", "unknown_alias", name=event.anchor)
                    return None
                self._place(self.anchors[event.anchor], None)
            elif name in ("MappingStartEvent", "SequenceStartEvent"):
                if len(self.open) >= DEEPEST:
                    self.sheet.note(line, column, "", "too_deep")
                    return None
                self.open.append(_Open(line, column, name == "MappingStartEvent", event.anchor))
            elif name in ("MappingEndEvent", "SequenceEndEvent"):
                self._close()
        if self.root is None or (isinstance(self.root, Text) and self.root.empty):
            self.sheet.note(1, 1, "", "empty_file")
            return None
        return self.root

    def _place(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1].nodes.append(node)
        elif self.root is None:
            self.root = node

    def _close(self) -> None:
        part = self.open.pop()
        if part.is_table:
            self._place(Table(part.line, part.column, self._pairs(part.nodes)), part.anchor)
        else:
            self._place(Items(part.line, part.column, tuple(part.nodes)), part.anchor)

    def _pairs(self, nodes: list[Node]) -> tuple[tuple[Text, Node], ...]:
        """Keys with their values; a key that is no text, or there already, is a problem and left out."""
        pairs: dict[str, tuple[Text, Node]] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Text):
                self.sheet.note(key.line, key.column, "", "key_not_text")
            elif key.plain and key.text == "<<":
                self.sheet.note(key.line, key.column, "", "merge_key")
            elif key.text in pairs:
                first = pairs[key.text][0].line
                self.sheet.note(key.line, key.column, key.text, "duplicate_key", key=key.text, first=first)
            elif isinstance(value, Text) and not value.text and value.plain and value.line != key.line:
                # The parser puts a value that is not there where the next one begins.
                pairs[key.text] = (key, Text(key.line, key.column, ""))
            else:
                pairs[key.text] = (key, value)
        return tuple(pairs.values())
