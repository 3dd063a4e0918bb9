"""The functions that run for every request, and those that keep answers in a cache."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.facts.dict_caches import collect_dicts, may_hold_dicts
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.function_words import functions_with
from bugcatalog_ls.facts.request_calls import CACHES, collect_calls
from bugcatalog_ls.facts.web_frameworks import VERBS
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, string_value, text_of

_DEPENDS = frozenset({"Depends", "Security"})
_OF_REQUEST = re.compile(
    rb"\b(?:Depends|Security|Header|Cookie)\(|:\s*(?:\w+\.)?(?:Request|HTTPConnection)\b"
)
_REQUEST_WORDS = Words(b"Depends(", b"Security(", b"Header(", b"Cookie(", b"Request", b"HTTPConnection")
_PER_REQUEST = Words(
    *(b"Depends(", b"Security(", b"Header(", b"Cookie(", b"before_request", b"before_app_request"),
    *(b"call_next", b": Request", b"receive", b"get_response", b"MiddlewareMixin", b"web.middleware"),
    b"on_request",
)
_OUTSIDE = Words(b"requests", b"httpx", b"aiohttp", b"urllib", b".commit(", b".objects.")
_CACHE_WORDS = Words(b"cache", b"Cache", b"CACHE", b"lru_", b"_ttl", b"redis", b"Redis", b"memoize")
_MAKING_DICTS = Words(b"= {}", b"ict(")
_ROUTES = VERBS | {"route", "api_route", "websocket"}
_ASGI = re.compile(r"scope\b.*receive\b.*send\b", re.DOTALL)


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


class CachesAnswers(Fact, frozen=True):
    """A function that has, or is behind, a cache."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    if file.holds(_OUTSIDE):
        for symbol in sorted(_caching(file)):
            facts.add(CachesAnswers(symbol))
    if file.holds(_PER_REQUEST):
        named = set(_dependencies(file))
        for symbol in sorted(named):
            facts.add(DependencyUse(symbol))
        named |= {f"{symbol}.__init__" for symbol in named} | set(_hooked(file))
        asks = file.holds(_REQUEST_WORDS) and _OF_REQUEST.search(data) is not None
        for definition in file.functions:
            surely = _is_middleware(definition)
            is_one = surely or definition.symbol in named or (asks and _asks_for_request(file, definition))
            is_one = is_one or _asks_nobody(definition)
            if is_one:
                facts.add(RequestFunction(definition.symbol, surely))
                collect_calls(file, facts, definition)
    if file.holds(_MAKING_DICTS) and may_hold_dicts(file):
        collect_dicts(file, facts)


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
    yield from functions_with(file, _CACHE_WORDS)
    if file.holds(_CACHE_WORDS):
        for definition in file.functions:
            if any(CACHES.search(each.text or b"") is not None for each in definition.decorators):
                yield definition.symbol


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
        called_name(decorator) in _ROUTES for decorator in definition.decorators if decorator.type == "call"
    )


def _asks_nobody(definition: Definition) -> bool:
    """Whether a function of a module needs nothing but what is outside, so that another file may name
    it in a `Depends`."""
    parameters = definition.node.child_by_field_name("parameters")
    if parameters is None or parameters.named_child_count or definition.owner is not None:
        return False
    text = definition.node.text or b""
    return not definition.decorators and any(word in text for word in _OUTSIDE)
