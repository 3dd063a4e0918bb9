"""BC402: what is opened here stays open on some path."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.db_sessions import is_session
from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.open_resources import HandsOver, KeepsOwn, OpenResource, collect_resources
from bugcatalog_ls.facts.resolve import class_at, function_at
from bugcatalog_ls.facts.resource_uses import Use, resource_uses
from bugcatalog_ls.facts.resources import Resource, opened
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.modules import is_command_path
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    enclosing,
    holds_node,
    is_within,
    statement_of,
    statements,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import wrap as wrap_statements
from bugcatalog_ls.syntax.with_edits import enter_try, enter_with
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.wording import with_article

_MAX_HELPERS = 3
_NAMES = ("file", "handle", "opened")
_DEFERRED = frozenset({*COMPREHENSIONS, "lambda"})
_CLAUSES = frozenset({"finally_clause", "except_clause", "except_group_clause"})
_UNKNOWN_SESSION = Resource("session", "session", "finally")


def _join(context: JoinContext) -> Iterator[Finding]:
    for fact in context.index.in_file(context.path, OpenResource):
        resource = _resource(context, fact)
        if resource is None or _is_closed_elsewhere(context, fact):
            continue
        variant = "script" if fact.in_script or is_command_path(context.path) else ""
        if fact.leak == "inline":
            message, variant = "the file is closed only when nothing holds it any more", "inline"
        elif fact.leak == "rebuilt":
            if not routes_of(context.index, fact.function):
                continue
            message = f"each request builds {with_article(resource.noun)} of its own"
        elif resource.family == "engine":
            continue
        elif fact.leak == "never":
            message = f"the {resource.noun} in {fact.name} is never closed"
        elif fact.leak == "raise":
            message = (
                f"the {resource.noun} in {fact.name} stays open when something raises before it is closed"
            )
        else:
            message = f"a return leaves the {resource.noun} in {fact.name} open"
        data = {"name": fact.name, "wrap": resource.wrap, "closer": resource.closer, "noun": resource.noun}
        data["awaited"] = str(resource.awaited)
        yield context.find(fact.anchor, message, variant=variant, data=data)


def _resource(context: JoinContext, fact: OpenResource) -> Resource | None:
    """What the name holds, followed through factories and helpers of the workspace."""
    known = opened(fact.symbol)
    if known is not None:
        return known
    symbol, path = fact.symbol, context.path
    stated: Resource | None = None
    for _ in range(_MAX_HELPERS):
        callee = context.resolve(symbol.removesuffix("()"), path)
        helper = function_at(context.index, callee)
        # A method that is inherited is found on an instance: `Base().connect`.
        if context.index.get(KeepsOwn, callee.replace("().", ".")):
            return None
        if helper is None:
            found = opened(context.resolve(symbol, path))
            if found is not None:
                return None if fact.takes_with and found.wrap not in ("closing", "finally") else found
            # What a helper makes is unknown, but its annotation says it.
            return stated or _by_behaviour(context, fact, callee)
        handed = context.index.get(HandsOver, callee)
        symbols = {handover.symbol for _, handover in handed}
        if helper[1].is_generator or len(symbols) != 1:
            return None
        path, symbol = helper[0], symbols.pop()
        stated = opened(context.resolve(helper[1].returns, path)) if helper[1].returns else None
    return None


def _by_behaviour(context: JoinContext, fact: OpenResource, callee: str) -> Resource | None:
    """A session by how it is used, where the module that makes it is not of the workspace."""
    if not fact.acts_as_session or fact.takes_with or is_session(f"{callee}()"):
        return None
    if class_at(context.index, callee) is not None:
        return None
    module = callee.rpartition(".")[0]
    if not module or "(" in module or context.index.module_paths(module):
        return None
    if module.partition(".")[0] == "sqlalchemy":
        # What makes a session there is known; `object_session` finds one.
        return None
    return _UNKNOWN_SESSION


def _is_closed_elsewhere(context: JoinContext, fact: OpenResource) -> bool:
    """Whether a function that is given the resource closes it."""
    for callee, slot in fact.passed:
        symbol = context.resolve(callee)
        if symbol.endswith("()") or class_at(context.index, symbol) is not None:
            return True
        effects = context.index.one(FunctionEffects, symbol)
        function = function_at(context.index, symbol)
        if effects is None or function is None:
            continue
        names = [parameter.name for parameter in function[1].parameters]
        if function[1].member in ("instance", "class"):
            names = names[1:]
        given = names[int(slot)] if slot.isdigit() and int(slot) < len(names) else slot
        if any(effect.action == "close" and effect.on == given for effect in effects[1].effects):
            return True
    return False


# -- fix ---------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    name, wrap = finding.data["name"], finding.data["wrap"]
    if not name:
        if wrap == "with" and finding.data["noun"] == "file":
            yield from _bind(context)
        return
    assignment = context.node_of("assignment")
    if assignment is None or wrap == "none":
        return
    binding = statement_of(assignment)
    value, scope = assignment.child_by_field_name("right"), local_scope(context.file, assignment)
    if value is None or scope is None or binding.type != "expression_statement":
        return
    is_async = scope.node.children[0].type == "async"
    if not is_async and (wrap.startswith("async") or finding.data["awaited"] == "True"):
        return
    uses = [use for use in resource_uses(context.file, scope, name) if _may_be_of(binding, use)]
    closes = [statement_of(use.node) for use in uses if use.kind == "close"]
    if wrap in ("with", "async with"):
        # What closes on one path alone may stay: a block that closes once more does no harm.
        closes = [close for close in closes if _is_plain_close(close) and close.parent == binding.parent]
    held = _held(binding, uses, closes)
    if held is None:
        return
    first, last = held
    title = f"Close {name} on every path"
    if wrap in ("with", "async with", "closing") and not any(use.kind == "yield" for use in uses):
        if value.type == "await" and wrap == "async with" and not text_of(value).startswith("await psycopg"):
            value = value.named_children[0]
        edits = enter_with(context.file, binding, value, last, _header(context, name, wrap, value), closes)
    else:
        edits = enter_try(context.file, first, last, _closing(finding, name, value, closes), closes)
    if edits:
        yield context.fix(title, "safe", fitted(context.file, edits, context.read("pyproject.toml")))


def _may_be_of(binding: Node, use: Use) -> bool:
    """Whether a use can be one of what is bound here: it comes later, and before the way out of the block."""
    block = binding.parent
    if block is None or is_within(binding, ("for_statement", "while_statement")):
        return True
    last = statements(block)[-1]
    is_left = last.type in ("return_statement", "raise_statement")
    return use.node.start_byte >= binding.start_byte and not (
        is_left and use.node.start_byte >= block.end_byte
    )


def _bind(context: FixContext) -> Iterator[Fix]:
    """Open the file of an expression in a `with` around its statement."""
    call = context.node_of("call")
    scope = local_scope(context.file, call) if call is not None else None
    if call is None or scope is None or "\n" in text_of(call):
        return
    statement = statement_of(call)
    if statement.type not in ("expression_statement", "return_statement"):
        return
    if any(
        parent.type in _DEFERRED for parent in ancestors(call) if parent.start_byte >= statement.start_byte
    ):
        return
    name = next((name for name in _NAMES if name not in scope.bindings), None)
    if name is None:
        return
    edits = wrap_statements(context.file, statement, statement, f"with {text_of(call)} as {name}:")
    edits = [*edits, *replace_node(call, name)]
    yield context.fix(
        "Open the file in a with", "safe", fitted(context.file, edits, context.read("pyproject.toml"))
    )


def _held(binding: Node, uses: list[Use], closes: list[Node]) -> tuple[Node, Node] | None:
    """The first and last statement behind the binding that need the resource; None where it is used
    elsewhere too, is bound again, or is closed as a part of something else.

    What stands before a close in the same block ran with the resource open; without one, what is made
    of the resource counts as a use of it.
    """
    block = binding.parent
    if block is None or any(not _is_plain_close(close) for close in closes):
        return None
    gone = {close.id for close in closes}
    following = [node for node in statements(block) if node.start_byte > binding.start_byte]
    last = binding
    for use in uses:
        if binding.start_byte <= use.node.start_byte < binding.end_byte:
            continue
        holder = next((node for node in following if holds_node(node, use.node)), None)
        if holder is None or use.kind == "bind":
            return None
        if holder.id not in gone and last.start_byte < holder.start_byte:
            last = holder
    ended = [position for position, node in enumerate(following) if node.id in gone]
    kept = [node for node in following if node.id not in gone]
    if ended and following[ended[-1]].start_byte > last.start_byte:
        stop = ended[-1]
        while stop + 1 < len(following) and text_of(following[stop + 1]).endswith((".close()", ".quit()")):
            # What else is closed here was opened between, and stays with it.
            stop += 1
        kept = [node for node in following[: stop + 1] if node.id not in gone]
        return (kept[0], kept[-1]) if kept else None
    if last.id == binding.id:
        return None
    return kept[0], _last_derived(kept, last, {text_of(uses[0].node)} if uses else set())


def _last_derived(following: list[Node], last: Node, names: set[str]) -> Node:
    """The last statement that uses what the ones up to `last`, or those after it, made of the resource."""
    derived = set(names)
    for statement in following:
        words = {text_of(node) for node in walk(statement) if node.type == "identifier"}
        if words & derived:
            last = max(last, statement, key=lambda node: node.start_byte)
            assigned = [node for node in (statement, *walk(statement)) if node.type == "assignment"]
            for node in assigned:
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                if left is not None and right is not None and _mentions(right, derived):
                    derived |= {text_of(part) for part in (left, *walk(left)) if part.type == "identifier"}
    return last


def _mentions(node: Node, names: set[str]) -> bool:
    return any(part.type == "identifier" and text_of(part) in names for part in (node, *walk(node)))


def _is_plain_close(statement: Node) -> bool:
    """Whether a statement only closes the resource, and can go where a `with` does it."""
    if statement.type != "expression_statement":
        return False
    return not any(parent.type in _CLAUSES for parent in ancestors(statement))


def _header(context: FixContext, name: str, wrap: str, value: Node) -> tuple[str, str]:
    if wrap == "closing":
        closing = context.imports().need("contextlib", "closing", at=value.start_byte)
        return f"with {closing}(", f") as {name}:"
    return f"{wrap} ", f" as {name}:"


def _closing(finding: Finding, name: str, value: Node, closes: list[Node]) -> str:
    """The statement that closes the resource, as the function itself does it where it does."""
    if closes:
        return text_of(closes[0])
    closer, wrap = finding.data["closer"], finding.data["wrap"]
    is_awaited = finding.data["awaited"] == "True"
    if wrap == "give back":
        pool = text_of(value).removeprefix("await ").rpartition(".")[0]
        return f"{'await ' if is_awaited else ''}{pool}.{closer}({name})"
    function = enclosing(value, "function_definition")
    acts_awaited = function is not None and f"await {name}." in text_of(function)
    is_awaited = is_awaited or wrap == "await finally" or acts_awaited
    return f"{'await ' if is_awaited else ''}{name}.{closer}()"


ANALYZER = Analyzer(
    collect=collect_resources,
    join=_join,
    fix=_fix,
    joins=(OpenResource,),
    literals=(
        *(b"open(", b"onnect(", b"Session(", b"SessionLocal(", b"Client(", b"Redis", b"acquire("),
        *(b"getconn(", b"create_engine(", b"_engine(", b"sessionmaker(", b"session(", b"Local("),
        *(b"socket(", b"urlopen(", b"SMTP", b"FTP", b"ZipFile(", b"from_url(", b"webdriver.", b"File("),
        *(b"import connect", b"sqlite3", b"psycopg", b"connection(", b"conn(", b"_db("),
    ),
)
