"""Resources that a function opens and may leave open, as far as its own file tells.

What a name opens may only be known in another file (`SessionLocal` is imported, a helper opens the
connection), and so may be what happens where it is passed on: both are left to a join.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.borrowed_resources import is_factory, needs_no_close
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.resource_leaks import Leak, leak_of
from bugcatalog_ls.facts.resource_uses import Use, given_use, resource_uses
from bugcatalog_ls.facts.resources import LAST_NAMES, opened
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow
from bugcatalog_ls.syntax.local_uses import is_local, local_scope
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import ancestors, called_name, callee_of, text_of, unawaited

_LIKELY = ("close", "aclose", "commit", "rollback", "query", "scalars", "cursor", "execute", "add", "dispose")
_WHOLE = frozenset({"read", "readlines", "readline", "write", "writelines"})
_SESSION_METHODS = frozenset({"commit", "rollback", "scalars", "add_all", "flush"})
# What a helper that opens something is called; others are not followed across files.
_MAKER = re.compile(
    r"session|conn|client|engine|redis|open|db|pool|database|acquire|file|local$", re.IGNORECASE
)


class OpenResource(Fact, frozen=True):
    """A local name bound to what a call opens, and how it can stay open.

    `symbol` is that of the value as written; `passed` where the name is given to functions, as
    (symbol, position or keyword); `acts_as_session` tells that the name is used as a session is,
    `in_script` that the program ends with the function.
    """

    path: str
    name: str
    symbol: str
    anchor: str
    function: str
    leak: Leak
    passed: tuple[tuple[str, str], ...]
    acts_as_session: bool
    takes_with: bool
    in_script: bool = False

    @property
    def key(self) -> str:
        return self.path


class HandsOver(Fact, frozen=True):
    """A function gives what it has just opened to its caller, who has to close it then."""

    function: str
    symbol: str

    @property
    def key(self) -> str:
        return self.function


class KeepsOwn(Fact, frozen=True):
    """A method that gives what its object keeps, and only opens it where it is not there yet."""

    function: str

    @property
    def key(self) -> str:
        return self.function


_GIVES_OWN = re.compile(
    rb"return (?:self|cls)\.\w*(?i:conn|session|client|db|engine|pool|redis|file|sock)\w*[ \t]*$",
    re.MULTILINE,
)


def collect_resources(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for match in _GIVES_OWN.finditer(file.source.data):
        where = file.qualname_at(match.start())
        facts.add(KeepsOwn(f"{file.module}.{where}" if file.module else where))
    flows: dict[int, Flow] = {}
    told: dict[tuple[int, str], list[tuple[Leak, Node]]] = {}
    seen: set[int] = set()
    for call in sorted(_candidates(file), key=lambda node: node.start_byte):
        if call.id in seen:
            continue
        seen.add(call.id)
        _consider(file, call, facts, flows, told)


def _candidates(file: PyFile) -> list[Node]:
    """Calls that may open something: by the name of what they call, or by how their value is used."""
    makers = [
        name
        for name, bindings in file.scopes.module.bindings.items()
        if any(is_factory(binding.value) for binding in bindings)
    ]
    found = file.calls_named(*LAST_NAMES, *makers)
    used: set[tuple[int, str]] = set()
    for call in file.calls_named(*_LIKELY):
        callee = callee_of(call)
        receiver = callee.child_by_field_name("object") if callee is not None else None
        if receiver is not None and receiver.type == "identifier":
            found += _bound_calls(file, receiver, used)
    for node in file.nodes("yield"):
        if node.named_child_count == 1 and node.named_children[0].type == "identifier":
            found += _bound_calls(file, node.named_children[0], used)
    for node in file.nodes("return_statement"):
        value = node.named_children[0] if node.named_child_count == 1 else None
        if value is not None and value.type == "identifier":
            found += _bound_calls(file, value, used)
        elif value is not None and value.type == "call" and _MAKER.search(called_name(value)):
            found.append(value)
    return found


def _bound_calls(file: PyFile, name: Node, used: set[tuple[int, str]]) -> list[Node]:
    scope = local_scope(file, name)
    written = text_of(name)
    if scope is None or (scope.start, written) in used:
        return []
    used.add((scope.start, written))
    values = [binding.value for binding in scope.bindings.get(written, ()) if binding.kind == "assign"]
    plain = (unawaited(value) for value in values if value is not None)
    return [value for value in plain if value.type == "call"]


def _consider(
    file: PyFile,
    call: Node,
    facts: Facts,
    flows: dict[int, Flow],
    told: dict[tuple[int, str], list[tuple[Leak, Node]]],
) -> None:
    parent = call.parent
    while parent is not None and parent.type in ("await", "parenthesized_expression"):
        parent = parent.parent
    if parent is None:
        return
    scope = local_scope(file, call)
    if scope is None:
        return
    if parent.type in ("attribute", "argument_list", "subscript"):
        _consider_inline(file, call, parent, scope.qualname, facts)
    if parent.type not in ("assignment", "return_statement"):
        return
    symbol = file.symbol(call)
    if symbol is None:
        symbol = _by_method(file, call)
    if symbol is None or symbol.startswith("super("):
        return
    known = opened(symbol)
    if (known is None and not _may_open(symbol)) or _is_kept_by_object(file, call):
        return
    function = f"{file.module}.{scope.qualname}" if file.module else scope.qualname
    if parent.type == "return_statement":
        facts.add(HandsOver(function, symbol))
        return
    left = parent.child_by_field_name("left")
    if left is None or left.type != "identifier" or not is_local(scope, text_of(left)):
        return
    if needs_no_close(file, call, symbol):
        return
    uses = resource_uses(file, scope, text_of(left))
    if _is_returned(uses):
        facts.add(HandsOver(function, symbol))
        return
    flow = flows.get(scope.start)
    if flow is None:
        flow = flows[scope.start] = Flow(scope.node)
    leak = leak_of(flow, left, text_of(left), uses, known)
    if leak is None or _is_told_in_another_branch(
        left, leak, told.setdefault((scope.start, text_of(left)), [])
    ):
        return
    methods = {_method(use.node) for use in uses}
    facts.add(
        OpenResource(
            path=file.path,
            name=text_of(left),
            symbol=symbol,
            anchor=facts.anchor(f"opens {scope.qualname} {text_of(left)}", left),
            function=function,
            leak=leak,
            passed=tuple((use.callee, use.slot) for use in uses if use.kind == "pass" and use.callee),
            acts_as_session=bool(methods & _SESSION_METHODS)
            or ("close" in methods and ("query" in methods or any(use.kind == "yield" for use in uses))),
            takes_with=any(use.kind == "enter" for use in uses),
            in_script=scope.qualname == "main" and b"__main__" in file.source.data,
        )
    )


def _is_told_in_another_branch(left: Node, leak: Leak, told: list[tuple[Leak, Node]]) -> bool:
    """Whether the name is bound in another branch of the same `if` or `try`, where as much has been told."""
    if any(leak == other and _exclude_each_other(left, node) for other, node in told):
        return True
    told.append((leak, left))
    return False


def _exclude_each_other(first: Node, second: Node) -> bool:
    around = {parent.id for parent in ancestors(first)}
    shared = next((parent for parent in ancestors(second) if parent.id in around), None)
    return shared is not None and shared.type in ("if_statement", "try_statement", "match_statement")


def _is_kept_by_object(file: PyFile, call: Node) -> bool:
    """Whether a method of the own object gives what that keeps: `self._connection()`."""
    written = re.fullmatch(r"self\.(\w+)", text_of(callee_of(call) or call))
    return written is not None and any(
        definition.name == written[1] and _GIVES_OWN.search(definition.node.text or b"") is not None
        for definition in file.functions
    )


def _consider_inline(file: PyFile, call: Node, parent: Node, where: str, facts: Facts) -> None:
    """What is opened within an expression, so that nothing can close it any more: a file, or (for the
    join to ask whether that is in each request) an engine or a client."""
    function = callee_of(call)
    symbol = file.symbol(call)
    known = opened(symbol)
    if function is None or symbol is None or known is None:
        return
    is_redis = symbol.startswith("redis.") and not needs_no_close(file, call, symbol)
    if (known.family == "engine" or is_redis) and parent.type != "argument_list":
        anchor = facts.anchor(f"builds {where} {text_of(function)}", call)
        owner = f"{file.module}.{where}" if file.module else where
        facts.add(OpenResource(file.path, "", symbol, anchor, owner, "rebuilt", (), False, False))
    if known.noun != "file" or known.awaited or text_of(function).rpartition(".")[2] != "open":
        return
    if parent.type == "attribute":
        name = parent.child_by_field_name("attribute")
        if name is None or text_of(name) not in _WHOLE:
            return
    elif given_use(file, call).kind != "use":
        return
    anchor = facts.anchor(f"opens {where} {text_of(function)}", call)
    facts.add(OpenResource(file.path, "", symbol, anchor, where, "inline", (), False, False))


def _may_open(symbol: str) -> bool:
    """Whether it is worth asking other files what a call of theirs opens."""
    if symbol.startswith("builtins.") or not symbol.endswith("()"):
        return False
    return _MAKER.search(symbol.removesuffix("()").rpartition(".")[2]) is not None


def _by_method(file: PyFile, call: Node) -> str | None:
    """What only one kind of object has, whatever it is called: `pool.getconn()`."""
    callee = callee_of(call)
    if callee is None or callee.type != "attribute":
        return None
    method = text_of(callee).rpartition(".")[2]
    receiver = callee.child_by_field_name("object")
    if method == "getconn" and receiver is not None and file.symbol(receiver) is None:
        return "psycopg2.pool.SimpleConnectionPool().getconn()"
    return None


def _is_returned(uses: list[Use]) -> bool:
    return any(
        use.kind == "hand on" and use.node.parent is not None and use.node.parent.type == "return_statement"
        for use in uses
    )


def _method(node: Node) -> str:
    attribute = node.parent
    if attribute is None or attribute.type != "attribute":
        return ""
    name, outer = attribute.child_by_field_name("attribute"), attribute.parent
    called = outer is not None and outer.type == "call"
    return text_of(name) if name is not None and called else ""
