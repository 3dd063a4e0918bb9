"""Retries of `urllib3` that an HTTP adapter is given, and the methods that they send again."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Facts
from bugcatalog_ls.facts.retries import Retry
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    string_value,
    text_of,
    unparenthesised,
)

_URLLIB3 = frozenset(
    {"urllib3.Retry", "urllib3.util.Retry", "urllib3.util.retry.Retry"}
    | {"requests.adapters.Retry", "requests.packages.urllib3.util.retry.Retry"}
)


def collect_adapters(file: PyFile, facts: Facts) -> None:
    """Adapters of `urllib3` that send POST again."""
    for call in file.calls_named("Retry"):
        if file.callee(call) not in _URLLIB3:
            continue
        names = arguments_of(call).keywords
        given = names.get("allowed_methods") or names.get("method_whitelist")
        if given is not None and _allows_post(file, given):
            anchor = facts.anchor(f"retry {file.qualname_at(call.start_byte)} urllib3", call)
            facts.add(Retry(file.path, anchor, "urllib3", methods=True))


def _allows_post(file: PyFile, given: Node) -> bool:
    given = unparenthesised(given)
    if given.type == "identifier":
        bindings = file.names.bindings(given)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return held is not None and _allows_post(file, held)
    if constant_value(given) is None or constant_value(given) is False:
        return True
    if given.type == "call" and text_of(callee_of(given) or given) in ("frozenset", "set", "list", "tuple"):
        return any(_allows_post(file, inner) for inner in arguments_of(given).positional)
    if given.type in ("list", "tuple", "set"):
        return any((string_value(item) or "").upper() in ("POST", "PATCH") for item in given.named_children)
    return False
