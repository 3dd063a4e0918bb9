"""Helpers that write an audit record to a log alone: what they do cannot fail a request."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.loggers import LEVELS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import body_of, called_name, callee_of, is_docstring, text_of, walk

_WORD = re.compile(r"audit|security_|activity_log|access_log|auth_event|login_event", re.IGNORECASE)
# What makes the entry out of what is at hand.
_PREPARES = re.compile(
    r"str|dict|int|list|getattr|isinstance|type|sorted|isoformat|strftime|now|utcnow|time|get|items|dumps"
    r"|model_dump|uuid4|update|bind|join|format"
)


class AuditLogOnly(Fact, frozen=True):
    """A function that does nothing but log what it is given."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    logging = [
        one
        for one in file.functions
        if _WORD.search(one.symbol) is not None and _only_logs(body_of(one.node))
    ]
    symbols = {one.symbol for one in logging}
    for one in logging:
        # `self(…)` logs where `__call__` of the class does.
        owner = one.symbol.rpartition(".")[0]
        if not _calls_itself(one.node) or f"{owner}.__call__" in symbols:
            facts.add(AuditLogOnly(one.symbol))


VOCABULARY = Vocabulary(
    _collect, (b"udit", b"ecurity_", b"ctivity", b"access_log", b"auth_event", b"login_event")
)


def _only_logs(body: list[Node]) -> bool:
    acts = [statement for statement in body if not is_docstring(statement)]
    calls = [node for statement in acts for node in walk(statement) if node.type == "call"]
    is_plain = all(
        statement.type in ("expression_statement", "assignment", "return_statement", "if_statement")
        for statement in acts
    )
    logs = [call for call in calls if _logs(call)]
    return (
        is_plain
        and bool(logs)
        and all(call in logs or _PREPARES.fullmatch(called_name(call)) for call in calls)
    )


def _logs(call: Node) -> bool:
    written = text_of(callee_of(call) or call)
    owner, _, name = written.rpartition(".")
    if written == "self":
        return True
    return name in LEVELS and owner.rpartition(".")[2].lower().strip("_").endswith(("logger", "log"))


def _calls_itself(function: Node) -> bool:
    return any(node.type == "call" and text_of(callee_of(node) or node) == "self" for node in walk(function))
