"""Loops: what is asked for each turn - an attribute of a row, a query, a request, a function that may ask.

It looks at the text of a loop first, and at nodes only where that names something of interest.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.function_effects import writes_in_statement
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.loops import (
    Loop,
    ends_with_first,
    is_constant,
    is_in_handler,
    is_in_inner_function,
    is_small,
    loops,
    names_of_turn,
    tries_alternatives,
)
from bugcatalog_ls.facts.queries import Query, is_class_like, method_name, read_query
from bugcatalog_ls.facts.row_queries import annotated_rows, rows_of
from bugcatalog_ls.facts.row_reads import MAKES
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    enclosing,
    string_value,
    text_of,
    walk,
)

_ASKING = frozenset(
    {"execute", "scalar", "scalars", "exec", "query", "get", "get_one", "fetchrow", "fetchval", "fetch"}
)
_OF_MANAGER = frozenset(
    {"get", "first", "last", "count", "exists", "aggregate", "latest", "earliest", "get_or_none"}
)
_STREAM = re.compile(
    r"stream|aiter|iter_lines|subscri|listen|websocket|consume|watch|queue|events\b", re.IGNORECASE
)
_BUILDING = frozenset({"exists", "aggregate", "latest", "earliest", "last"})
_RUNNING = frozenset(
    {"all", "first", "one", "one_or_none", "scalar", "scalars", "count", "get", "scalar_one"}
)
_FROM_HOLE = re.compile(r"\bfrom\s+[\"'`\[]*\{", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_SQL = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_CALL = re.compile(rb"(await\s+)?([A-Za-z_][\w.]*)\s*\((?=\s*((?:self\.)?_?(?:session|db|conn|cur|client))?)")
_CHANGES = re.compile(
    rb"\.(?:commit|rollback|add|add_all|delete|flush|begin|begin_nested|merge|save|bulk_create)\("
    rb"|\.(?:delete|remove|update|add|create|save|insert|upsert)_\w+\(|\b(?:update|insert|delete)\("
    rb"|\b(?:INSERT|UPDATE|DELETE)\b|with_for_update|select_for_update"
)
_TABLES = re.compile(r"table|source|plan|clause|dialect")
_VERBS = frozenset({"post", "put", "patch", "delete", "head", "request", "urlopen"})
_MAY_ASK = re.compile(
    r"_?(?:get|fetch|load|find|query|lookup|look_up|count|list|request|call|retrieve|resolve|read|is|has|check"
    r"|download|send|post|sync|refresh|calculate|compute|to_dict|serialize|enrich)(?:_|$)"
)
_BATCH = re.compile(r"batch|chunk|page|group|window|attempt|retry", re.IGNORECASE)
_FANNED = frozenset(
    {"gather", "create_task", "ensure_future", "as_completed", "submit", "start_soon", "map", "wait"}
)


class RowAccess(Fact, frozen=True):
    """An attribute of a row that a loop over a query reads. `entity` is the symbol of the row's class;
    `loaded` are the names that the query loads with its rows; `library` whose query it is, `annotated`
    where the rows are a parameter's and only its type tells of them."""

    path: str
    anchor: str
    entity: str
    attribute: str
    library: str
    loaded: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


class LoopCall(Fact, frozen=True):
    """A call for each turn of a loop. `kind`: `query` where the call itself says so, `request`,
    or `call` of a function that may ask. `waited`: nothing else runs until it has answered.
    `changes`: the loop changes something, or goes over constants, so that it has to go one by one."""

    path: str
    anchor: str
    symbol: str
    kind: str
    written: str
    gathered: bool
    waited: bool
    changes: bool

    @property
    def key(self) -> str:
        return self.path


class RowHandedOn(Fact, frozen=True):
    """A row of a loop over a query that a function of the workspace is given (as its n-th argument), or
    whose own method is called (`position` is -1)."""

    path: str
    anchor: str
    entity: str
    function: str
    position: int
    loaded: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path) or "migration" in file.path or b"down_revision" in file.source.data:
        return
    seen: set[int] = set()
    for loop in loops(file):
        text = file.source.data[loop.body.start : loop.body.end]
        if b"." not in text and b"(" not in text:
            continue
        over = text_of(loop.over)[:200]
        if _STREAM.search(over) or _is_batch(loop, over) or is_small(file, loop.over):
            continue
        query = rows_of(file, loop.over)
        if query is not None and len(loop.names) == 1:
            _accesses(file, facts, loop, query)
            _handed_on(file, facts, loop, query)
        elif query is None and len(loop.names) == 1:
            entity = annotated_rows(file, loop.over)
            if entity is not None and not _are_new(loop):
                _accesses_of(file, facts, loop, entity, "annotated", ())
        _calls(file, facts, loop, seen)


def _is_batch(loop: Loop, over: str) -> bool:
    """Whether a loop goes over lots, attempts or pages; the rows of one page are rows."""
    if over.endswith(".items") and "paginate(" in over:
        return _BATCH.search(loop.name) is not None
    return _BATCH.search(f"{loop.name} {over[:60]}") is not None


VOCABULARY = Vocabulary(_collect, (b" for ", b"\nfor "))


# -- attributes of rows --------------------------------------------------------------------------------


def _accesses(file: PyFile, facts: Facts, loop: Loop, query: Query) -> None:
    if query.has("union", "union_all") or _has_unknown_options(query):
        return
    entity = query.entities[0]
    symbol = file.symbol(entity)
    if symbol is None:
        return
    _accesses_of(file, facts, loop, symbol, query.library, tuple(sorted(_loaded(query))))


def _are_new(loop: Loop) -> bool:
    """Whether the rows that a function is given are yet to be written: these load nothing."""
    function = enclosing(loop.node, "function_definition")
    text = (function.text or b"") if function is not None else b""
    name, over = re.escape(loop.name.encode()), re.escape(text_of(loop.over)[:200].encode())
    new = rb"\.(?:add|add_all|bulk_save_objects)\(\s*(?:%s|%s)\b|_to_(?:insert|add|create)\.append\(\s*%s\b"
    return re.search(new % (name, over, name), text) is not None


def _accesses_of(
    file: PyFile, facts: Facts, loop: Loop, symbol: str, library: str, loaded: tuple[str, ...]
) -> None:
    text = file.source.data[loop.body.start : loop.body.end]
    seen: set[bytes] = set()
    for match in re.finditer(rb"\b%s\.(\w+)\b(?!\s*(?:\(|=[^=]))" % re.escape(loop.name.encode()), text):
        attribute = match.group(1)
        if attribute in seen or attribute.startswith(b"_"):
            continue
        start = loop.body.start + match.start()
        node = file.root.named_descendant_for_byte_range(start, start + 1)
        if (
            node is None
            or node.type != "identifier"
            or node.parent is None
            or node.parent.type != "attribute"
        ):
            continue
        if node.start_byte != start or text_of(node) != loop.name:
            continue
        seen.add(attribute)
        place = node.parent
        name = f"row {file.qualname_at(place.start_byte)} {loop.name}.{attribute.decode()}"
        facts.add(
            RowAccess(file.path, facts.anchor(name, place), symbol, attribute.decode(), library, loaded)
        )


def _handed_on(file: PyFile, facts: Facts, loop: Loop, query: Query) -> None:
    """Calls that make something of a row: `to_dict(row)`, `row.to_dict()`."""
    symbol = file.symbol(query.entities[0])
    if symbol is None or query.library == "django" or _has_unknown_options(query):
        return
    text = file.source.data[loop.body.start : loop.body.end]
    name = re.escape(loop.name.encode())
    for match in re.finditer(rb"([\w.]+)\(\s*%s\s*[,)]|\b%s\.(\w+)\(" % (name, name), text):
        is_method = match.group(2) is not None
        written = match.group(2) if is_method else match.group(1).rpartition(b".")[2]
        if MAKES.search(written.decode("utf-8", "replace")) is None:
            continue
        start = loop.body.start + match.start() if is_method else loop.body.start + match.start(1)
        callee = match.group().partition(b"(")[0]
        call = _call_at(file, start, callee)
        function = file.callee(call) if call is not None and not is_method else None
        if call is None or (function is None and not is_method):
            continue
        function = f"{symbol}.{written.decode()}" if is_method else function or ""
        anchor = facts.anchor(f"handed {file.qualname_at(start)} {callee.decode('utf-8', 'replace')}", call)
        loaded = tuple(sorted(_loaded(query)))
        facts.add(RowHandedOn(file.path, anchor, symbol, function, -1 if is_method else 0, loaded))


def _has_unknown_options(query: Query) -> bool:
    return any(
        arguments_of(call).list_unpacked
        or any(
            node.type == "identifier" and not is_class_like(node) for node in arguments_of(call).positional
        )
        for call in query.calls("options")
    )


def _loaded(query: Query) -> set[str]:
    """The names that a query says to load with its rows."""
    found: set[str] = set()
    for call in query.calls("options", "select_related", "prefetch_related"):
        for node in walk(call):
            if node.type == "attribute":
                found.add(text_of(node).rpartition(".")[2])
            elif node.type == "string" and (text := string_value(node)) is not None:
                found.update(text.split("__"))
        if method_name(call) == "select_related" and not arguments_of(call).positional:
            found.add("*")
    return found


# -- calls -----------------------------------------------------------------------------------------------


def _calls(file: PyFile, facts: Facts, loop: Loop, seen: set[int]) -> None:
    text = file.source.data[loop.body.start : loop.body.end]
    mentions = None
    for match in _CALL.finditer(text):
        name = match.group(2).rpartition(b".")[2]
        word = name.decode("utf-8", "replace")
        kind = "query" if word in _ASKING or word in _OF_MANAGER else "call"
        is_near = match.group(1) or match.group(3) or match.group(2).startswith(b"self.")
        if kind == "call" and not is_near and not _may_ask(file, word):
            continue
        start = loop.body.start + match.start(2)
        call = _call_at(file, start, match.group(2))
        if call is None or call.id in seen:
            continue
        if mentions is None:
            mentions = names_of_turn(file, loop)
        if (
            not _uses(call, mentions)
            or is_in_inner_function(call, loop.node)
            or is_in_handler(call, loop.node)
            or ends_with_first(loop, call)
            or _is_returned(call, loop.node)
        ):
            continue
        fact = _call_fact(file, facts, loop, call)
        # What is changed one by one is read one by one, too; constants are no rows.
        if fact is None:
            continue
        if fact.kind == "query" and fact.changes:
            continue
        may_end = b"break" in text or b"return" in text
        if fact.kind != "query" and may_end and tries_alternatives(loop):
            continue
        seen.add(call.id)
        facts.add(fact)


def _is_returned(call: Node, loop: Node) -> bool:
    """Whether a call is made on the way out of the loop, once."""
    for parent in ancestors(call):
        if parent.id == loop.id:
            return False
        if parent.type in ("return_statement", "raise_statement"):
            return True
    return False


def _may_ask(file: PyFile, name: str) -> bool:
    """Whether a function may ask for something, by its name, or because it is one of the file's own."""
    if name in _VERBS or _MAY_ASK.match(name) is not None:
        return True
    return any(binding.kind == "function" for binding in file.scopes.module.bindings.get(name, ()))


def _call_fact(file: PyFile, facts: Facts, loop: Loop, call: Node) -> LoopCall | None:
    callee = callee_of(call)
    if callee is None:
        return None
    symbol = file.symbol(callee) or ""
    name = method_name(call)
    kind = "call"
    if _asks_database(file, call, name):
        kind = "query"
    elif http_call(symbol) is not None:
        kind = "request"
    elif (
        not symbol
        or symbol.startswith(("builtins.", "super(", "logging.", "os.", "re.", "json."))
        or "[]" in symbol
    ):
        return None
    written = text_of(callee).split("\n")[0]
    written = written if len(written) <= 40 else name
    anchor = facts.anchor(f"loop {file.qualname_at(call.start_byte)} {written}", call)
    text = file.source.data[loop.body.start : loop.body.end]
    is_of_tables = any(_TABLES.search(name) is not None for name in loop.names)
    changes = is_of_tables or _CHANGES.search(text) is not None or is_constant(loop.over)
    is_gathered, is_waited = _is_gathered(call, loop.node), _is_waited(call)
    return LoopCall(file.path, anchor, symbol, kind, written, is_gathered, is_waited, changes)


def _call_at(file: PyFile, start: int, name: bytes) -> Node | None:
    """The call whose callee, as far as it is a dotted name, stands at an offset."""
    node = file.root.named_descendant_for_byte_range(start, start + len(name))
    while node is not None and node.type in ("identifier", "attribute"):
        parent = node.parent
        if node.end_byte != start + len(name) or parent is None:
            return None
        if parent.type == "call":
            return parent if callee_of(parent) == node else None
        node = parent if parent.type == "attribute" else None
    return None


def _asks_database(file: PyFile, call: Node, name: str) -> bool:
    """Whether a call is a query by what it is given: a statement, a model and a key, SQL that selects."""
    callee = callee_of(call)
    if callee is None or callee.type != "attribute":
        return False
    positional = arguments_of(call).positional
    owner = callee.child_by_field_name("object")
    if name in ("get", "get_one") and len(positional) > 1 and _is_class(positional[0]):
        return True
    if name in _OF_MANAGER and owner is not None:
        query = read_query(file, owner)
        if query is None or _is_batched(call):
            return False
        # What `session.query(…)` begins is told by its beginning.
        is_property = query.library == "query" and query.roots[0].type == "attribute"
        return query.library == "django" or (is_property and name not in _BUILDING)
    if name == "query":
        whole = _whole(call)
        runs = method_name(whole) in _RUNNING or _is_iterated(whole)
        return bool(positional) and is_class_like(positional[0]) and runs and not _is_batched(whole)
    if name not in _ASKING or not positional or writes_in_statement(file, call):
        return False
    if _is_batched(call):
        return False
    statement = positional[0]
    inner = arguments_of(statement).positional if statement.type == "call" else ()
    sql = string_value(statement) or (string_value(inner[0]) if inner else None)
    if sql is None and statement.type == "string":
        sql = text_of(statement).lstrip("frFR'\"")
    if sql is not None:
        asks_rows = _SQL.match(sql) is not None and _FROM.search(sql) is not None
        return asks_rows and name != "get" and _FROM_HOLE.search(sql) is None
    query = read_query(file, statement)
    return query is not None and _is_of_rows(query) and not any(_is_batched(part) for _, part in query.parts)


def _is_of_rows(query: Query) -> bool:
    """Whether a query names what it is of; a loop over tables asks each of them once."""
    named = [
        *query.entities,
        *(arg for each in query.calls("select_from") for arg in arguments_of(each).positional),
    ]
    if any(is_class_like(each) for each in named):
        return True
    # `select(func.count()).where(Task.project_id == project.id)`
    return any(
        is_class_like(owner)
        for each in query.calls("where", "filter")
        for node in walk(each)
        if node.type == "attribute" and (owner := node.child_by_field_name("object")) is not None
    )


def _is_iterated(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type not in ("for_statement", "for_in_clause"):
        return False
    right = parent.child_by_field_name("right")
    return right is not None and right.id == node.id


def _is_class(node: Node) -> bool:
    last = text_of(node).rpartition(".")[2]
    return node.type in ("identifier", "attribute") and last[:1].isupper() and not last.isupper()


def _whole(call: Node) -> Node:
    """The chain of calls that a call begins."""
    top = call
    for parent in ancestors(call):
        if parent.type not in ("attribute", "call"):
            break
        if parent.type == "call" and parent.start_byte != call.start_byte:
            break
        top = parent
    return top


def _is_batched(node: Node) -> bool:
    return re.search(rb"\.in_\(|__in\b|ANY\(", node.text or b"") is not None


def _uses(call: Node, names: set[str]) -> bool:
    """Whether a call, or the chain that it begins, is given something of the turn."""
    words = set(re.findall(r"[^\W\d]\w*", text_of(_whole(call))))
    return bool(names & words)


def _is_waited(call: Node) -> bool:
    """Whether a call is awaited, entered with `with`, or used on the spot."""
    parent = call.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    return parent is not None and parent.type in ("await", "with_item", "as_pattern", "attribute")


def _is_gathered(call: Node, loop: Node) -> bool:
    for parent in ancestors(call):
        if parent.type == "call" and method_name(parent) in _FANNED:
            return True
        if parent.type in ("function_definition", "lambda"):
            return False
    return False
