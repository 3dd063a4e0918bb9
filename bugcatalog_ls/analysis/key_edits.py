"""Edits of a model's foreign key: its `ondelete`, and whether its column may be NULL."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.syntax.edits import add_keyword, replace_node, set_keyword
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, enclosing, string_value, text_of, walk
from bugcatalog_ls.text.spans import TextEdit

_QUOTED = re.compile(r"""(["'])((?:(?!\1).)*)\1""", re.DOTALL)
_MAPPED = re.compile(r"((?:\w+\.)?Mapped\[)(.*)(\])", re.DOTALL)


def rule_edits(
    ctx: FixContext, columns: tuple[str, ...], action: str, *, nullable: bool
) -> list[TextEdit] | None:
    """Give the key at the finding an `ondelete`, and let its column be NULL; None where that is no edit."""
    statement = _declaration(ctx)
    if statement is None:
        return None
    calls = [node for node in (statement, *walk(statement)) if node.type == "call"]
    key = next((call for call in calls if called_name(call) == "ForeignKey"), None)
    field = next((call for call in calls if "foreign_key" in arguments_of(call).keywords), None)
    call = key or field or _constraint(statement, columns)
    if call is None:
        return None
    given = arguments_of(call).keywords.get("ondelete")
    if given is not None and string_value(given) == action:
        edits: list[TextEdit] = []
    else:
        edits = set_keyword(ctx.file, call, "ondelete", f'"{action}"')
    if not nullable:
        return edits
    column = next((each for each in calls if called_name(each) in ("Column", "mapped_column")), field)
    if column is None:
        return None
    if column is field:
        if arguments_of(column).keywords.get("nullable") is not None:
            edits += set_keyword(ctx.file, column, "nullable", "True")
        if "default" not in arguments_of(column).keywords and not arguments_of(column).positional:
            edits += add_keyword(ctx.file, column, "default", "None")
    else:
        edits += set_keyword(ctx.file, column, "nullable", "True")
    field_name = "return_type" if statement.type == "function_definition" else "type"
    annotation = statement.child_by_field_name(field_name)
    return edits + (_optional(ctx, annotation) if annotation is not None else [])


def _declaration(ctx: FixContext) -> Node | None:
    """What declares the column or the key: an argument of a `Table`, a method, an assignment."""
    if ctx.node.type == "call":
        return ctx.node
    method = ctx.node.parent if ctx.node.type == "identifier" else None
    if method is not None and method.type == "function_definition":
        return method
    return ctx.node_of("assignment") or ctx.node_of("call")


def _constraint(statement: Node, columns: tuple[str, ...]) -> Node | None:
    """The `ForeignKeyConstraint` of the columns, in the class or the table of the declaration."""
    around = enclosing(statement, "class_definition") or enclosing(statement, "assignment") or statement
    for node in (around, *walk(around)):
        if node.type != "call" or called_name(node) != "ForeignKeyConstraint":
            continue
        listed = arguments_of(node).get("columns", 0)
        if listed is not None and tuple(string_value(each) for each in listed.named_children) == columns:
            return node
    return None


def _optional(ctx: FixContext, annotation: Node) -> list[TextEdit]:
    """The annotation with None allowed, in the spelling of the file."""
    text = text_of(annotation)
    if "None" in text or "Optional" in text:
        return []
    whole = _QUOTED.fullmatch(text)
    quote, text = whole.groups() if whole else ("", text)
    inner = _MAPPED.fullmatch(text)
    head, plain, tail = inner.groups() if inner else ("", text, "")
    if b"Optional[" in ctx.file.source.data or ctx.options.target_python < (3, 10):
        optional = ctx.imports().need("typing", "Optional")
        written = f"{optional}[{plain}]"
    elif forward := _QUOTED.fullmatch(plain):
        # `"User" | None` is an error where the annotation is evaluated.
        written = f"{forward[1]}{forward[2]} | None{forward[1]}"
    else:
        written = f"{plain} | None"
    return replace_node(annotation, f"{quote}{head}{written}{tail}{quote}")
