"""What a function that runs for every request calls each time, whatever is asked."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.django_effects import WRITES as DJANGO_WRITES
from bugcatalog_ls.facts.django_effects import manager_of
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.function_effects import writes_in_statement
from bugcatalog_ls.facts.queries import method_name
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, enclosing, text_of, walk
from bugcatalog_ls.text.wording import in_snake_case

BY_DESIGN = re.compile(
    r"audit|_?log(?:ger|s|_|$)|event|metric|(?<![a-z])rate|limit|throttl|quota|usage|track|telemetr|trace|statist"
    r"|request_?log|access_?log|(?:^|_)session(?:_|$)|csrf|captcha|health|prox(?:y|ied)|forward",
    re.IGNORECASE,
)
"""Names of what writes on every request on purpose."""
_MAPPINGS = frozenset({"dict", "OrderedDict", "defaultdict", "WeakValueDictionary"})
_MISSED = re.compile(r"except\s+\(?(?:KeyError|LookupError|AttributeError)\b")
CACHES = re.compile(rb"cache|\blru\b|_ttl|\bttl|redis|memoi[sz]e|memcache|\.setex\(|\b[ep]x=", re.IGNORECASE)
# What is set on these is set on the request, or on the object itself; anything else may be a row.
_OF_REQUEST_ONLY = re.compile(
    r"(?:self|cls|request|g|response|resp|res|app|scope|context|ctx|state|settings)\b"
)
_OWN_USER = re.compile(r"(?:request|request\.state|g)\.(?:current_)?(?:user|account|tenant)$")
_ONLY_WHEN = re.compile(r"\bis None|\bnot in\b|[<>]|\bstale\b|expired|changed|\bnew\b|should_|needs_|missing")
_SILENT = ("builtins.", "super(", "logging.", "time.", "fastapi.", "starlette.")
_EXECUTING = frozenset({"execute", "executemany", "exec"})
_WRITING = frozenset({"add", "add_all", "merge", "bulk_save_objects", "save", "asave"})
_ASSIGNMENTS = frozenset({"assignment", "augmented_assignment"})


class RequestCall(Fact, frozen=True):
    """A call in a function that may run for every request, which nothing but the request decides on.

    `kind`: `write` to a session that is committed, `call` of anything else.
    """

    path: str
    anchor: str
    function: str
    symbol: str
    kind: str
    written: str

    @property
    def key(self) -> str:
        return self.path


def collect_calls(file: PyFile, facts: Facts, definition: Definition) -> None:
    body = definition.node.child_by_field_name("body")
    owner = definition.owner.name if definition.owner is not None else ""
    if body is None or BY_DESIGN.search(definition.name) or BY_DESIGN.search(in_snake_case(owner)):
        return
    text = body.text or b""
    if CACHES.search(text) is not None or any(CACHES.search(d.text or b"") for d in definition.decorators):
        return
    sets_row = b"yield" not in text and _sets_row(body)
    commits = b".commit(" in text or b".begin(" in text
    answered = _answered_from_memory(file, text)
    for call in walk(body):
        if call.type != "call" or call.start_byte - body.start_byte >= answered:
            continue
        callee = callee_of(call)
        if callee is None or callee.type not in ("identifier", "attribute") or not _is_always(call):
            continue
        name = method_name(call)
        symbol = file.symbol(callee) or ""
        kind = "call"
        is_row = (
            (name in _WRITING or name in DJANGO_WRITES)
            and callee.type == "attribute"
            and _is_row(file, call, commits)
        )
        ends = name == "commit" and sets_row and not arguments_of(call).positional
        if is_row or ends or (name in _EXECUTING and writes_in_statement(file, call)):
            kind = "write"
        elif not symbol or symbol.startswith(_SILENT):
            continue
        if BY_DESIGN.search(name) or any(BY_DESIGN.search(in_snake_case(text_of(a))) for a in _made(call)):
            continue
        written = text_of(callee).split("\n")[0][:40]
        anchor = facts.anchor(f"request {definition.symbol} {written}", call)
        facts.add(RequestCall(file.path, anchor, definition.symbol, symbol, kind, written))


def _answered_from_memory(file: PyFile, text: bytes) -> int:
    """Where a body has returned what a dict of its module holds, so that the rest only runs without it;
    its length where it never does."""
    if b"return" not in text:
        return len(text)
    for name, bindings in file.scopes.module.bindings.items():
        word = re.escape(name.encode())
        value = bindings[0].value
        if value is None or name.encode() not in text or not _is_empty_container(value):
            continue
        read = re.search(rb"(?<![\w.])%s\.get\(|\bin\s+%s\b" % (word, word), text)
        given = re.compile(rb"\breturn\b").search(text, read.end()) if read is not None else None
        if given is not None:
            return given.end()
    return len(text)


def _is_empty_container(value: Node) -> bool:
    if value.type == "dictionary":
        return value.named_child_count == 0
    return value.type == "call" and text_of(callee_of(value) or value).rpartition(".")[2] in _MAPPINGS


def _made(call: Node) -> list[Node]:
    """The classes of what a call is given, where it is made on the spot."""
    return [
        callee
        for argument in arguments_of(call).positional
        if argument.type == "call" and (callee := callee_of(argument)) is not None
    ]


def _is_row(file: PyFile, call: Node, commits: bool) -> bool:
    """Whether a call adds a row to a session that is committed, or is a write of Django's."""
    name = method_name(call)
    callee = callee_of(call)
    owner = callee.child_by_field_name("object") if callee is not None else None
    if owner is None:
        return False
    if name in DJANGO_WRITES:
        is_query = name in ("update", "delete") and ".query" in text_of(owner) and commits
        return is_query or manager_of(call) is not None
    if name in ("save", "asave"):
        return _is_django_row(file, owner)
    symbol = file.symbol(owner) or ""
    return commits and not symbol.startswith("builtins.")


def _is_django_row(file: PyFile, owner: Node) -> bool:
    """Whether a row of Django's is saved: the request's user, or what a manager gave."""
    if re.match(r"(?:self\.)?request\.user\b", text_of(owner)) is not None:
        return True
    bindings = file.names.bindings(owner) if owner.type == "identifier" else []
    return any(
        binding.value is not None
        and (".objects." in text_of(binding.value) or "request.user" in text_of(binding.value))
        for binding in bindings
    )


def _sets_row(body: Node) -> bool:
    """Whether an attribute of something that is no part of the request is set."""
    for node in walk(body):
        left = node.child_by_field_name("left") if node.type in _ASSIGNMENTS else None
        if left is not None and left.type == "attribute":
            owner = text_of(left).rpartition(".")[0]
            if _OF_REQUEST_ONLY.match(owner) is None or _OWN_USER.match(owner):
                return True
    return False


def _is_always(call: Node) -> bool:
    """Whether nothing but the request decides on a call: no look whether it is needed."""
    handler = enclosing(call, "except_clause", "function_definition")
    if handler is not None and handler.type == "except_clause" and _MISSED.match(text_of(handler)):
        return False
    for condition in conditions_at(call):
        for part in implied(condition):
            text = text_of(part.node)
            if part.holds and _ONLY_WHEN.search(text) is not None:
                return False
            if not part.holds and " in " in text and "path" not in text:
                return False
            if not part.holds and part.node.type == "identifier" and re.search("user|known|found", text):
                return False
    return True
