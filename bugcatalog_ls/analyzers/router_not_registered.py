"""BC105: a router whose routes no application serves, and imports of routers that may fail unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.analysis.inclusion_keywords import shared_keywords
from bugcatalog_ls.facts.answered_routes import router_framework
from bugcatalog_ls.facts.discovery import distribution_of
from bugcatalog_ls.facts.guarded_imports import GuardedImport, block_in, collect_guarded_imports
from bugcatalog_ls.facts.handed_out_names import is_handed_out
from bugcatalog_ls.facts.inclusion_sites import after_last_use, inclusion_site, named_at
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.places import place
from bugcatalog_ls.facts.registrations import HandedOn, Inclusion, Renamed, UnknownInclusion
from bugcatalog_ls.facts.resolve import file_of_module
from bugcatalog_ls.facts.route_discovery import may_be_discovered
from bugcatalog_ls.facts.routers import RouterFact, router_anchor
from bugcatalog_ls.facts.routes import AppFact, RoutedOn
from bugcatalog_ls.facts.variables import variable
from bugcatalog_ls.facts.web_frameworks import FAMILIES
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import called_name, holds_node, statement_of, statements, text_of
from bugcatalog_ls.syntax.object_uses import is_label, is_written
from bugcatalog_ls.syntax.statement_edits import (
    insert_after,
    remove_statement,
    replace_by_body,
    replace_statement,
)
from bugcatalog_ls.syntax.words import identifiers_named
from bugcatalog_ls.text.spans import TextEdit

_SAMPLE_FOLDERS = frozenset(
    {"example", "examples", "docs", "docs_src", "doc", "demo", "demos", "sample", "samples", "benchmarks"}
)
_IMPORTS = frozenset({"import_statement", "import_from_statement"})


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    for guarded in ctx.index.in_file(ctx.path, GuardedImport):
        target = next((target for target in guarded.targets if _is_router(ctx, target)), None)
        if target is not None:
            module = target.rpartition(".")[0] or target
            if file_of_module(ctx.index, target, ctx.path) is not None:
                module = target
            message = (
                f"an error while importing the router of `{module}` is swallowed, and its routes are lost"
            )
            yield ctx.find(guarded.anchor, message)
    if _is_sample(ctx.path):
        return
    for router in ctx.index.in_file(ctx.path, RouterFact):
        if is_left_alone(ctx.index, ctx.path, router):
            yield ctx.find(
                router_anchor(router.symbol),
                f"no application includes `{router.name}`, so its routes are never served",
            )


def is_left_alone(index: FactIndex, path: str, router: RouterFact) -> bool:
    """Whether a router holds routes that surely no application of the workspace serves."""
    framework = router_framework(index, router)
    if framework is None or router.escapes or not _is_used(index, router):
        return False
    if not _has_app(index, framework, path):
        return False
    if any(fact.symbol == router.symbol and fact.escapes for fact in index.in_file(path, RouterFact)):
        return False
    names = {router.name, *_other_names(index, router)}
    if any(_is_included(index, name, router.symbol) for name in names):
        return False
    if router.is_local:
        return True
    return not (_is_handed_on(index, names, router.symbol) or may_be_discovered(index, router))


def _is_used(index: FactIndex, router: RouterFact) -> bool:
    """Whether routes or other routers are added to it, here or in a module that imports it."""
    return any(
        fact.owner == router.symbol or place(index, fact.owner, path) == router.symbol
        for name in {router.name, *_other_names(index, router)}
        for path, fact in index.get(RoutedOn, name)
    )


@derived
def _has_app(index: FactIndex, framework: str, path: str) -> bool:
    """Whether what the file is deployed with makes an application of the router's family."""
    distribution = distribution_of(index, path)
    return any(
        not is_test_path(app_path)
        and not _is_sample(app_path)
        and distribution_of(index, app_path) == distribution
        for family in FAMILIES[framework]
        for app_path, _ in index.get(AppFact, family)
    )


def _is_sample(path: str) -> bool:
    return any(part in _SAMPLE_FOLDERS for part in path.split("/")[:-1])


def _is_ignored(path: str) -> bool:
    return is_test_path(path) or _is_sample(path)


def _other_names(index: FactIndex, router: RouterFact) -> set[str]:
    """The names under which modules import it (and may export it again)."""
    return {
        fact.name
        for path, fact in index.get(Renamed, router.name)
        if place(index, fact.target, path) == router.symbol
    }


def _is_included(index: FactIndex, name: str, symbol: str) -> bool:
    return any(
        not is_test_path(path)
        and (
            symbol in (fact.child, place(index, fact.child, path))
            or _may_mean(index, fact.child, path, symbol)
        )
        for path, fact in index.get(Inclusion, name)
    )


def _may_mean(index: FactIndex, child: str, path: str, symbol: str) -> bool:
    """Whether a name that leads nowhere ends like the router's: scripts run from folders in packages."""
    head = child.partition(".")[0]
    return "." in child and symbol.endswith(f".{child}") and file_of_module(index, head, path) is None


def _is_handed_on(index: FactIndex, names: Iterable[str], symbol: str) -> bool:
    """Whether the router, or its module, is used as a value; a package of it only where routers
    are then included that nobody names."""
    module = symbol.rpartition(".")[0]
    parts = module.split(".")
    packages = {".".join(parts[:n]) for n in range(1, len(parts))}
    for name in {*names, *parts}:
        for path, fact in index.get(HandedOn, name):
            if is_test_path(path):
                continue
            target = place(index, fact.symbol, path)
            if target == symbol:
                return True
            if target == module and file_of_module(index, target, path) is not None:
                return True
            if target in packages and index.in_file(path, UnknownInclusion):
                return True
    return False


def _is_router(ctx: JoinContext, target: str) -> bool:
    """Whether an imported name is a router, which this file includes, or a module that has one."""
    symbol = place(ctx.index, target, ctx.path)
    included = ctx.index.in_file(ctx.path, Inclusion)
    for path, router in ctx.index.get(RouterFact, symbol):
        return not is_test_path(path) and router_framework(ctx.index, router) is not None
    if any(target == fact.child or fact.child.startswith(f"{target}.") for fact in included):
        return True
    file = file_of_module(ctx.index, target, ctx.path)
    routers = ctx.index.in_file(file, RouterFact) if file is not None else ()
    names = {router.name for router in routers if router_framework(ctx.index, router)}
    if names and any(place(ctx.index, fact.child, ctx.path).startswith(f"{symbol}.") for fact in included):
        return True
    return any(fact.attribute in names for fact in ctx.index.in_file(ctx.path, UnknownInclusion))


def _fix(ctx: FixContext, finding: Finding) -> Iterator[Fix]:
    node = ctx.node
    if node.type == "expression_statement":
        yield from _register(ctx, node.named_children[0])
        return
    handler = ctx.node_of("except_clause")
    guard = handler.parent if handler is not None else ctx.node_of("with_statement")
    body = guard.child_by_field_name("body") if guard is not None else None
    if guard is None or body is None:
        return
    clauses = [
        child for child in guard.named_children if child.type not in ("block", "with_clause", "comment")
    ]
    unwrapped: list[TextEdit] = []
    if handler is None or [clause.id for clause in clauses] == [handler.id]:
        unwrapped = [*replace_by_body(ctx.file, guard, body), *_blank_after(ctx.file, guard, body)]
    elif [clause.id for clause in clauses[:1]] == [handler.id] and len(clauses) == 2:
        unwrapped = _with_else(ctx.file, guard, body, clauses[1])
    if unwrapped:
        unread = _loggers_left(ctx, handler) if handler is not None else []
        edits = [*(edit for logger in unread for edit in remove_statement(ctx.file, logger)), *unwrapped]
        yield ctx.fix("Let the failing import stop the start", "suggested", edits)
    block = block_in(handler) if handler is not None else None
    handled = statements(block) if block is not None else []
    if handled and not (unwrapped and all(map(_does_nothing, handled))):
        edits = _raised(ctx.file, handled[-1])
        yield ctx.fix("Log and raise the import error again", "suggested", edits)


def _with_else(file: PyFile, guard: Node, body: Node, clause: Node) -> list[TextEdit]:
    """The body of a `try` and that of its `else` in place of it all."""
    rest = clause.child_by_field_name("body") or block_in(clause)
    if clause.type != "else_clause" or rest is None:
        return []
    parts = [part for block in (body, rest) for part in statements(block)]
    if any(part.start_point.row != part.end_point.row for part in parts):
        return []
    imports = [text_of(part) for part in parts if part.type in _IMPORTS]
    others = [text_of(part) for part in parts if part.type not in _IMPORTS]
    # Imports stand before what uses them, and a blank line behind them.
    lines = [*imports, *([""] if imports and others else []), *others]
    return replace_statement(file, guard, "\n".join(lines))


def _does_nothing(statement: Node) -> bool:
    return statement.type == "pass_statement" or text_of(statement) == "..."


def _loggers_left(ctx: FixContext, handler: Node) -> list[Node]:
    """The module's loggers that only a handler reads, and no other file."""
    file, found = ctx.file, []
    for name, bindings in file.scopes.module.bindings.items():
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if value is None or value.type != "call" or called_name(value) not in ("getLogger", "get_logger"):
            continue
        reads = [
            node
            for node in identifiers_named(file.root, file.source.data, name.encode())
            if not is_label(node) and not is_written(node)
        ]
        is_own = all(holds_node(handler, read) for read in reads)
        if reads and is_own and not is_handed_out(ctx.index, file.path, name):
            found.append(statement_of(value))
    return found


def _blank_after(file: PyFile, guard: Node, body: Node) -> list[TextEdit]:
    """The blank line that parts imports from the statement that now follows them."""
    following, rows = guard.next_named_sibling, file.source.lines
    last = statements(body)[-1:]
    if following is None or following.type in _IMPORTS or not last or last[0].type not in _IMPORTS:
        return []
    if rows.row_of(following.start_byte) != rows.row_of(guard.end_byte) + 1:
        return []
    return [insert_at(rows.starts[rows.row_of(following.start_byte)], file.source.newline)]


def _raised(file: PyFile, last: Node) -> list[TextEdit]:
    if last.type in ("pass_statement", "continue_statement", "return_statement") or text_of(last) == "...":
        return replace_statement(file, last, "raise")
    return insert_after(file, last, "raise")


def _register(ctx: FixContext, assignment: Node) -> Iterator[Fix]:
    name = assignment.child_by_field_name("left")
    symbol = variable(ctx.file, name)
    held = [fact for fact in ctx.index.in_file(ctx.file.path, RouterFact) if fact.symbol == symbol]
    if name is None or symbol is None or not held or held[0].is_local:
        return
    framework = router_framework(ctx.index, held[0])
    if framework is None:
        return
    site = inclusion_site(ctx.index, ctx.open, ctx.file, symbol, framework, _is_ignored)
    if site is None:
        return
    file, statement, receiver, _ = site
    method = "include_router" if framework == "fastapi" else "register_blueprint"
    edits: list[TextEdit] = []
    local_import = ""
    if file.path == ctx.file.path:
        expression = text_of(name)
        statement = after_last_use(file, statement, name)
    else:
        expression, edits, local_import = named_at(ctx.index, site, ctx.file, text_of(name))
    keywords = shared_keywords(
        file, f"{receiver}.{method}", ctx.file, assignment.child_by_field_name("right"), held[0].symbol
    )
    given = "".join(f", {key}={value}" for key, value in keywords.items())
    call = f"{receiver}.{method}({expression}{given})"
    n_blank = 2 if statement.type == "decorated_definition" else 0
    edits += insert_after(file, statement, f"{local_import}{call}", n_blank=n_blank)
    made = [Edit(file.path, edit.span, edit.content) for edit in edits]
    yield ctx.fix(f"Include `{expression}` in `{receiver}` of {file.path}", "suggested", made)


ANALYZER = Analyzer(
    collect=collect_guarded_imports,
    join=_join,
    joins=(GuardedImport, RouterFact),
    fix=_fix,
    from_absence=True,
    adds_rows=True,
)
