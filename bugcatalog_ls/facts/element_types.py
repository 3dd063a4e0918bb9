"""What a loop runs over, where an annotation tells: `rows: list[Row]`, `for row in rows`."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.scopes import Binding

_OF_ELEMENTS = frozenset(
    {f"builtins.{name}" for name in ("list", "set", "frozenset")}
    | {
        f"{module}.{name}"
        for module in ("typing", "typing_extensions", "collections.abc")
        for name in ("List", "Set", "FrozenSet", "Sequence", "MutableSequence", "Iterable", "Iterator")
    }
    | {
        f"{module}.{name}"
        for module in ("typing", "typing_extensions", "collections.abc")
        for name in ("Collection", "AsyncIterable", "AsyncIterator", "AbstractSet")
    }
)


def element_of_annotated(file: PyFile, bindings: list[Binding]) -> str | None:
    """The instance that the variable of a loop holds, where what is looped over is annotated."""
    if len(bindings) != 1 or bindings[0].kind != "for":
        return None
    looped = bindings[0].value
    if looped is None or looped.type != "identifier":
        return None
    given = file.names.bindings(looped)
    annotation = given[0].annotation if len(given) == 1 else None
    generic = annotation.named_children[0] if annotation is not None and annotation.named_children else None
    if generic is None or generic.type not in ("generic_type", "subscript"):
        return None
    parameters = _parameters(generic)
    if len(parameters) != 1 or file.symbol(generic.named_children[0]) not in _OF_ELEMENTS:
        return None
    return file.names.annotation_symbol(parameters[0])


def _parameters(generic: Node) -> list[Node]:
    if generic.type == "generic_type":
        return generic.named_children[1].named_children if generic.named_child_count > 1 else []
    return generic.children_by_field_name("subscript")
