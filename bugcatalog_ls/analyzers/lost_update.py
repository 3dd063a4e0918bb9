"""BC302: a value worked out from one that was read before, and written back with no lock or version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.row_lock_edits import locked_while_read
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.atomic_sql import atomic_sql
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.loaded_rows import LOADER_NAMES, Load, load_of
from bugcatalog_ls.facts.models import is_mapped
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.relationships import leads_to_rows
from bugcatalog_ls.facts.resolve import class_at, function_at, mro
from bugcatalog_ls.facts.stale_files import stale_files
from bugcatalog_ls.facts.stale_keys import is_django_cache, is_redis, stale_keys
from bugcatalog_ls.facts.stale_sql import stale_sql
from bugcatalog_ls.facts.stale_statements import stale_statements
from bugcatalog_ls.facts.stale_updates import LOCKING, StaleUpdate, stale_updates
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    statement_of,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.statement_edits import remove_statement
from bugcatalog_ls.syntax.wrapping import fitted

# What stands in a file with rows, with the end of a transaction, with commands of Redis.
_ROWS = (b"ession", b".objects", b".query", b"select(")
_ENDS = (b".commit(", b".flush(", b".save(", b".asave(", b".begin(")
_COMMANDS = (b".set(", b".setex(", b".hset(", b".delete(", b".unlink(")


_MIGRATION = (b"def upgrade(", b"migrations.RunPython(")
# A session's or an engine's connection, set for as long as a function has it.
_CONNECTION = re.compile(r"\.connection$|conn\w*(?:\(\))?\.execution_options$")
_LOCKED = re.compile(
    rb"\b([A-Z]\w*|__class__|type\(self\)|cls)\.objects\b[\w\s.(),='\"]*?\.select_for_update\("
)
_SERIALIZABLE = re.compile(rb"isolation_level[\"']?\s*[=:]\s*[\"']SERIALIZABLE")


class LostUpdate(Fact, frozen=True):
    """A write of what was worked out from an old value.

    `model` is the symbol of the row's class, `loader` that of the function that gives the row where no
    query stands in the file; `client` the symbol of what may be a client of Redis.
    """

    path: str
    anchor: str
    kind: str
    message: str
    model: str
    loader: str
    client: str
    is_computed: bool
    handler: str = ""
    style: str = ""
    attribute: str = ""

    @property
    def key(self) -> str:
        return self.path


class RowLoader(Fact, frozen=True):
    """A function whose result is a row that it has loaded without a lock, and the symbol of its model."""

    function: str
    model: str

    @property
    def key(self) -> str:
        return self.function


class VersionedModel(Fact, frozen=True):
    """A class whose rows notice that somebody else has changed them."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


class LockedModel(Fact, frozen=True):
    """A class of Django's, by its last name, whose rows some function locks while it reads them."""

    name: str

    @property
    def key(self) -> str:
        return self.name


class SerializableEngine(Fact, frozen=True):
    """An engine of the workspace lets the database find out what was read and written meanwhile."""

    level: str

    @property
    def key(self) -> str:
        return self.level


def _collect(file: PyFile, facts: Facts) -> None:
    if b"SERIALIZABLE" in file.source.data and _isolates_all(file):
        facts.add(SerializableEngine("SERIALIZABLE"))
    if b".select_for_update(" in file.source.data and b".objects" in file.source.data:
        for name in sorted(_locked_models(file)):
            facts.add(LockedModel(name))
    if b"version_id_col" in file.source.data:
        for definition in file.classes:
            if "version_id_col" in text_of(definition.node):
                facts.add(VersionedModel(definition.symbol))
    if is_test_path(file.path) or any(word in file.source.data for word in _MIGRATION):
        # Nobody else writes while a migration runs.
        return
    for loader in _loaders(file) if _holds(file, _ROWS) else ():
        facts.add(loader)
    for update in stale_updates(file) if _holds(file, _ENDS) else ():
        written = text_of(update.target)
        facts.add(
            LostUpdate(
                path=file.path,
                anchor=facts.anchor(
                    f"update {file.qualname_at(update.node.start_byte)} {written}", update.node
                ),
                kind="row",
                message=f"{written} is worked out from a value that another request may change meanwhile",
                model=_model(file, update.load) if update.load is not None else "",
                loader=update.loader,
                client="",
                is_computed=update.derivation == "computed",
                style=update.load.style if update.load is not None else "",
                attribute=update.attribute if update.derivation in ("number", "items") else "",
            )
        )
    for statement in stale_statements(file) if b"update" in file.source.data else ():
        message = f"{statement.column} is set to a value worked out from an earlier query of it"
        anchor = facts.anchor(f"values {file.qualname_at(statement.node.start_byte)}", statement.node)
        facts.add(LostUpdate(file.path, anchor, "statement", message, "", "", "", False))
    for stale in stale_sql(file) if _holds(file, (b"UPDATE", b"update ")) else ():
        message = f"{stale.table}.{stale.column} is set to a value worked out from an earlier SELECT of it"
        anchor = facts.anchor(f"sql {file.qualname_at(stale.node.start_byte)}", stale.node)
        facts.add(LostUpdate(file.path, anchor, "sql", message, "", "", "", False))
    for key in stale_keys(file) if _holds(file, _COMMANDS) else ():
        if not key.client:
            continue
        what = "is worked out from" if key.kind == "write" else "is deleted by a second command after"
        message = f"{_short(key.key)} {what} an earlier get, and another request may come in between"
        anchor = facts.anchor(f"key {file.qualname_at(key.node.start_byte)}", key.node)
        facts.add(LostUpdate(file.path, anchor, key.kind, message, "", "", key.client, False))

    for stale_file in stale_files(file) if b"json.dump" in file.source.data else ():
        message = f"{stale_file.written} is read and written back while other requests may do the same"
        anchor = facts.anchor(f"file {stale_file.function}", stale_file.node)
        handler = f"{file.module}.{stale_file.function}" if file.module else stale_file.function
        facts.add(LostUpdate(file.path, anchor, "file", message, "", "", "", False, handler))


def _locked_models(file: PyFile) -> set[str]:
    found: set[str] = set()
    for match in _LOCKED.finditer(file.source.data):
        is_own = match[1] in (b"__class__", b"type(self)", b"cls")
        found.add(file.qualname_at(match.start()).partition(".")[0] if is_own else match[1].decode())
    return found


def _isolates_all(file: PyFile) -> bool:
    """Whether an isolation level is set for an engine, not for the one connection of a function."""
    for match in _SERIALIZABLE.finditer(file.source.data):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        calls = [parent for parent in ancestors(node) if parent.type == "call"] if node is not None else []
        if not any(_CONNECTION.search(text_of(callee_of(call) or call)) for call in calls):
            return True
    return False


def _holds(file: PyFile, words: tuple[bytes, ...]) -> bool:
    return any(word in file.source.data for word in words)


def _short(written: str) -> str:
    written = " ".join(written.split())
    return written if len(written) <= 40 else f"{written[:39]}…"


def _model(file: PyFile, load: Load) -> str:
    return file.symbol(load.model) or ""


def _loaders(file: PyFile) -> Iterator[RowLoader]:
    """The functions of a file that return a row which they have loaded."""
    wanted = {
        scope.start
        for call in file.calls_named(*LOADER_NAMES)
        if (scope := local_scope(file, call)) is not None
    }
    for node in file.nodes("return_statement") if wanted else ():
        value = node.named_children[0] if node.named_child_count == 1 else None
        scope = local_scope(file, node)
        if value is None or scope is None or scope.start not in wanted:
            continue
        if value.type == "identifier":
            bindings = file.names.bindings(value)
            value = bindings[-1].value if len(bindings) == 1 and bindings[-1].kind == "assign" else None
        load = load_of(file, value)
        if load is not None and not load.locks and LOCKING.search(text_of(scope.node)) is None:
            function = f"{file.module}.{scope.qualname}" if file.module else scope.qualname
            yield RowLoader(function, _model(file, load))


def _join(context: JoinContext) -> Iterator[Finding]:
    for fact in context.index.in_file(context.path, LostUpdate):
        model, path = fact.model, context.path
        if fact.loader:
            function = context.resolve(fact.loader).replace("()", "")
            loaded = context.index.get(RowLoader, function)
            if (
                len({loader.model for _, loader in loaded}) != 1
                or function_at(context.index, function) is None
            ):
                continue
            path, model = loaded[0][0], loaded[0][1].model
        if model and _is_versioned(context, context.resolve(model, path)):
            continue
        if (
            model
            and fact.attribute
            and leads_to_rows(context.index, context.resolve(model, path), fact.attribute)
        ):
            continue
        if fact.style == "own" and not _is_unlocked_row(
            context, context.resolve(model, path).replace("()", "")
        ):
            continue
        if fact.style == "active" and not _is_active(context, context.resolve(model, path)):
            continue
        if fact.kind in ("row", "sql") and context.index.get(SerializableEngine, "SERIALIZABLE"):
            continue
        client = context.resolve(fact.client) if fact.client else ""
        if fact.client and not is_redis(client) and not (is_django_cache(client) and fact.kind == "write"):
            continue
        if fact.handler and not routes_of(context.index, fact.handler):
            continue
        variant = "computed" if fact.is_computed else ""
        yield context.find(
            fact.anchor,
            fact.message,
            variant=variant,
            data={
                "kind": fact.kind if not is_django_cache(client) else "cache",
                "model": context.resolve(model, path) if fact.loader and model else "",
            },
        )


def _is_active(context: JoinContext, model: str) -> bool:
    """Whether a class is a model of peewee's or Tortoise's."""
    return any(
        base.startswith(("peewee.", "playhouse.", "tortoise.")) for base in mro(context.index, model)[0]
    )


def _is_unlocked_row(context: JoinContext, model: str) -> bool:
    """Whether a class is a model of Django's, and nobody locks rows of it before calling their methods."""
    names = mro(context.index, model)[0]
    if not any(base.startswith("django.db.models.") for base in names):
        return False
    lasts = {name.rpartition(".")[2] for name in names}
    return not any(
        context.index.get(LockedModel, name) for name in lasts | {n.removeprefix("Abstract") for n in lasts}
    )


def _is_versioned(context: JoinContext, model: str) -> bool:
    return any(context.index.get(VersionedModel, name) for name in mro(context.index, model)[0])


# -- fix ---------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    kind = finding.data["kind"]
    if kind == "row":
        update = next(
            (one for one in stale_updates(context.file) if one.node.start_byte == context.span.start), None
        )
        if update is not None:
            yield from _mend_row(context, update, finding.data["model"])
    elif kind in ("write", "once"):
        yield from _mend_key(context, kind)
    elif kind == "sql":
        edits = atomic_sql(context.file, context.span)
        if edits:
            yield context.fix("Let the database work it out", "suggested", edits)


def _mend_row(context: FixContext, update: StaleUpdate, model: str) -> Iterator[Fix]:
    expression = _expression(context, update, model)
    if expression is not None:
        edits = fitted(context.file, replace_node(update.node, expression), context.read("pyproject.toml"))
        atomic = context.fix(f"Let the database work out {update.attribute}", "suggested", edits)
    locked = locked_while_read(context, update.load, update.node) if update.load is not None else []
    if expression is not None and not update.is_tested:
        yield atomic
    if locked:
        edits = fitted(context.file, locked, context.read("pyproject.toml"))
        yield context.fix("Lock the row while it is read", "suggested", edits)
    if expression is not None and update.is_tested:
        yield atomic


def _expression(context: FixContext, update: StaleUpdate, model: str) -> str | None:
    """The assignment with the arithmetic done by the database; None where it is no plain arithmetic.

    `model` is the symbol of the row's class where a function gives the row.
    """
    node, target = update.node, update.target
    value = node.child_by_field_name("right")
    if update.derivation != "number" or value is None:
        return None
    written = text_of(target)
    if node.type == "augmented_assignment":
        operator = text_of(node.children[1]).removesuffix("=")
        operand = text_of(value)
        if value.type in ("binary_operator", "conditional_expression", "boolean_operator"):
            operand = f"({operand})"
        column = _column(context, update, model)
        return f"{written} = {column} {operator} {operand}" if column else None
    value = unparenthesised(value)
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    if value.type != "binary_operator" or left is None or right is None:
        return None
    operator = text_of(value.child_by_field_name("operator") or value)
    if written not in (text_of(left), text_of(right)):
        return None
    column = _column(context, update, model)
    if not column:
        return None
    if text_of(left) == written and written not in text_of(right):
        return f"{written} = {column} {operator} {text_of(right)}"
    if text_of(right) == written and written not in text_of(left):
        return f"{written} = {text_of(left)} {operator} {column}"
    return None


def _column(context: FixContext, update: StaleUpdate, symbol: str) -> str:
    load = update.load
    if load is None:
        return _column_of_class(context, symbol, update)
    model = context.resolve(context.file.symbol(load.model) or "") if load.style == "active" else ""
    is_tortoise = (
        any(base.startswith("tortoise.") for base in mro(context.index, model)[0]) if model else False
    )
    if load.style in ("django", "own") or is_tortoise:
        module = "tortoise.expressions" if is_tortoise else "django.db.models"
        name = context.imports().need(module, "F", at=update.node.start_byte)
        return f'{name}("{update.attribute}")'
    return f"{text_of(load.model)}.{update.attribute}"


def _column_of_class(context: FixContext, symbol: str, update: StaleUpdate) -> str:
    """The column as an attribute of a class of SQLAlchemy's; empty where the class is none of its own."""
    found = class_at(context.index, symbol)
    other = context.open(found[0]) if found is not None else None
    if other is None or not is_mapped(context.index, symbol):
        return ""
    module = written_module(context.index, other, context.file)
    name = context.imports().need(module, symbol.rpartition(".")[2], at=update.node.start_byte)
    return f"{name}.{update.attribute}"


def _mend_key(context: FixContext, kind: str) -> Iterator[Fix]:
    stale = next((one for one in stale_keys(context.file) if one.node.start_byte == context.span.start), None)
    if stale is None:
        return
    if kind == "once":
        function = callee_of(stale.read)
        method = function.child_by_field_name("attribute") if function is not None else None
        removal = statement_of(stale.node)
        if method is None or text_of(method) != "get" or removal.type != "expression_statement":
            return
        edits = [*replace_node(method, "getdel"), *remove_statement(context.file, removal)]
        yield context.fix("Read and delete the key by one command", "suggested", edits)
        return
    yield from _count(context, stale.read, stale.node)


def _count(context: FixContext, read: Node, write: Node) -> Iterator[Fix]:
    """A counter that is read, raised and written becomes one command."""
    arguments = arguments_of(write)
    function = callee_of(write)
    owner = function.child_by_field_name("object") if function is not None else None
    is_field = text_of(function).endswith(".hset") if function is not None else False
    n_given = 3 if is_field else 2
    if owner is None or len(arguments.positional) != n_given or arguments.keywords or arguments.list_unpacked:
        return
    value = unparenthesised(arguments.positional[-1])
    if value.type != "binary_operator" or statement_of(write).type != "expression_statement":
        return
    operator = text_of(value.child_by_field_name("operator") or value)
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    binding = statement_of(read)
    assignment = binding.named_children[0] if binding.named_children else binding
    name = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
    if left is None or right is None or name is None or operator not in ("+", "-"):
        return
    if text_of(left) != text_of(name) or right.type not in ("integer", "identifier"):
        return
    scope = local_scope(context.file, write)
    n_uses = len(list(mentions(context.file, scope, text_of(name)))) if scope is not None else 0
    command = "incr" if operator == "+" else "decr"
    amount = "" if text_of(right) == "1" else f", {text_of(right)}"
    given = text_of(arguments.positional[0])
    if is_field:
        sign = "" if operator == "+" else "-"
        command, given = "hincrby", f"{given}, {text_of(arguments.positional[1])}"
        amount = f", {sign}{text_of(right)}"
    edits = replace_node(write, f"{text_of(owner)}.{command}({given}{amount})")
    if n_uses == 2:
        edits = [*remove_statement(context.file, binding), *edits]
        yield context.fix("Count by one command", "suggested", edits)


ANALYZER = Analyzer(
    collect=_collect,
    join=_join,
    fix=_fix,
    joins=(LostUpdate,),
    literals=(
        *(
            b".commit(",
            b".flush(",
            b".save(",
            b".begin(",
            b"version_id_col",
            b"UPDATE ",
            b"update ",
            b".values(",
        ),
        *(b".one(", b".first(", b".get(", b".scalar", b"json.dump", b".hget(", b".asave(", b"SERIALIZABLE"),
        b"select_for_update",
    ),
)
