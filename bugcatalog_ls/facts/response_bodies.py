"""Bodies of HTTP responses that are indexed by key before anything has looked at the status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.http_clients import STATUS_NAMES, Library, http_call, response_library
from bugcatalog_ls.facts.status_checks import (
    expects_missing_keys,
    is_bound_here,
    is_forgotten,
    looks_at_status,
    shape_check,
)
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow, Step
from bugcatalog_ls.syntax.flow_paths import is_preceded
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, string_value, text_of, unawaited
from bugcatalog_ls.syntax.partials import partial_calls
from bugcatalog_ls.syntax.scopes import Scope

_NO_HELPERS = ("builtins.", "json.", "open", "flask.", "fastapi.", "starlette.", "super(")
_BODIES = frozenset({"data", "text", "content"})
_WITHOUT_STATUS: frozenset[Library] = frozenset({"urllib"})


class Body(NamedTuple):
    """A body that is indexed. `subscript` is the first place that nothing precedes; `decoded` the call
    that parses the body; `response` the expression that holds the response, `client` the symbol of what
    sent the request as written (`app.http.client.get`), `library` whose it is, where that is known."""

    subscript: Node
    decoded: Node
    response: Node
    client: str
    library: Library | None


def assumed_bodies(file: PyFile) -> Iterator[Body]:
    """The bodies that are indexed by key on a path where nothing looked at the status, one for each
    response, in the order of the text."""
    flows: dict[int, Flow] = {}
    seen: set[tuple[int, str, int]] = set()
    for call in file.calls_named("json", "loads"):
        response = _response_of(call)
        scope = local_scope(file, call) if response is not None else None
        if response is None or scope is None:
            continue
        reads = list(_reads(file, call, scope))
        if not reads:
            continue
        sender = _sender(file, response)
        if sender is None or sender[1] in _WITHOUT_STATUS:
            continue
        client, library = sender
        flow = flows.get(scope.start)
        if flow is None:
            flow = flows[scope.start] = Flow(scope.node)
        if not flow.is_complete:
            continue
        read = _first_assumed(file, flow, scope, call, response, reads, library)
        if read is None:
            continue
        bound = _origin(file, response)
        key = (scope.start, text_of(response) if bound else "", bound or call.start_byte)
        if key not in seen:
            seen.add(key)
            yield Body(read, call, response, client, library)


def _response_of(call: Node) -> Node | None:
    """The response whose body a call parses: `r.json()`, `json.loads(r.text)`."""
    function = callee_of(call)
    if function is None or function.type != "attribute":
        return None
    name, receiver = function.child_by_field_name("attribute"), function.child_by_field_name("object")
    if name is None or receiver is None:
        return None
    if text_of(name) == "json":
        return unawaited(receiver)
    positional = arguments_of(call).positional
    given = unawaited(positional[0]) if positional else None
    if given is not None and given.type == "call":
        given = callee_of(given)
        if given is None or not text_of(given).endswith((".text", ".read", ".decode")):
            return None
        if text_of(given).endswith(".decode"):
            given = given.child_by_field_name("object")
    if given is None or given.type != "attribute":
        return None
    part = given.child_by_field_name("attribute")
    if part is None or text_of(part) not in (*_BODIES, "read"):
        return None
    owner = given.child_by_field_name("object")
    return unawaited(owner) if owner is not None else None


def _sender(file: PyFile, response: Node) -> tuple[str, Library | None] | None:
    """The symbol of the call that gave a response, and its library where this file tells it."""
    symbols = [file.symbol(response)]
    if symbols[0] is None and response.type == "identifier":
        bindings = file.names.bindings(response)
        symbols = [file.symbol(binding.value) for binding in bindings if binding.value is not None]
    if "functools.partial()()" in symbols:
        symbols = [_called_in_the_end(file, response)]
    sent = {symbol for symbol in symbols if symbol is not None and symbol != "None"}
    if not sent or None in symbols:
        return None
    libraries = {response_library(symbol) if symbol.endswith("()") else None for symbol in sent}
    symbol = min(sent).removesuffix("()")
    if len(libraries) == 1 and (library := libraries.pop()) is not None:
        if http_call(symbol) is not None:
            return symbol, library
        # What a function is handed as a response may have been looked at by who hands it on.
        return (symbol, library) if not _is_looked_at_before(file, response) else None
    if len(sent) == 1 and min(sent).endswith("()"):
        return (symbol, None) if "." in symbol and not symbol.startswith(_NO_HELPERS) else None
    return None


def _called_in_the_end(file: PyFile, response: Node) -> str | None:
    """The symbol of a response that a partial function gives."""
    calls = {response.id}
    if response.type == "identifier":
        calls = {binding.value.id for binding in file.names.bindings(response) if binding.value is not None}
    found = next((each for each in partial_calls(file) if each.call.id in calls), None)
    function = file.symbol(found.function) if found is not None else None
    return f"{function}()" if function is not None else None


def _is_looked_at_before(file: PyFile, response: Node) -> bool:
    """Whether a function of the file looks at the status of what it hands to this one."""
    scope = local_scope(file, response)
    name = scope.name if scope is not None else ""
    if response.type != "identifier" or not name or name.startswith("__"):
        return True
    for call in file.calls_written(name):
        caller = local_scope(file, call)
        arguments = arguments_of(call)
        for given in (*arguments.positional, *arguments.keywords.values()):
            if given.type != "identifier" or caller is None:
                # A response on its way through, or one whose sender may raise by itself.
                continue
            looked = rf"\b{re.escape(text_of(given))}\.(?:{'|'.join(_ALL_STATUS_NAMES)})\b"
            if re.search(looked, text_of(caller.node)):
                return True
    return False


def _reads(file: PyFile, call: Node, scope: Scope) -> Iterator[Node]:
    """The subscripts that read the parsed body by key, directly or through the name that holds it."""
    outer = _whole(call)
    parent = outer.parent
    if parent is None:
        return
    if parent.type == "subscript" and _is_read(parent, outer):
        yield parent
        return
    target = None
    if parent.type == "assignment":
        target = parent.child_by_field_name("left")
    elif parent.type == "named_expression":
        target = parent.child_by_field_name("name")
    if target is None or target.type != "identifier":
        return
    around = parent.parent if parent.type == "named_expression" else None
    outermost = around.parent if around is not None else None
    if outermost is not None and outermost.type == "subscript" and around and _is_read(outermost, around):
        yield outermost
    whole = _whole(call)
    held = _keyed_reads(file, scope, text_of(target))
    for subscript, values in held.items():
        if subscript.start_byte > call.start_byte and not values.isdisjoint((whole.id, unawaited(whole).id)):
            yield subscript


def _keyed_reads(file: PyFile, scope: Scope, name: str) -> dict[Node, frozenset[int]]:
    """Where a name is read by key, and the ids of all that it may hold there."""
    known = file.once(_known_reads)
    key = scope.start, name
    if key not in known:
        known[key] = {
            node.parent: frozenset(
                binding.value.id for binding in file.names.bindings(node) if binding.value is not None
            )
            for node, is_inside in mentions(file, scope, name)
            if not is_inside
            and node.parent is not None
            and node.parent.type == "subscript"
            and _is_read(node.parent, node)
        }
    return known[key]


def _known_reads(file: PyFile) -> dict[tuple[int, str], dict[Node, frozenset[int]]]:
    """By function and name: a function may parse a thousand bodies into one name."""
    return {}


def _whole(call: Node) -> Node:
    """The expression whose value is the parsed body: with its `await`, and with a default (`… or {}`)."""
    outer = call
    while (parent := outer.parent) is not None:
        is_default = parent.type == "boolean_operator" and parent.child_by_field_name("left") == outer
        if parent.type not in ("await", "parenthesized_expression") and not is_default:
            break
        outer = parent
    return outer


def _is_read(subscript: Node, value: Node) -> bool:
    held = subscript.child_by_field_name("value")
    keys = subscript.children_by_field_name("subscript")
    if held is None or held.id != value.id or len(keys) != 1 or keys[0].type == "slice":
        return False
    parent = subscript.parent
    if parent is not None and parent.type in ("assignment", "augmented_assignment"):
        left = parent.child_by_field_name("left")
        return left is None or left.id != subscript.id
    return parent is None or parent.type != "delete_statement"


def _first_assumed(
    file: PyFile,
    flow: Flow,
    scope: Scope,
    call: Node,
    response: Node,
    reads: list[Node],
    library: Library | None,
) -> Node | None:
    shape_checks: list[tuple[str, set[int]]] = []
    looks: list[Node] = []
    if response.type == "identifier":
        names = STATUS_NAMES[library] if library is not None else _ALL_STATUS_NAMES
        for node, _ in mentions(file, scope, text_of(response)):
            if looks_at_status(node, names):
                looks.append(node)
    elif response.type != "call":
        return None
    holder = _holder(call)
    for node, _ in mentions(file, scope, holder) if holder else ():
        asked = shape_check(node)
        if asked is not None:
            shape_checks.append((asked.key, {id(step) for step in flow.at(node)}))
    starts = _starts(file, flow, response)
    bound = {id(step) for look in looks if is_bound_here(look) for step in flow.at(look)}

    for read in reads:
        held = [node for node in looks if not is_forgotten(node, read)]
        key = string_value(read.child_by_field_name("subscript"))
        asked_for = (steps for asked, steps in shape_checks if not asked or not key or asked == key)
        checks: set[int] = set().union(*asked_for, *({id(step) for step in flow.at(node)} for node in held))

        def is_check(step: Step, checks: set[int] = checks) -> bool:
            return id(step) in checks

        steps = flow.at(read)
        if not steps or expects_missing_keys(read) or any(is_check(step) for step in steps):
            continue
        # Where `(r := get(…))` is asked at once, nothing is between.
        unasked = [step for step in starts if not (id(step) in bound and is_check(step))]
        if (unasked or not starts) and not is_preceded(flow, steps, unasked, is_check):
            return read
    return None


_ALL_STATUS_NAMES = tuple(sorted({name for names in STATUS_NAMES.values() for name in names}))


def _starts(file: PyFile, flow: Flow, response: Node) -> list[Step]:
    if response.type != "identifier":
        return []
    bindings = file.names.bindings(response)
    return [step for binding in bindings for step in flow.at(binding.node)]


def _origin(file: PyFile, response: Node) -> int:
    """Where the response is bound, so that it is reported once; 0 where it has no name."""
    bindings = file.names.bindings(response) if response.type == "identifier" else []
    return min((binding.offset for binding in bindings), default=0)


def _holder(call: Node) -> str:
    for parent in ancestors(call):
        if parent.type in ("assignment", "named_expression"):
            target = parent.child_by_field_name("left") or parent.child_by_field_name("name")
            return text_of(target) if target is not None and target.type == "identifier" else ""
        if parent.type not in ("await", "parenthesized_expression", "boolean_operator"):
            return ""
    return ""
