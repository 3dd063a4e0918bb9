"""What shows that a program is meant to run without an optional import, and that a use of it fails then."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.availability import Availability
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import ancestors, decorators_of, text_of
from bugcatalog_ls.syntax.scopes import Scope

Shown = Literal["", "import", "function", "entry"]
"""Nothing; the use runs when the module is imported; its function tests the name for another use; it
stands in what a framework calls, and another function tests the name."""

# The last names of decorators that hand a function to a framework.
_ENTRY = re.compile(
    r"\.?(?:get|post|put|patch|delete|head|options|route|websocket|api_route|task|shared_task|command|on_event"
    r"|event|listener|receiver|handler|errorhandler|exception_handler|middleware|api_view|action|expose|job"
    r"|cron|periodic_task|before_request|after_request|on|subscribe|callback|mutation|query|field)$"
)


_DECIDING = frozenset(
    {"if_statement", "elif_clause", "try_statement", "with_statement", "match_statement", "for_statement"}
    | {"while_statement", "conditional_expression", "boolean_operator"}
)


def shown_at(file: PyFile, use: Node, others: Iterable[Node], availability: Availability | None) -> Shown:
    """What there is to show that a use fails; `others` are all uses of the name, and there is no
    `availability` where nothing tests it."""
    function = _function_around(file, use)
    if function is None:
        return "import" if _is_run_by_every_import(use) else ""
    if availability is None:
        return ""
    tested = [other for other in others if other.id != use.id and availability.is_tested_at(other)]
    if any(_holds(file, function, other) for other in tested):
        return "function"
    if tested and any(_ENTRY.search(_called(decorator)) for decorator in decorators_of(function)):
        return "entry"
    return ""


def _is_run_by_every_import(use: Node) -> bool:
    """Whether no test, loop or `try` stands around a use at the top of its module."""
    return not any(parent.type in _DECIDING for parent in ancestors(use))


def _function_around(file: PyFile, node: Node) -> Node | None:
    """The function whose body runs a node; what stands in its head runs where it is defined."""
    scope: Scope | None = file.scopes.at(node.start_byte)
    while scope is not None and scope.kind != "function":
        scope = scope.parent
    return scope.node if scope is not None else None


def _holds(file: PyFile, function: Node, other: Node) -> bool:
    owner = _function_around(file, other)
    return owner is not None and owner.id == function.id


def _called(decorator: Node) -> str:
    return text_of(decorator).lstrip("@ ").partition("(")[0]
