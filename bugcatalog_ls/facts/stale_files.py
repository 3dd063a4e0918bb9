"""JSON files that one function reads, changes and writes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.stale_updates import is_under_lock
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, enclosing, text_of
from bugcatalog_ls.syntax.scopes import Scope

_LOCK = re.compile(r"flock|lockf|FileLock|Lock\(|os\.replace|os\.rename")


class StaleFile(NamedTuple):
    """The write of a JSON file that the function (by its qualified name) has read before."""

    node: Node
    written: str
    function: str


def stale_files(file: PyFile) -> Iterator[StaleFile]:
    """The writes of JSON files whose content was read by the same function, with no lock."""
    reads: set[tuple[int, str]] = set()
    for call in file.calls_named("load", "loads"):
        place = _place(file, call)
        if place is not None:
            reads.add((place[0].start, place[1]))
    for call in file.calls_named("dump", "write_text", "write") if reads else ():
        place = _place(file, call)
        if place is None or (place[0].start, place[1]) not in reads or is_under_lock(call):
            continue
        scope, written = place
        if _LOCK.search(text_of(scope.node)) is None:
            yield StaleFile(call, written, scope.qualname)


def _place(file: PyFile, call: Node) -> tuple[Scope, str] | None:
    """The function of a call, and the path of the file that it reads or writes JSON of, as written."""
    scope, function = local_scope(file, call), callee_of(call)
    if scope is None or function is None:
        return None
    name = text_of(function)
    positional = arguments_of(call).positional
    if name == "json.load" and positional:
        return _opened(scope, call, positional[0])
    if name == "json.dump" and len(positional) > 1:
        return _opened(scope, call, positional[1])
    if name == "json.loads" and positional:
        match = re.fullmatch(r"(.+)\.read_text\(.*\)", text_of(positional[0]), re.DOTALL)
        if match is not None:
            return scope, match[1]
        match = re.fullmatch(r"(\w+)\.read\(\)", text_of(positional[0]))
        return _handle(scope, call, match[1]) if match is not None else None
    if "json.dumps" not in text_of(call):
        return None
    owner = function.child_by_field_name("object")
    if owner is None:
        return None
    return (scope, text_of(owner)) if name.endswith(".write_text") else _handle(scope, call, text_of(owner))


def _opened(scope: Scope, call: Node, handle: Node) -> tuple[Scope, str] | None:
    if handle.type == "call":
        return _path(scope, text_of(handle))
    return _handle(scope, call, text_of(handle))


def _handle(scope: Scope, call: Node, name: str) -> tuple[Scope, str] | None:
    """The path that a handle was opened with: in the nearest `with`, else where it is bound."""
    around = enclosing(call, "with_statement")
    while around is not None:
        match = re.search(
            rf"(?:open\(([^,()]+(?:\([^()]*\))?)[^)]*\)|([\w.]+)\.open\([^)]*\)) as {name}\b", text_of(around)
        )
        if match is not None:
            return scope, (match[1] or match[2]).strip()
        around = enclosing(around, "with_statement")
    return None


def _path(scope: Scope, written: str) -> tuple[Scope, str] | None:
    match = re.match(r"open\(([^,()]+)", written)
    return (scope, match[1].strip()) if match is not None else None
