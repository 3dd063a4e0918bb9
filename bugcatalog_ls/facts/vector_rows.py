"""Where rows are given vectors: the class of the row, its attribute, and what makes the vector."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, walk

_VECTORS = re.compile(r"embed|vector|(?:^|_)vec(?:_|$)")
_CREATED = re.compile(r"^(?P<owner>.+)\.objects\.a?(?:create|get_or_create|update_or_create|update)$")
_FETCHED = re.compile(
    r"^(?P<owner>.+)\.(?:objects|query)\.(?:\w+\(\)\.)*a?(?:get|first|last|create|latest)\(\)$"
)
_STATEMENTS = frozenset({"insert", "update"})


def made_rows(file: PyFile) -> Iterator[tuple[str, str, str]]:
    """`Chunk(embedding=…)`, `Chunk.objects.create(embedding=…)`, `insert(Chunk).values(embedding=…)` and
    `chunk.embedding = …`: the class, the attribute, and the symbol of the call that makes the vector."""
    for argument in file.nodes("keyword_argument"):
        name, call = argument.child_by_field_name("name"), argument.parent
        call = call.parent if call is not None else None
        if name is None or call is None or call.type != "call" or _VECTORS.search(text_of(name)) is None:
            continue
        owner = _owner_of(file, call)
        if owner is not None:
            yield owner, text_of(name), _maker(file, argument.child_by_field_name("value"))
    for statement in file.nodes("assignment"):
        left = statement.child_by_field_name("left")
        if left is None or left.type != "attribute" or _VECTORS.search(text_of(left)) is None:
            continue
        row, attribute = left.child_by_field_name("object"), left.child_by_field_name("attribute")
        if row is None or attribute is None or _VECTORS.search(text_of(attribute)) is None:
            continue
        owner = _class_of(file.symbol(row) or "")
        if owner is not None:
            yield owner, text_of(attribute), _maker(file, statement.child_by_field_name("right"))


def _owner_of(file: PyFile, call: Node) -> str | None:
    """The class of the row that a call makes or changes."""
    symbol = file.callee(call) or ""
    if _is_class(symbol):
        return symbol
    created = _CREATED.match(symbol)
    if created is not None:
        return created["owner"]
    callee = callee_of(call)
    if callee is None or not text_of(callee).endswith(".values"):
        return None
    for inner in walk(callee):
        name = text_of(callee_of(inner) or inner).rpartition(".")[2] if inner.type == "call" else ""
        positional = arguments_of(inner).positional if name in _STATEMENTS else []
        if positional:
            return file.symbol(positional[0])
    return None


def _class_of(symbol: str) -> str | None:
    """The class of a row that was made or fetched: of `Chunk()`, `Chunk.objects.get()`."""
    fetched = _FETCHED.match(symbol)
    made = fetched["owner"] if fetched is not None else symbol.removesuffix("()")
    return made if made != symbol and _is_class(made) else None


def _is_class(symbol: str) -> bool:
    return symbol.rpartition(".")[2][:1].isupper()


def _maker(file: PyFile, value: Node | None) -> str:
    """The symbol of the call that a vector comes from, also through a variable; empty where none is."""
    if value is not None and value.type == "identifier":
        bindings = file.names.bindings(value)
        value = bindings[-1].value if bindings else None
    nodes = (value, *walk(value)) if value is not None else ()
    call = next((node for node in nodes if node.type == "call"), None)
    return (file.callee(call) or "") if call is not None else ""
