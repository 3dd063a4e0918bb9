"""Edits of a model's foreign key: its `ondelete`, and whether its column may be NULL."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.syntax.edits import add_keyword, replace_node, set_keyword
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, walk
from bugcatalog_ls.text.spans import TextEdit


def rule_edits(ctx: FixContext, action: str, *, nullable: bool) -> list[TextEdit] | None:
    """Give the key at the finding an `ondelete`, and let its column be NULL; None where that is no edit."""
    statement = ctx.node_of("assignment") or ctx.node_of("call")
    if statement is None:
        return None
    calls = [node for node in (statement, *walk(statement)) if node.type == "call"]
    key = next((call for call in calls if _called(call) in ("ForeignKey", "ForeignKeyConstraint")), None)
    field = next((call for call in calls if "foreign_key" in arguments_of(call).keywords), None)
    call = key or field
    if call is None:
        return None
    given = arguments_of(call).keywords.get("ondelete")
    if given is not None and string_value(given) == action:
        edits: list[TextEdit] = []
    else:
        edits = set_keyword(ctx.file, call, "ondelete", f'"{action}"')
    if not nullable:
        return edits
    column = next((each for each in calls if _called(each) in ("Column", "mapped_column")), field)
    if column is None:
        return None
    if column is field:
        if arguments_of(column).keywords.get("nullable") is not None:
            edits += set_keyword(ctx.file, column, "nullable", "True")
        if "default" not in arguments_of(column).keywords and not arguments_of(column).positional:
            edits += add_keyword(ctx.file, column, "default", "None")
    else:
        edits += set_keyword(ctx.file, column, "nullable", "True")
    annotation = statement.child_by_field_name("type") if statement.type == "assignment" else None
    return edits + (_optional(ctx, annotation) if annotation is not None else [])


def _optional(ctx: FixContext, annotation: Node) -> list[TextEdit]:
    """The annotation with None allowed, in the spelling of the file."""
    text = text_of(annotation)
    if "None" in text or "Optional" in text:
        return []
    inner = re.fullmatch(r"((?:\w+\.)?Mapped\[)(.*)(\])", text)
    head, plain, tail = inner.groups() if inner else ("", text, "")
    if b"Optional[" in ctx.file.source.data or ctx.options.target_python < (3, 10):
        optional = ctx.imports().need("typing", "Optional")
        return replace_node(annotation, f"{head}{optional}[{plain}]{tail}")
    return replace_node(annotation, f"{head}{plain} | None{tail}")


def _called(call: Node) -> str:
    callee = callee_of(call)
    return text_of(callee).rpartition(".")[2] if callee is not None else ""
