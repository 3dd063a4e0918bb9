"""Rows in a loop over a query: which attributes are read of them, and which functions are given them."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.loops import Loop, call_at, is_in_handler, is_last_of_loop
from bugcatalog_ls.facts.queries import Query, is_class_like, method_name
from bugcatalog_ls.facts.row_reads import MAKES
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, enclosing, string_value, text_of, walk

_RELATED_CHANGES = frozenset(
    {"add", "remove", "set", "clear", "create", "bulk_create", "update"}
    | {"aadd", "aremove", "aset", "aclear", "acreate", "aupdate"}
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


class RowHandedOn(Fact, frozen=True):
    """A row of a loop over a query that a function of the workspace is given (as its n-th argument), or
    whose own method is called (`position` is -1). `given` are the keywords, and the places as text, of
    what else it is given; `*` where that is not known."""

    path: str
    anchor: str
    entity: str
    function: str
    position: int
    loaded: tuple[str, ...]
    given: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.path


# What moves related rows of a row of its own asks for them one by one, too.
_MOVES = rb"\b%s\.\w+\.(?:add|remove|set|clear|aadd|aremove|aset|aclear)\("


def note_queried_rows(file: PyFile, facts: Facts, loop: Loop, query: Query) -> None:
    """Add what a loop over a query reads of its rows, and what it gives them to."""
    symbol = file.symbol(query.entities[0])
    if symbol is None or _has_unknown_options(query):
        return
    loaded = tuple(sorted(_loaded(query)))
    if not query.has("union", "union_all"):
        _note_reads(file, facts, loop, symbol, query.library, loaded)
    if query.library != "django":
        _note_handed_on(file, facts, loop, symbol, loaded)


def note_annotated_rows(file: PyFile, facts: Facts, loop: Loop, entity: str) -> None:
    """Add what a loop reads of rows that its function is given, unless these are yet to be written."""
    if not _are_new(loop):
        _note_reads(file, facts, loop, entity, "annotated", ())


def _are_new(loop: Loop) -> bool:
    """Whether the rows of a loop are yet to be written: these load nothing."""
    function = enclosing(loop.node, "function_definition")
    text = (function.text or b"") if function is not None else b""
    name, over = re.escape(loop.name.encode()), re.escape(text_of(loop.over)[:200].encode())
    new = rb"\.(?:add|add_all|bulk_save_objects)\(\s*(?:%s|%s)\b|_to_(?:insert|add|create)\.append\(\s*%s\b"
    return re.search(new % (name, over, name), text) is not None


def _note_reads(
    file: PyFile, facts: Facts, loop: Loop, symbol: str, library: str, loaded: tuple[str, ...]
) -> None:
    text = file.source.data[loop.body.start : loop.body.end]
    if library == "django" and re.search(_MOVES % re.escape(loop.name.encode()), text) is not None:
        return
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
        place = node.parent
        if is_in_handler(place, loop.node) or is_last_of_loop(place, loop.node):
            # Read once at the most, where a turn fails or the loop ends.
            continue
        if _is_combined(place) or (library == "django" and _is_changed(place)):
            continue
        seen.add(attribute)
        name = f"row {file.qualname_at(place.start_byte)} {loop.name}.{attribute.decode()}"
        facts.add(
            RowAccess(file.path, facts.anchor(name, place), symbol, attribute.decode(), library, loaded)
        )


def _is_combined(place: Node) -> bool:
    """Whether a set of related rows only becomes a part of a larger query: `found |= row.tags.all()`."""
    top = place
    while top.parent is not None and top.parent.type in ("attribute", "call"):
        top = top.parent
    parent = top.parent
    if top.id == place.id or parent is None or parent.type not in ("augmented_assignment", "binary_operator"):
        return False
    operator = parent.child_by_field_name("operator")
    return operator is not None and text_of(operator).rstrip("=") in ("|", "&", "^")


def _is_changed(place: Node) -> bool:
    """Whether related rows are only added or taken away: `row.tags.remove(tag)` loads none."""
    method = place.parent
    called = method.parent if method is not None and method.type == "attribute" else None
    if method is None or called is None or called.type != "call":
        return False
    return text_of(method).rpartition(".")[2] in _RELATED_CHANGES


def _note_handed_on(file: PyFile, facts: Facts, loop: Loop, symbol: str, loaded: tuple[str, ...]) -> None:
    """Calls that make something of a row: `to_dict(row)`, `row.to_dict()`."""
    text = file.source.data[loop.body.start : loop.body.end]
    name = re.escape(loop.name.encode())
    for match in re.finditer(rb"([\w.]+)\(\s*%s\s*[,)]|\b%s\.(\w+)\(" % (name, name), text):
        is_method = match.group(2) is not None
        written = match.group(2) if is_method else match.group(1).rpartition(b".")[2]
        if MAKES.search(written.decode("utf-8", "replace")) is None:
            continue
        start = loop.body.start + match.start() if is_method else loop.body.start + match.start(1)
        callee = match.group().partition(b"(")[0]
        call = call_at(file, start, callee)
        function = file.callee(call) if call is not None and not is_method else None
        if call is None or (function is None and not is_method):
            continue
        function = f"{symbol}.{written.decode()}" if is_method else function or ""
        anchor = facts.anchor(f"handed {file.qualname_at(start)} {callee.decode('utf-8', 'replace')}", call)
        position, given = -1 if is_method else 0, _given(call, n_first=1 if is_method else 0)
        facts.add(RowHandedOn(file.path, anchor, symbol, function, position, loaded, given))


def _given(call: Node, n_first: int) -> tuple[str, ...]:
    """The keywords and places of what a call gives and is not plainly off; places count from the row."""
    arguments = arguments_of(call)
    if arguments.dict_unpacked or arguments.list_unpacked:
        return ("*",)
    places = [
        str(n) for n, value in enumerate(arguments.positional, n_first) if value.type not in ("false", "none")
    ]
    keywords = [name for name, value in arguments.keywords.items() if value.type not in ("false", "none")]
    return (*places, *keywords)


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
