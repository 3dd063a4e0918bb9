"""Edits that bring writes into one transaction: around them, by their helper, or at the connection."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit
from bugcatalog_ls.facts.active_writes import held_by, separate_writes
from bugcatalog_ls.facts.driver_writes import bare_writes
from bugcatalog_ls.facts.resolve import function_at, mro
from bugcatalog_ls.syntax.edits import add_keyword, remove_keyword, replace_node
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    body_of,
    called_name,
    callee_of,
    enclosing,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import (
    insert_after,
    insert_before,
    remove_statement,
    replace_statement,
    wrap,
)
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import Span, TextEdit


def in_one_transaction(context: FixContext) -> tuple[list[TextEdit], str]:
    """The writes of rows that save themselves, inside of `atomic()`; and what that is called."""
    file = context.file
    pair = next(
        (each for each in separate_writes(file) if each.first.node.start_byte == context.span.start), None
    )
    held = held_by(pair.first.node, pair.last.node) if pair is not None else None
    if pair is None or held is None:
        return [], ""
    model = file.symbol(pair.first.model) or ""
    bases = mro(context.index, context.resolve(model))[0]
    if any(base.startswith(("peewee.", "playhouse.")) for base in bases):
        return wrap(
            file, *held, f"with {_database(context, text_of(pair.first.model))}.atomic():"
        ), "transaction"
    function = enclosing(pair.first.node, "function_definition")
    if function is not None and function.children[0].type == "async":
        # Django has no transaction for what is awaited.
        return [], ""
    name = context.imports().need("django.db", "transaction", at=pair.first.node.start_byte)
    return wrap(file, *held, f"with {name}.atomic():"), "transaction"


def _database(context: FixContext, model: str) -> str:
    """The name of peewee's database in this file, else the model's own."""
    module = context.file.scopes.module
    for name, bindings in module.bindings.items():
        symbols = [context.file.names.binding_symbol(binding, module) for binding in bindings]
        resolved = [context.resolve(symbol) for symbol in symbols if symbol is not None]
        if any(
            each.startswith(("peewee.", "playhouse.")) and each.endswith("Database()") for each in resolved
        ):
            return name
    return f"{model}._meta.database"


def without_autocommit(context: FixContext, connection: str) -> list[TextEdit]:
    """The writes of a driver's connection in one transaction instead of one each."""
    file = context.file
    write = next((each for each in bare_writes(file) if each.node.start_byte == context.span.start), None)
    held = held_by(write.node, write.last) if write is not None else None
    function = enclosing(write.node, "function_definition") if write is not None else None
    if write is None or held is None or function is None:
        return []
    made = next(
        (
            binding.value
            for binding in file.scopes.at(write.node.start_byte).bindings.get(connection, ())
            if binding.value is not None
        ),
        None,
    )
    while made is not None and made.type == "await" and made.named_children:
        made = made.named_children[0]
    if made is not None and made.type == "call" and called_name(made) in ("closing", "aclosing"):
        made = next(iter(arguments_of(made).positional), None)
    library = (file.callee(made) or "").partition(".")[0] if made is not None and made.type == "call" else ""
    if made is None:
        # A parameter says by its type whose it is.
        owner = callee_of(write.node)
        owner = owner.child_by_field_name("object") if owner is not None else None
        library = (file.symbol(owner) or "").partition(".")[0] if owner is not None else ""
        library = library if library in ("psycopg", "asyncpg", "sqlite3", "aiosqlite") else ""
    elif made.type == "attribute":
        library = (file.symbol(made) or "").partition(".")[0]
    is_awaited = statement_of(write.node).named_children and "await " in text_of(statement_of(write.node))
    if library in ("psycopg", "asyncpg"):
        return wrap(file, *held, f"{'async ' if is_awaited else ''}with {connection}.transaction():")
    if library == "psycopg2":
        turned_on = [
            node
            for node in walk(function)
            if node.type == "assignment" and text_of(node) == f"{connection}.autocommit = True"
        ]
        right = turned_on[0].child_by_field_name("right") if len(turned_on) == 1 else None
        if right is None:
            return []
        return [*replace_node(right, "False"), *wrap(file, *held, f"with {connection}:")]
    if library in ("sqlite3", "aiosqlite") and (made is None or made.type != "call"):
        return _begun_by_hand(context, held, connection, is_async=library == "aiosqlite")
    if made is None or made.type != "call":
        return []
    if library == "sqlite3" and "isolation_level" in arguments_of(made).keywords:
        removed = remove_keyword(file, made, "isolation_level")
        return [*removed, *wrap(file, *held, f"with {connection}:")]
    footer = f"except Exception:\n    {connection}.rollback()\n    raise\nelse:\n    {connection}.commit()"
    wrapped = wrap(file, *held, "try:", footer)
    if "autocommit" in arguments_of(made).keywords:
        return [*remove_keyword(file, made, "autocommit"), *wrapped]
    # MySQLdb and PyMySQL begin with a transaction open, and turn that off by a call.
    turned_on = [
        node
        for node in walk(function)
        if node.type == "call" and text_of(node) == f"{connection}.autocommit(True)"
    ]
    is_statement = len(turned_on) == 1 and statement_of(turned_on[0]).named_children == turned_on
    if library not in ("MySQLdb", "pymysql") or not is_statement:
        return []
    return [*remove_statement(file, turned_on[0]), *wrapped]


def _begun_by_hand(
    context: FixContext, held: tuple[Node, Node], connection: str, *, is_async: bool
) -> list[TextEdit]:
    """The writes of a connection that others share, who count on each statement being committed."""
    begin = f'{connection}.execute("BEGIN")'
    if is_async:
        footer = (
            f"except Exception:\n    await {connection}.rollback()\n    raise\n"
            f"else:\n    await {connection}.commit()"
        )
        return wrap(context.file, *held, f"await {begin}\ntry:", footer)
    block = held[0].parent
    around = block.parent if block is not None else None
    if around is not None and text_of(around).startswith(f"with {connection}:"):
        return insert_before(context.file, held[0], begin)
    return wrap(context.file, *held, f"{begin}\nwith {connection}:")


def commit_behind_loop(context: FixContext) -> list[TextEdit]:
    """The commit of each turn of a loop, once behind it."""
    commit = statement_of(context.node)
    loop = next((parent for parent in ancestors(commit) if parent.type == "for_statement"), None)
    if not text_of(commit).endswith(".commit()"):
        return []
    if loop is None or commit.type != "expression_statement" or len(body_of(loop)) < 2:
        return []
    if commit.parent is None or commit.parent.parent != loop:
        return []
    if any(node.type in ("return_statement", "yield") for node in walk(loop)):
        # What leaves the function from within would leave without the commit.
        return []
    if body_of(loop)[-1] == commit:
        # The last line of the loop becomes the first behind it.
        rows = context.file.source.lines
        start = rows.starts[rows.row_of(commit.start_byte)]
        return [TextEdit(Span(start, commit.start_byte), context.file.source.indent_at(loop.start_byte))]
    moved = insert_after(context.file, loop, text_of(commit))
    return [*remove_statement(context.file, commit), *moved]


def commit_later(context: FixContext, commit: Node, session: str) -> list[TextEdit]:
    """The commit of a session, put behind that of the other one."""
    function = enclosing(commit, "function_definition")
    block = statement_of(commit).parent
    if function is None or block is None:
        return []
    others = [
        child
        for child in block.named_children
        if child.start_byte > commit.start_byte
        and child.type == "expression_statement"
        and text_of(child).endswith(".commit()")
    ]
    return insert_after(context.file, others[-1], text_of(statement_of(commit))) if others else []


def commit_on_demand(context: FixContext, call: Node) -> list[TextEdit | Edit]:
    """A parameter by which a caller keeps a function from committing; given here."""
    callee = context.file.callee(call)
    symbol = context.resolve(callee).replace("()", "") if callee is not None else ""
    found = function_at(context.index, symbol)
    file = context.open(found[0]) if found is not None else None
    if found is not None and found[0] == context.file.path:
        file = context.file
    if file is None:
        return []
    definition = next((each.node for each in file.functions if each.symbol == symbol), None)
    parameters = definition.child_by_field_name("parameters") if definition is not None else None
    if definition is None or parameters is None or "**" in text_of(parameters):
        return []
    commits = [
        node
        for node in walk(definition)
        if node.type == "call"
        and text_of(callee_of(node) or node).endswith(".commit")
        and not arguments_of(node).positional
    ]
    names = {text_of(node) for node in walk(parameters) if node.type == "identifier"}
    if len(commits) != 1 or "commit" in names or not parameters.named_children or not body_of(definition):
        return []
    statement = statement_of(commits[0])
    if statement.type != "expression_statement":
        return []
    written = text_of(statement)
    flushed = written.replace(".commit()", ".flush()")
    given = parameters.named_children
    is_keyword_only = any(node.type in ("keyword_separator", "list_splat_pattern") for node in given)
    added = ", commit: bool = True" if is_keyword_only else ", *, commit: bool = True"
    end = given[-1].end_byte
    edits = [
        TextEdit(Span(end, end), added),
        *replace_statement(file, statement, f"if commit:\n    {written}\nelse:\n    {flushed}"),
    ]
    settings = context.read("pyproject.toml")
    own = add_keyword(context.file, call, "commit", "False")
    if file.path == context.file.path:
        return list[TextEdit | Edit](fitted(file, [*edits, *own], settings))
    return [
        *(Edit(file.path, edit.span, edit.content) for edit in fitted(file, edits, settings)),
        *fitted(context.file, own, settings),
    ]
