"""Where routers are included: the place beside a router's siblings, and how code there can name it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.answered_routes import router_framework
from bugcatalog_ls.facts.discovery import distribution_of
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.module_imports import imports_module_of, written_module
from bugcatalog_ls.facts.places import place
from bugcatalog_ls.facts.registrations import Inclusion
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.facts.routers import RouterFact
from bugcatalog_ls.facts.routes import AppFact
from bugcatalog_ls.facts.variables import variable
from bugcatalog_ls.facts.web_frameworks import APP_CLASSES, FAMILIES, INCLUDERS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_edits import add_import
from bugcatalog_ls.syntax.import_lines import import_lines
from bugcatalog_ls.syntax.modules import module_name
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    enclosing_function,
    statement_of,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.text.spans import TextEdit

_GENERIC = frozenset({"router", "bp", "blueprint", "api", "api_router", "routes"})


class InclusionSite(NamedTuple):
    """A file, the statement to insert after, the text of the app or router, a sibling's inclusion."""

    file: PyFile
    statement: Node
    receiver: str
    sibling: Node | None


def inclusion_site(
    index: FactIndex,
    open_file: Callable[[str], PyFile | None],
    router: PyFile,
    symbol: str,
    framework: str,
    is_ignored: Callable[[str], bool],
) -> InclusionSite | None:
    """Where a router is best included: beside its siblings, else where the app is made."""
    folder = router.path.rpartition("/")[0]
    distribution = distribution_of(index, router.path)
    inclusions = [
        (path, fact, place(index, fact.child, path))
        for key in sorted(index.keys(Inclusion))
        for path, fact in index.get(Inclusion, key)
        if not is_ignored(path)
    ]
    aggregators = {place(index, fact.parent, path) for path, fact, _ in inclusions if fact.parent is not None}
    below = _below(index, symbol, inclusions)
    version = _without_numbers(symbol)
    votes: dict[tuple[str, str], tuple[int, int, bool, int]] = {}
    for path, fact, child in inclusions:
        held = index.get(RouterFact, child)
        if not held or distribution_of(index, path) != distribution:
            continue
        parent = place(index, fact.parent, path) if fact.parent is not None else None
        if parent in below or router_framework(index, held[0][1]) != framework:
            continue
        is_app = parent is None or not index.get(RouterFact, parent)
        n_versions, n_near, _, n_all = votes.get((path, fact.receiver), (0, 0, is_app, 0))
        is_version = child != symbol and _without_numbers(child) == version
        # A router that takes in the siblings is none of them.
        is_near = held[0][0].rpartition("/")[0] == folder and child not in aggregators
        votes[path, fact.receiver] = (n_versions + is_version, n_near + is_near, is_app, n_all + 1)
    for path, receiver in sorted(votes, key=lambda pair: (*(-n for n in votes[pair]), pair)):
        file = open_file(path)
        call = _last_inclusion(file, receiver) if file is not None else None
        if file is not None and call is not None:
            return InclusionSite(file, _plain_statement(call), receiver, call)
    apps = [
        path
        for family in FAMILIES[framework]
        for path, _ in index.get(AppFact, family)
        if not is_ignored(path) and distribution_of(index, path) == distribution
    ]
    for path in sorted(dict.fromkeys(apps), key=lambda path: (-_n_shared(path, router.path), path)):
        file = open_file(path)
        made = _app_assignment(index, file) if file is not None else None
        if file is not None and made is not None:
            receiver = text_of(made.child_by_field_name("left") or made)
            return InclusionSite(file, statement_of(made), receiver, None)
    return None


def _below(index: FactIndex, symbol: str, inclusions: list[tuple[str, Inclusion, str]]) -> set[str]:
    """The router itself and all that it takes in."""
    below = {symbol}
    for _ in range(10):
        below |= {
            child
            for path, fact, child in inclusions
            if fact.parent is not None and place(index, fact.parent, path) in below
        }
    return below


def _without_numbers(symbol: str) -> str:
    """The module of a router, the same for `api.v1.router` and `api.v2.router`."""
    return re.sub(r"\d+", "0", symbol.rpartition(".")[0])


def _n_shared(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("/")[:-1], right.split("/")[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count


def _last_inclusion(file: PyFile, receiver: str) -> Node | None:
    """The last inclusion into a receiver, in the function (or at the module level) that has most."""
    found: dict[int, list[Node]] = {}
    for call in file.nodes("call"):
        function = callee_of(call)
        name = function.child_by_field_name("attribute") if function is not None else None
        owner = function.child_by_field_name("object") if function is not None else None
        if name is None or owner is None or text_of(name) not in INCLUDERS or text_of(owner) != receiver:
            continue
        if variable(file, arguments_of(call).get(INCLUDERS[text_of(name)], 0)) is not None:
            around = enclosing_function(call)
            found.setdefault(around.id if around is not None else 0, []).append(call)
    return max(found.values(), key=len)[-1] if found else None


def _plain_statement(call: Node) -> Node:
    """The statement around a call that runs whenever its function (or module) does."""
    statement = statement_of(call)
    while statement.parent is not None and statement.parent.type == "block":
        header = statement.parent.parent
        if header is None or header.type in ("function_definition", "class_definition", "with_statement"):
            break
        statement = statement_of(header)
    return statement


def _app_assignment(index: FactIndex, file: PyFile) -> Node | None:
    for node in file.nodes("assignment"):
        right = node.child_by_field_name("right")
        made_by = file.callee(right) if right is not None and right.type == "call" else None
        if made_by is None:
            continue
        if any(name in APP_CLASSES for name in mro(index, resolve(index, made_by, file.path))[0]):
            left = node.child_by_field_name("left")
            if left is not None and left.type in ("identifier", "attribute"):
                return node
    return None


def after_last_use(file: PyFile, statement: Node, name: Node) -> Node:
    """FastAPI copies the routes that are there: include the router behind the last of them."""
    last = statement
    for child in statement.parent.named_children if statement.parent is not None else ():
        if child.start_byte > last.start_byte and child.type == "decorated_definition":
            owners = [
                text_of(node).partition(".")[0].lstrip("@")
                for node in child.children
                if node.type == "decorator"
            ]
            if text_of(name) in owners:
                last = child
    return last


def named_at(
    index: FactIndex, site: InclusionSite, router: PyFile, name: str
) -> tuple[str, list[TextEdit], str]:
    """How a site can name the router: the expression, import edits, an import for that place only."""
    file, statement, _, sibling = site
    if (existing := _existing_name(index, site, router, name)) is not None:
        return existing, [], ""
    stem_path = PurePosixPath(router.path)
    module = written_module(index, router, file)
    package, _, stem = module.rpartition(".")
    package = package or ("." if module.startswith(".") else "")
    if module.startswith(".") and not package.strip("."):
        package = module[: len(module) - len(module.lstrip("."))]
    if stem_path.stem == "__init__":
        stem = stem_path.parent.name
    positional = arguments_of(sibling).positional if sibling is not None else ()
    argument = unparenthesised(positional[0]) if positional else None
    by_module = argument is not None and argument.type == "attribute" and _root_is_module(file, argument)
    source, imported, alias = module, name, None
    if by_module and package and file.scopes.module.bindings.get(stem) is None:
        source, imported, expression = package, stem, f"{stem}.{name}"
    else:
        taken = file.scopes.lookup(name, statement.start_byte) is not None
        if name in ("router", "bp", "blueprint") or taken:
            owner = stem if stem not in _GENERIC else stem_path.parent.name or stem
            alias = f"{owner}_{name}" if owner not in (name, "") else f"{name}_routes" if taken else None
            while alias and file.scopes.lookup(alias, statement.start_byte) is not None:
                alias += "_"
        if name == stem_path.stem and not taken:
            alias = None
        expression = alias or name
    is_local = enclosing_function(statement) is not None and _imports_locally(file, argument)
    if is_local or imports_module_of(index, router, file):
        as_alias = f" as {alias}" if alias else ""
        return expression, [], f"from {source} import {imported}{as_alias}\n\n"
    limit = len(file.source.data)
    if enclosing_function(statement) is None:
        limit = statement.start_byte
    first_party = frozenset({source.split(".")[0]}) if not source.startswith(".") else frozenset()
    lines = import_lines(file, first_party)
    return expression, add_import(file, lines, source, imported, alias, limit, first_party), ""


def _existing_name(index: FactIndex, site: InclusionSite, router: PyFile, name: str) -> str | None:
    """What the file's own imports call the router."""
    file, statement, module = site.file, site.statement, module_name(router.path)
    for line in import_lines(file):
        for imported in line.names:
            found = file.scopes.lookup(imported.bound, statement.start_byte)
            if (
                line.place == "typing"
                or found is None
                or all(b.node.id != imported.node.id for b in found[1])
            ):
                continue
            if (
                found[0] is file.scopes.at(statement.start_byte)
                and imported.node.start_byte > statement.end_byte
            ):
                continue
            target = place(index, imported.target, file.path)
            if target == f"{module}.{name}":
                return imported.expression
            if target == module:
                return f"{imported.expression}.{name}"
    return None


def _root_is_module(file: PyFile, argument: Node) -> bool:
    """`users.router` with `from app.routes import users`."""
    owner = argument.child_by_field_name("object")
    if owner is None or owner.type != "identifier":
        return False
    found = file.scopes.lookup(text_of(owner), owner.start_byte)
    return found is not None and all(binding.kind == "from" for binding in found[1])


def _imports_locally(file: PyFile, argument: Node | None) -> bool:
    node = argument
    while node is not None and node.type == "attribute":
        node = node.child_by_field_name("object")
    if node is None or node.type != "identifier":
        return False
    found = file.scopes.lookup(text_of(node), node.start_byte)
    return found is not None and found[0].kind == "function" and found[1][-1].kind == "from"
