"""A new entry from a selection: its page drafted, with a rule that finds what was selected."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any, NamedTuple

from bugcatalog_ls.analysis.verify import marked_as_found
from bugcatalog_ls.catalog.entry import Entry, code_order
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.catalog.note import fenced
from bugcatalog_ls.patterns.draft import drafted_rule
from bugcatalog_ls.patterns.languages import PYTHON, FileType, file_type, file_type_of_id
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.configuration import WORKSPACE_CATALOG
from bugcatalog_ls.workspace.workspace import Workspace


class Selection(NamedTuple):
    """What was selected: its text, the file that it is in, and its place where that text is known."""

    text: str
    path: str = ""
    language: str = ""
    source: Source | None = None
    span: Span | None = None


class Draft(NamedTuple):
    """A page that is to be written, relative to the workspace's root; `row` is where its title stands."""

    code: str
    path: str
    content: str
    row: int
    has_rule: bool


def draft_entry(workspace: Workspace, selection: Selection, code: str = "", name: str = "") -> Draft:
    """The page of a new entry of the workspace's own catalog."""
    entries = workspace.configuration.entries
    code = code or _free_code(workspace, entries)
    kind = file_type(selection.path) or file_type_of_id(selection.language)
    called = _called(selection) if kind is not None and kind.language == PYTHON else ""
    rule = None
    if kind is not None and selection.text.strip():
        whole = selection.source.text if selection.source is not None else ""
        rule = drafted_rule(selection.text, kind.language, called, whole)
    name = name or _name(called or _first_words(selection.text), entries)
    example = _example(selection, kind, called)
    content = _page(code, name, rule, example)
    loaded = load_page("draft.md", content, "workspace")
    if rule is not None and isinstance(loaded, Entry) and loaded.examples:
        marked = next(iter(marked_as_found(loaded, loaded.examples[0]).values()))
        content = _page(code, name, rule, example._replace(text=marked))
    row = content.split("\n").index(f"# {_TITLE}")
    path = f"{WORKSPACE_CATALOG}/{code}-{name}.md"
    return Draft(code, path, content, row, rule is not None)


class _Example(NamedTuple):
    text: str
    language: str
    path: str


_TITLE = "Say in a few words what is wrong"


def _page(code: str, name: str, rule: Mapping[str, Any] | None, example: _Example) -> str:
    lines = ["---", f"code: {code}", f"name: {name}", "severity: warning", "symptoms:"]
    lines.append("  - say how people meet it, or give an `error` expression for its message")
    if rule is not None:
        lines += ["rules:", f"  - language: {rule['language']}", "    rule:"]
        lines += _pattern(rule["rule"]["pattern"])
        for variable, names in rule.get("resolves", {}).items():
            lines.append(f"    resolves: {{{variable}: [{', '.join(names)}]}}")
        lines.append("    message: say in one sentence what is wrong here")
    lines += ["---", f"# {_TITLE}", "", "One sentence says what is wrong here.", ""]
    for heading, hint in _SECTIONS:
        lines += [f"## {heading}", "", hint, ""]
    if example.text.strip():
        lines += ["## Flagged", ""]
        if example.path:
            lines += [f"`{example.path}`", ""]
        lines += [fenced(example.text, example.language), ""]
    return "\n".join(lines)


_SECTIONS = (
    ("Root cause", "Say why it happens."),
    ("Fix", "Say what to do about it."),
    ("Verify", "Say how one sees that it is mended."),
)


def _pattern(pattern: str | Mapping[str, str]) -> list[str]:
    if isinstance(pattern, str):
        return _scalar("pattern", pattern, 6)
    inner = (line for key, value in pattern.items() for line in _scalar(key, value, 8))
    return ["      pattern:", *inner]


def _scalar(key: str, value: str, indent: int) -> list[str]:
    space = " " * indent
    if "\n" in value:
        return [f"{space}{key}: |-", *(f"{space}  {line}".rstrip() for line in value.split("\n"))]
    quoted = value.replace("'", "''")
    return [f"{space}{key}: '{quoted}'"]


def _example(selection: Selection, kind: FileType | None, called: str) -> _Example:
    text = selection.text
    if selection.source is not None and selection.span is not None:
        # The first line's indentation is often not selected.
        text = selection.source.indent_at(selection.span.start) + text.lstrip(" \t")
    text = textwrap.dedent(text).strip("\n") + "\n"
    if called:
        text = _imports(selection) + text
    if kind is None:
        return _Example(text, "text", "")
    language = kind.language.name.lower()
    # Where a fence's language is no suffix of it, the file is named.
    own = file_type(f"example.{_SUFFIXES.get(language, language)}")
    suffix = selection.path.rpartition(".")[2]
    named = "" if own is not None and own.language == kind.language else f"example.{suffix}"
    return _Example(text, language, named)


_SUFFIXES = {
    "csharp": "cs",
    "elixir": "ex",
    "haskell": "hs",
    "javascript": "js",
    "kotlin": "kt",
    "python": "py",
    "ruby": "rb",
    "rust": "rs",
    "typescript": "ts",
    "bash": "sh",
}


def _imports(selection: Selection) -> str:
    """The imports of the file that the selection needs."""
    words = set(re.findall(r"[A-Za-z_]\w*", selection.text))
    text = selection.source.text if selection.source is not None else ""
    imports = [line for line in text.splitlines() if re.match(r"(?:import|from)\s", line)]
    lines = [line for line in imports if words & set(re.findall(r"\w+", line.partition("import")[2]))]
    return "\n".join([*lines, "", ""]) if lines and not all(line in selection.text for line in lines) else ""


def _called(selection: Selection) -> str:
    """The qualified name of what a selection calls, where it is one call of something imported."""
    if selection.source is None or selection.span is None:
        return ""
    file = PyFile(selection.path or "example.py", selection.source)
    start = selection.span.start + len(selection.text.encode()) - len(selection.text.lstrip().encode())
    end = selection.span.end - (len(selection.text.encode()) - len(selection.text.rstrip().encode()))
    node = file.root.named_descendant_for_byte_range(start, max(start, end))
    while node is not None and node.type in ("expression_statement", "await") and node.named_child_count == 1:
        node = node.named_children[0]
    if node is None or node.type != "call" or (node.start_byte, node.end_byte) != (start, end):
        return ""
    symbol = file.symbol(callee_of(node))
    is_foreign = symbol is not None and not symbol.startswith(f"{file.module}.") and "." in symbol
    return symbol if symbol is not None and is_foreign and re.fullmatch(r"\w+(\.\w+)+", symbol) else ""


def _free_code(workspace: Workspace, entries: Mapping[str, Entry]) -> str:
    """The next code of the family that the workspace's own catalog uses most."""
    own = [code_order(code)[0] for code, entry in entries.items() if entry.source != "built-in"]
    prefix = max(sorted(set(own)), key=own.count, default="TEAM-")
    taken = [code_order(code)[1] for code in entries if code_order(code)[0] == prefix]
    number = max(taken, default=0) + 1
    folder = workspace.root / WORKSPACE_CATALOG
    while any(folder.glob(f"{prefix}{number}-*.md")):
        number += 1
    return f"{prefix}{number}"


def _first_words(text: str) -> str:
    return " ".join(re.findall(r"[A-Za-z]+", text)[:3])


def _name(words: str, entries: Mapping[str, Entry]) -> str:
    name = "-".join(re.findall(r"[a-z0-9]+", words.lower()))[:40].strip("-") or "new-entry"
    taken = {entry.name for entry in entries.values()}
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free
