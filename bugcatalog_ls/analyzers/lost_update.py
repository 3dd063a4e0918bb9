"""BC302: a value worked out from one that was read before, and written back with no lock or version."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.column_arithmetic_edits import computed_by_database, read_again
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.redis_command_fixes import as_one_command
from bugcatalog_ls.analysis.row_lock_edits import locked_while_read, read_again_locked
from bugcatalog_ls.analysis.statement_value_edits import (
    atomic_statement,
    is_old_value_tested,
    locked_statement,
)
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.atomic_sql import atomic_sql
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.locking_sql import is_better_locked, locking_sql
from bugcatalog_ls.facts.relationships import is_private, leads_to_rows
from bugcatalog_ls.facts.resolve import function_at, mro
from bugcatalog_ls.facts.row_loaders import RowLoader, row_loaders
from bugcatalog_ls.facts.row_protection import collect_protection, is_isolated, is_unlocked_row, is_versioned
from bugcatalog_ls.facts.stale_files import stale_files
from bugcatalog_ls.facts.stale_keys import is_django_cache, is_redis, stale_keys
from bugcatalog_ls.facts.stale_sql import StaleSql, stale_sql
from bugcatalog_ls.facts.stale_statements import StaleStatement, stale_statements
from bugcatalog_ls.facts.stale_updates import StaleUpdate, stale_updates
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.wrapping import fitted

# What stands in a file with rows, with the end of a transaction, with commands of Redis.
_UPDATES = Words(b"UPDATE", b"update ")
_ROWS = Words(b"ession", b".objects", b".query", b"select(", b"db.get(", b"db.scalar")
_ENDS = Words(b".commit(", b".flush(", b".save(", b".asave(", b".begin(")
_COMMANDS = Words(b".set(", b".setex(", b".hset(", b".delete(", b".unlink(")
_MIGRATION = Words(b"def upgrade(", b"migrations.RunPython(")


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


def _collect(file: PyFile, facts: Facts) -> None:
    collect_protection(file, facts)
    if is_test_path(file.path) or file.holds(_MIGRATION):
        # Nobody else writes while a migration runs.
        return
    for loader in row_loaders(file) if file.holds(_ROWS) else ():
        facts.add(loader)
    for update in stale_updates(file) if file.holds(_ENDS) else ():
        written = text_of(update.target)
        facts.add(
            LostUpdate(
                path=file.path,
                anchor=facts.anchor(
                    f"update {file.qualname_at(update.node.start_byte)} {written}", update.node
                ),
                kind="row",
                message=f"{written} is worked out from a value that another request may change meanwhile",
                model=(file.symbol(update.load.model) or "") if update.load is not None else "",
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
    for stale in stale_sql(file) if file.holds(_UPDATES) else ():
        message = f"{stale.table}.{stale.column} is set to a value worked out from an earlier SELECT of it"
        anchor = facts.anchor(f"sql {file.qualname_at(stale.node.start_byte)}", stale.node)
        facts.add(LostUpdate(file.path, anchor, "sql", message, "", "", "", False))
    for key in stale_keys(file) if file.holds(_COMMANDS) else ():
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


def _short(written: str) -> str:
    written = " ".join(written.split())
    return written if len(written) <= 40 else f"{written[:39]}…"


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
        if model and is_versioned(context.index, context.resolve(model, path)):
            continue
        if model and fact.attribute:
            owner = context.resolve(model, path)
            if leads_to_rows(context.index, owner, fact.attribute):
                continue
            if is_private(context.index, owner, fact.attribute):
                continue
        if fact.style == "own" and not is_unlocked_row(
            context.index, context.resolve(model, path).replace("()", "")
        ):
            continue
        if fact.style == "active" and not _is_active(context, context.resolve(model, path)):
            continue
        if fact.kind in ("row", "sql") and is_isolated(context.index):
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


# -- fix ---------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    kind = finding.data["kind"]
    if kind == "row":
        updates = list(stale_updates(context.file))
        update = next((one for one in updates if one.node.start_byte == context.span.start), None)
        if update is not None:
            # What is locked for one column is locked for the others.
            is_tested = any(one.is_tested and _is_same_row(one, update) for one in updates)
            yield from _mend_row(context, update._replace(is_tested=is_tested), finding.data["model"])
    elif kind in ("write", "once"):
        yield from as_one_command(context, kind)
    elif kind == "statement":
        statement = next(
            (one for one in stale_statements(context.file) if one.node.start_byte == context.span.start), None
        )
        if statement is not None:
            yield from _mend_statement(context, statement)
    elif kind == "sql":
        stale = next(
            (one for one in stale_sql(context.file) if one.node.start_byte == context.span.start), None
        )
        if stale is not None:
            yield from _mend_sql(context, stale)


def _mend_sql(context: FixContext, stale: StaleSql) -> Iterator[Fix]:
    mends = [
        ("Let the database work it out", atomic_sql(context.file, stale)),
        ("Lock the row while it is read", locking_sql(context.file, stale)),
    ]
    if is_better_locked(context.file, stale):
        mends.reverse()
    for title, edits in mends:
        if edits:
            yield context.fix(title, "suggested", edits)


def _is_same_row(one: StaleUpdate, other: StaleUpdate) -> bool:
    if one.load is None or other.load is None:
        return one.node.id == other.node.id
    return one.row == other.row and one.load.node.id == other.load.node.id


def _mend_statement(context: FixContext, stale: StaleStatement) -> Iterator[Fix]:
    mends = [
        ("Let the database work it out", atomic_statement),
        ("Lock the row while it is read", locked_statement),
    ]
    if is_old_value_tested(context.file, stale):
        mends.reverse()
    for title, edits_of in mends:
        # One by one: what a mend needs imported belongs to the next fix that is made.
        edits = edits_of(context, stale)
        if edits:
            yield context.fix(title, "suggested", fitted(context.file, edits, context.read("pyproject.toml")))


def _mend_row(context: FixContext, update: StaleUpdate, model: str) -> Iterator[Fix]:
    expression = computed_by_database(context, update, model)
    if expression is not None:
        edits = [*replace_node(update.node, expression), *read_again(context.file, update, expression)]
        edits = fitted(context.file, edits, context.read("pyproject.toml"))
        atomic = context.fix(f"Let the database work out {update.attribute}", "suggested", edits)
    if update.load is not None:
        locked = locked_while_read(context, update.load, update.node)
    else:
        locked = read_again_locked(context, update, model)
    if expression is not None and not update.is_tested:
        yield atomic
    if locked:
        edits = fitted(context.file, locked, context.read("pyproject.toml"))
        yield context.fix("Lock the row while it is read", "suggested", edits)
    if expression is not None and update.is_tested:
        yield atomic


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
