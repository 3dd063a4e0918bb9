"""Fields of one schema as another one can write them: optional, with their types and limits."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.schemas import Field
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import arguments_of, constant_value, text_of, walk

# msgspec's own way to tell what was left out from what was set to null.
_UNSET = re.compile(r"((?:\b\w+\.)?UnsetType)\b[^\n=]*=\s*((?:\w+\.)?UNSET)\b")


def copied_field(context: FixContext, definition: Node, field: Field) -> str | None:
    """The line that gives a class a field which may be left out; None where its type cannot be written."""
    annotation = _annotation(context, field)
    if annotation is None:
        return None
    if (unset := _UNSET.search(context.file.text(definition))) is not None:
        return f"{field.name}: {annotation} | {unset[1]} = {unset[2]}"
    default = _limited_none(context, field)
    return f"{field.name}: {_optional(context, definition, annotation)} = {default}"


def _annotation(context: FixContext, field: Field) -> str | None:
    """A field's type as the file of the finding can write it."""
    source = context.file if field.path == context.file.path else context.open(field.path)
    node = _annotation_node(source, field) if source is not None else None
    if source is None or node is None:
        return None
    text, start = source.source.data[node.start_byte : node.end_byte], node.start_byte
    if source is context.file:
        return text.decode("utf-8", "replace")
    edits: list[tuple[int, int, str]] = []
    for name in _roots(node):
        written = _written_name(context, source, name)
        if written is None:
            return None
        edits.append((name.start_byte - start, name.end_byte - start, written))
    for begin, end, written in reversed(edits):
        text = text[:begin] + written.encode() + text[end:]
    return text.decode("utf-8", "replace")


_LIMITS = frozenset(
    {"max_length", "min_length", "pattern", "regex", "gt", "ge", "lt", "le", "multiple_of"}
    | {"max_digits", "decimal_places", "min_items", "max_items"}
)


def _limited_none(context: FixContext, field: Field) -> str:
    """None as the default, with the limits that the field's own `Field(…)` sets to its values."""
    source = context.file if field.path == context.file.path else context.open(field.path)
    node = _annotation_node(source, field) if source is not None else None
    value = node.parent.child_by_field_name("right") if node is not None and node.parent is not None else None
    made = source.callee(value) if source is not None and value is not None and value.type == "call" else None
    module, _, name = (made or "").rpartition(".")
    if value is None or name != "Field" or module.partition(".")[0] not in ("pydantic", "sqlmodel"):
        return "None"
    limits = [
        f"{key}={text_of(given)}"
        for key, given in arguments_of(value).keywords.items()
        if key in _LIMITS and (constant_value(given) is not ... or given.type == "string")
    ]
    if not limits:
        return "None"
    written = context.imports().need(module, name, at=context.span.start)
    is_named = f"{written}(default=" in context.file.source.text
    return f"{written}({'default=' if is_named else ''}None, {', '.join(limits)})"


def _annotation_node(source: PyFile, field: Field) -> Node | None:
    for definition in source.classes:
        if definition.symbol != field.owner:
            continue
        for node in walk(definition.node):
            left = node.child_by_field_name("left") if node.type == "assignment" else None
            if left is not None and text_of(left) == field.name:
                return node.child_by_field_name("type")
    return None


def _roots(node: Node) -> list[Node]:
    """The names that an annotation begins its parts with: `datetime` of `datetime.datetime`."""
    found = []
    for child in walk(node):
        parent = child.parent
        if child.type == "identifier" and parent is not None:
            is_attribute = parent.type == "attribute" and parent.child_by_field_name("attribute") == child
            is_keyword = parent.type == "keyword_argument" and parent.child_by_field_name("name") == child
            if not is_attribute and not is_keyword:
                found.append(child)
    return found


def _written_name(context: FixContext, source: PyFile, name: Node) -> str | None:
    bindings = source.names.bindings(name)
    if not bindings:
        return text_of(name)
    binding = bindings[0]
    offset = context.span.start
    if binding.kind == "import":
        return context.imports().need(binding.target, at=offset)
    if binding.kind == "from":
        module, _, imported = absolute_module(binding.target, source.path).rpartition(".")
        return context.imports().need(module, imported, at=offset)
    if binding.kind in ("class", "assign", "type"):
        if binding.kind == "assign" and "TypeVar(" in text_of(binding.value or name):
            return None
        module = written_module(context.index, source, context.file)
        return context.imports().need(module, text_of(name), at=offset)
    return None


def _optional(context: FixContext, definition: Node, annotation: str) -> str:
    """`T | None`, or `Optional[T]` where the class or else the file writes that."""
    bare = annotation.replace(" ", "")
    if bare in ("Any", "typing.Any"):
        return annotation
    writes_optional = _writes_optional(context, definition)
    is_old = context.options.target_python < (3, 10)
    within = re.fullmatch(r"(?:typing\.)?Optional\[([\w.]+(?:\[[\w., \[\]]*\])?)\]", annotation)
    beside = re.fullmatch(r"([\w.]+(?:\[[\w., \[\]]*\])?)\s*\|\s*None", annotation)
    if beside is not None and writes_optional:
        annotation = beside[1]
    elif within is not None and writes_optional is False and not is_old:
        annotation = within[1]
    elif bare.startswith(("Optional[", "typing.Optional[")) or re.search(
        r"\|\s*None\b|\bNone\s*\|", annotation
    ):
        return annotation
    if writes_optional or is_old or annotation[:1] in "\"'":
        return f"{context.imports().need('typing', 'Optional', at=context.span.start)}[{annotation}]"
    return f"{annotation} | None"


def _writes_optional(context: FixContext, definition: Node) -> bool | None:
    """Whether the class, or else the file, writes `Optional[T]`; None where neither says."""
    file = context.file
    for others in (file.text(definition), " ".join(file.text(node) for node in file.nodes("type"))):
        styles = "Optional[" in others, re.search(r"\|\s*None\b", others) is not None
        if styles[0] != styles[1]:
            return styles[0]
    return None
