"""BC105: a router whose routes no application serves, and imports of routers that may fail unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.analysis.inclusion_keywords import shared_keywords
from bugcatalog_ls.facts.answered_routes import router_framework
from bugcatalog_ls.facts.discovery import distribution_of
from bugcatalog_ls.facts.guarded_import_mends import raised_again, unwrapped_edits
from bugcatalog_ls.facts.guarded_imports import GuardedImport, collect_guarded_imports
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
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.statement_edits import insert_after
from bugcatalog_ls.text.spans import TextEdit

_SAMPLE_FOLDERS = frozenset(
    {"example", "examples", "docs", "docs_src", "doc", "demo", "demos", "sample", "samples", "benchmarks"}
)


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
    unwrapped = unwrapped_edits(ctx.index, ctx.file, guard, body, handler)
    if unwrapped:
        yield ctx.fix("Let the failing import stop the start", "suggested", unwrapped)
    if handler is not None and (edits := raised_again(ctx.file, handler, may_be_bare=not unwrapped)):
        yield ctx.fix("Log and raise the import error again", "suggested", edits)


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
