"""Calls of what `functools.partial` has made: which function they call in the end."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of

_WORDS = Words(b"partial")


class PartialCall(NamedTuple):
    """A call of `name` where `name = partial(function, …)` alone binds it; `made` is that call."""

    call: Node
    function: Node
    made: Node


def partial_calls(file: PyFile) -> list[PartialCall]:
    """The calls of partials that the file itself has given a name, in the order of the text."""
    if not file.holds(_WORDS):
        return []
    return file.once(_partial_calls)


def _partial_calls(file: PyFile) -> list[PartialCall]:
    found: list[PartialCall] = []
    for made in file.calls_named("partial"):
        function = next(iter(arguments_of(made).positional), None)
        assignment = made.parent
        if function is None or assignment is None or assignment.type != "assignment":
            continue
        name = assignment.child_by_field_name("left")
        if name is None or name.type != "identifier" or file.callee(made) != "functools.partial":
            continue
        for call in file.calls_written(file.text(name)):
            callee = callee_of(call)
            if callee is None or callee.type != "identifier":
                continue
            bindings = file.names.bindings(callee)
            if len(bindings) == 1 and bindings[0].value is not None and bindings[0].value.id == made.id:
                found.append(PartialCall(call, function, made))
    return sorted(found, key=lambda each: each.call.start_byte)
