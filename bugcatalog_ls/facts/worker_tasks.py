"""Tasks of Celery and functions of arq: work that a worker runs, and whether it catches anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.handler_risks import does_io
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, walk

_RETRIES = frozenset({"autoretry_for", "base"})
_ROWS = re.compile(r"\.(?:query|all|first|one|get_or_create|bulk_create|delete|add|save|create|filter|send)$")


def worker_tasks(file: PyFile) -> Iterator[tuple[Node, str]]:
    """The tasks that do I/O in no `try` at all, each with the place where a worker is given it."""
    data = file.source.data
    if b"celery" in data or b"shared_task" in data:
        for definition in file.functions:
            decorator = next((d for d in definition.decorators if _is_celery(file, d)), None)
            if decorator is not None and _is_bare(file, definition):
                yield decorator, definition.symbol
        if b"beat_schedule" in data:
            yield from _of_beat(file)
    if b"WorkerSettings" in data:
        yield from _of_arq(file)


def _is_celery(file: PyFile, decorator: Node) -> bool:
    function = callee_of(decorator) if decorator.type == "call" else decorator
    if function is None or text_of(function).rpartition(".")[2] not in ("task", "shared_task"):
        return False
    if decorator.type == "call" and _RETRIES & arguments_of(decorator).keywords.keys():
        return False
    symbol = file.symbol(function) or ""
    return symbol.startswith("celery.") or "celery" in symbol.lower()


def _is_bare(file: PyFile, definition: Definition) -> bool:
    inside = list(walk(definition.node))
    if any(node.type in ("try_statement", "raise_statement") for node in inside):
        return False
    calls = [node for node in inside if node.type == "call"]
    if any(text_of(callee_of(call) or call).endswith(".retry") for call in calls):
        return False
    return any(does_io(file, call) or _ROWS.search(text_of(callee_of(call) or call)) for call in calls)


def _of_beat(file: PyFile) -> Iterator[tuple[Node, str]]:
    """The tasks that a schedule names by their dotted paths."""
    for pair in file.nodes("pair"):
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        name = string_value(value) if key is not None and string_value(key) == "task" else None
        if value is not None and name and "." in name:
            yield value, name


def _of_arq(file: PyFile) -> Iterator[tuple[Node, str]]:
    bare = {d.name: d for d in file.functions if d.owner is None}
    for definition in file.classes:
        if not definition.name.endswith("WorkerSettings"):
            continue
        for node in walk(definition.node):
            left = node.child_by_field_name("left") if node.type == "assignment" else None
            right = node.child_by_field_name("right") if node.type == "assignment" else None
            if left is None or right is None or text_of(left) != "functions" or right.type != "list":
                continue
            for given in right.named_children:
                function = bare.get(text_of(given))
                if function is not None and _is_bare(file, function):
                    yield given, function.symbol
