"""What runs for every request, what it does outside each time, and which dicts it keeps answers in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.django_effects import WRITES as DJANGO_WRITES
from bugcatalog_ls.facts.django_effects import manager_of
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.function_effects import writes_in_statement
from bugcatalog_ls.facts.function_words import functions_with
from bugcatalog_ls.facts.queries import method_name
from bugcatalog_ls.facts.web_frameworks import VERBS
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, walk

BY_DESIGN = re.compile(
    r"audit|_?log(?:ger|s|_|$)|event|metric|(?<![a-z])rate|limit|throttl|quota|usage|track|telemetr|trace|statist"
    r"|request_?log|access_?log|(?:^|_)session(?:_|$)|csrf|captcha|health|prox(?:y|ied)|forward",
    re.IGNORECASE,
)
"""Names of what writes on every request on purpose."""

_CACHES = re.compile(rb"cache|\blru\b|_ttl|\bttl|redis|memoi[sz]e|memcache|\.setex\(|\b[ep]x=", re.IGNORECASE)
# What is set on these is set on the request, or on the object itself; anything else may be a row.
_OF_REQUEST_ONLY = re.compile(
    r"(?:self|cls|request|g|response|resp|res|app|scope|context|ctx|state|settings)\b"
)
_OWN_USER = re.compile(r"(?:request|request\.state|g)\.(?:current_)?(?:user|account|tenant)$")
# Sessions that are kept in memory are no cache: what is thrown out of it logs somebody out.
_OF_SESSIONS = re.compile(r"(?:^|_)sessions$", re.IGNORECASE)
_ONLY_WHEN = re.compile(r"\bis None|\bnot in\b|[<>]|\bstale\b|expired|changed|\bnew\b|should_|needs_|missing")
_DEPENDS = frozenset({"Depends", "Security"})
_OF_REQUEST = re.compile(
    rb"\b(?:Depends|Security|Header|Cookie)\(|:\s*(?:\w+\.)?(?:Request|HTTPConnection)\b"
)
_PER_REQUEST = (
    *(b"Depends(", b"Security(", b"Header(", b"Cookie(", b"before_request", b"before_app_request"),
    *(b"call_next", b": Request", b"receive", b"get_response", b"MiddlewareMixin", b"web.middleware"),
    b"on_request",
)
_OUTSIDE = (b"requests", b"httpx", b"aiohttp", b"urllib", b".commit(", b".objects.")
_CACHE_WORDS = (b"cache", b"Cache", b"CACHE", b"lru_", b"_ttl", b"redis", b"Redis", b"memoize")
_EMPTY = re.compile(
    rb"^\w+(?:\s*:[^=\n]+)?\s*=\s*(?:\{\}|(?:\w+\.)?(?:dict|OrderedDict|defaultdict)\()", re.MULTILINE
)
_ROUTES = VERBS | {"route", "api_route", "websocket"}
_ASGI = re.compile(r"scope\b.*receive\b.*send\b", re.DOTALL)
_SILENT = ("builtins.", "super(", "logging.", "time.", "fastapi.", "starlette.")
_EXECUTING = frozenset({"execute", "executemany", "exec"})
_WRITING = frozenset({"add", "add_all", "merge", "bulk_save_objects", "save", "asave"})
_ASSIGNMENTS = frozenset({"assignment", "augmented_assignment"})
_CONTAINERS = frozenset({"builtins.dict()", "collections.OrderedDict()", "collections.defaultdict()"})


class RequestFunction(Fact, frozen=True):
    """A function that may run for every request. `surely`: middleware or a hook; else it is one where
    a `Depends` names it."""

    symbol: str
    surely: bool

    @property
    def key(self) -> str:
        return self.symbol


class DependencyUse(Fact, frozen=True):
    """A function that a `Depends` names, as its file does."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol.rpartition(".")[2]


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


class CachesAnswers(Fact, frozen=True):
    """A function that has, or is behind, a cache."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


class DictCache(Fact, frozen=True):
    """A module's dict that functions fill by key and never empty."""

    path: str
    anchor: str
    name: str
    functions: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    if any(word in data for word in _OUTSIDE):
        for symbol in sorted(_caching(file)):
            facts.add(CachesAnswers(symbol))
    if any(word in data for word in _PER_REQUEST):
        named = set(_dependencies(file))
        for symbol in sorted(named):
            facts.add(DependencyUse(symbol))
        named |= {f"{symbol}.__init__" for symbol in named} | set(_hooked(file))
        asks = _OF_REQUEST.search(data) is not None
        for definition in file.functions:
            surely = _is_middleware(definition)
            is_one = surely or definition.symbol in named or (asks and _asks_for_request(file, definition))
            is_one = is_one or _asks_nobody(definition)
            if is_one:
                facts.add(RequestFunction(definition.symbol, surely))
                _calls(file, facts, definition)
    if (b"= {}" in data or b"ict(" in data) and _EMPTY.search(data) is not None:
        _dicts(file, facts)


VOCABULARY = Vocabulary(
    _collect,
    (
        *(b"Depends(", b"Security(", b"before_request", b"call_next", b"before_app_request", b"receive"),
        *(b"get_response", b"MiddlewareMixin", b"web.middleware", b"on_request"),
        *(b"Header(", b"Cookie(", b"Request", b"cache", b"= {}", b"= dict()", b"Dict()", b"dict("),
    ),
)


def _caching(file: PyFile) -> Iterator[str]:
    """The functions whose body or decorators name a cache."""
    data = file.source.data
    words = [word for word in _CACHE_WORDS if word in data]
    yield from functions_with(file, words)
    if words:
        for definition in file.functions:
            if any(_CACHES.search(each.text or b"") is not None for each in definition.decorators):
                yield definition.symbol


# -- what runs for every request -------------------------------------------------------------------


def _dependencies(file: PyFile) -> Iterator[str]:
    for call in file.calls_named(*_DEPENDS):
        given = arguments_of(call).get("dependency", 0)
        if given is None:
            # `context: Context = Depends()` makes one of the class that the annotation names.
            parameter = call.parent
            annotation = parameter.child_by_field_name("type") if parameter is not None else None
            given = annotation.named_children[0] if annotation is not None else None
        symbol = file.symbol(given) if given is not None else None
        if symbol is None:
            continue
        if symbol.endswith("()") and symbol.count("(") == 1:
            # An object that is called: `Depends(RoleChecker("admin"))`.
            yield f"{symbol.removesuffix('()')}.__call__"
        elif "(" not in symbol:
            yield symbol


def _hooked(file: PyFile) -> Iterator[str]:
    """The functions that are handed to `app.before_request(…)`."""
    for call in file.calls_named("before_request", "before_app_request"):
        given = next(iter(arguments_of(call).positional), None)
        symbol = file.symbol(given) if given is not None else None
        if symbol is not None and "(" not in symbol:
            yield symbol


def _is_middleware(definition: Definition) -> bool:
    for decorator in definition.decorators:
        target = callee_of(decorator) if decorator.type == "call" else decorator
        name = text_of(target).rpartition(".")[2] if target is not None else ""
        if name in ("before_request", "before_app_request", "on_request"):
            return True
        if decorator.type != "call" and text_of(decorator).endswith("web.middleware"):
            return True
        if name == "middleware" and decorator.type == "call":
            first = next(iter(arguments_of(decorator).positional), None)
            return string_value(first) in ("http", "request")
    parameters = definition.node.child_by_field_name("parameters")
    text = text_of(parameters) if parameters is not None else ""
    if definition.owner is None:
        # Django's middleware as a function: what `get_response` is closed over by.
        outer = definition.scope.parent if definition.scope is not None else None
        return (
            outer is not None
            and outer.kind == "function"
            and "get_response" in outer.bindings
            and re.match(r"\(\s*request\b[^,]*\)$", text) is not None
        )
    if definition.name == "dispatch":
        return text.count(",") == 2
    if definition.name in ("process_request", "process_response", "process_view"):
        return "MiddlewareMixin" in text_of(definition.owner.node).partition("\n")[0]
    if definition.name != "__call__":
        return False
    is_django = re.match(r"\(\s*self,\s*request\b[^,]*\)$", text) and "get_response" in text_of(
        definition.owner.node
    )
    return bool(is_django) or _ASGI.search(text) is not None


def _asks_for_request(file: PyFile, definition: Definition) -> bool:
    """Whether a function that is no handler of a route is given something of the request."""
    parameters = definition.node.child_by_field_name("parameters")
    if parameters is None:
        return False
    text = file.source.data[parameters.start_byte : parameters.end_byte]
    return _OF_REQUEST.search(text) is not None and not any(
        text_of(callee_of(decorator) or decorator).rpartition(".")[2] in _ROUTES
        for decorator in definition.decorators
        if decorator.type == "call"
    )


def _asks_nobody(definition: Definition) -> bool:
    """Whether a function of a module needs nothing but what is outside, so that another file may name
    it in a `Depends`."""
    parameters = definition.node.child_by_field_name("parameters")
    if parameters is None or parameters.named_child_count or definition.owner is not None:
        return False
    text = definition.node.text or b""
    return not definition.decorators and any(word in text for word in _OUTSIDE)


# -- calls -------------------------------------------------------------------------------------------


def _calls(file: PyFile, facts: Facts, definition: Definition) -> None:
    body = definition.node.child_by_field_name("body")
    owner = definition.owner.name if definition.owner is not None else ""
    if body is None or BY_DESIGN.search(definition.name) or BY_DESIGN.search(_words(owner)):
        return
    text = body.text or b""
    if _CACHES.search(text) is not None or any(_CACHES.search(d.text or b"") for d in definition.decorators):
        return
    sets_row = b"yield" not in text and _sets_row(body)
    commits = b".commit(" in text or b".begin(" in text
    for call in walk(body):
        if call.type != "call":
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
        if BY_DESIGN.search(name) or any(BY_DESIGN.search(_words(text_of(a))) for a in _made(call)):
            continue
        written = text_of(callee).split("\n")[0][:40]
        anchor = facts.anchor(f"request {definition.symbol} {written}", call)
        facts.add(RequestCall(file.path, anchor, definition.symbol, symbol, kind, written))


def _made(call: Node) -> list[Node]:
    """The classes of what a call is given, where it is made on the spot."""
    return [
        callee
        for argument in arguments_of(call).positional
        if argument.type == "call" and (callee := callee_of(argument)) is not None
    ]


def _words(name: str) -> str:
    """`AuditEvent` as `audit_event`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


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


# -- dicts -------------------------------------------------------------------------------------------------


def _dicts(file: PyFile, facts: Facts) -> None:
    data = file.source.text
    for name, bindings in file.scopes.module.bindings.items():
        if len(bindings) != 1 or bindings[0].kind not in ("assign", "annotation"):
            continue
        value = bindings[0].value
        if value is None or not _is_empty_dict(file, value) or _OF_SESSIONS.search(name) is not None:
            continue
        if f"{name}[" not in data and f"{name}.setdefault(" not in data:
            continue
        word = re.escape(name)
        own = rf"(?<![\w.]){word}"
        stores = re.compile(rf"{own}\[(?!['\"\d])[^\n]+?\]\s*=(?!=)|{own}\.setdefault\(")
        if stores.search(data) is None:
            continue
        if re.search(rf"\bdel\s+{word}\b|{own}\.(?:pop|popitem|clear|update)\(|len\({word}\)", data):
            continue
        if re.search(rf"{own}\.get\(|\bin\s+{word}\b|except KeyError|setdefault", data) is None:
            continue
        functions = tuple(
            definition.symbol
            for definition in file.functions
            if stores.search(text_of(definition.node)) is not None
        )
        statement = bindings[0].node.parent
        if functions and statement is not None:
            facts.add(DictCache(file.path, facts.anchor(f"dict {name}", statement), name, functions))


def _is_empty_dict(file: PyFile, value: Node) -> bool:
    if value.type == "dictionary":
        return value.named_child_count == 0
    return value.type == "call" and file.symbol(value) in _CONTAINERS and not arguments_of(value).keywords
