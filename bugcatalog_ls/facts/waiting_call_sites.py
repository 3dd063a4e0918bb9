"""Where a file calls what may wait for a peer, what it gives to it, and what limits it from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.command_words import command_words
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.process_waits import ends_soon
from bugcatalog_ls.facts.session_names import session_giver, session_name
from bugcatalog_ls.facts.waiting_calls import DELEGATES, LIMITS, POOLS, RESULTS, SESSIONS
from bugcatalog_ls.facts.written_keywords import is_no_limit, written_keywords
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, constant_value, text_of
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.syntax.partials import partial_calls

_LAST_NAMES = frozenset(symbol.rpartition(".")[2] for symbol in LIMITS)
_CALLED = tuple(_LAST_NAMES | POOLS | DELEGATES.keys() | {"setdefaulttimeout", "mount"})
_METHODS = ("request", "send", "get", "post")
_REPLACED = re.compile(rb"\.(%s)\s*(?:=(?!=)|:)" % "|".join(_METHODS).encode())
_SESSION_WORDS = Words(b"ession", b"create_scraper")
_LIMITERS = frozenset(
    {
        "asyncio.wait_for",
        "asyncio.timeout",
        "asyncio.timeout_at",
        "anyio.fail_after",
        "anyio.move_on_after",
        "async_timeout.timeout",
        "trio.fail_after",
        "trio.move_on_after",
    }
)


class WaitingCall(Fact, frozen=True):
    """A call that may wait for ever, as written: what it calls, and what it is given.

    `is_delegated`: another function calls it (`asyncio.to_thread(requests.get, url)`), and is the call
    that the anchor names. `session` is the name of what is called, where it is made in sight
    (`session_name`), `giver` what gives it (`session_giver`). `nones` are keywords and positions (as
    text) that hold None; `words` a command line as far as it is literal.
    """

    path: str
    symbol: str
    session: str
    written: str
    anchor: str
    keywords: tuple[str, ...]
    nones: tuple[str, ...]
    n_positional: int
    names_timeout: bool
    streams: bool
    words: tuple[str, ...]
    function: str
    is_async: bool
    is_delegated: bool
    giver: str = ""

    @property
    def key(self) -> str:
        return self.path


class SocketDefault(Fact, frozen=True):
    """The workspace sets a default for the standard library's sockets."""

    @property
    def key(self) -> str:
        return "socket"


class LimitedSession(Fact, frozen=True):
    """A file gives sessions (or urllib3's pools) a limit of their own: a mounted adapter, a replaced
    method, a timeout of the pool. `library` is whose sessions, `session` the name of the one where it
    is no other (`session_name`)."""

    path: str
    library: str
    session: str = ""

    @property
    def key(self) -> str:
        return self.path


def collect_waiting_calls(file: PyFile, facts: Facts) -> None:
    for call in file.calls_named(*_CALLED):
        callee = callee_of(call)
        if callee is None:
            continue
        # A bare name may be an import under another name; of an attribute the last part is as it is.
        symbol = file.symbol(callee) if callee.type == "identifier" else None
        name = (symbol or text_of(callee)).rpartition(".")[2]
        if name == "setdefaulttimeout" and file.symbol(callee) == "socket.setdefaulttimeout":
            value = arguments_of(call).get("timeout", 0)
            if not is_test_path(file.path) and constant_value(value) is not None:
                facts.add(SocketDefault())
        elif name == "mount" and _mounts_limit(file, call):
            facts.add(LimitedSession(file.path, "requests", session_name(file, callee)))
        elif name in POOLS and _limits_pool(call):
            facts.add(LimitedSession(file.path, "urllib3"))
        fact = None
        if name in DELEGATES:
            fact = _delegated(file, call, name, facts)
        elif name in _LAST_NAMES:
            fact = _waiting(file, call, callee, facts)
        if fact is not None:
            facts.add(fact)
    for partial in partial_calls(file):
        if text_of(partial.function).rpartition(".")[2] in _LAST_NAMES:
            fact = _waiting(file, partial.call, partial.function, facts, made=partial.made)
            if fact is not None:
                facts.add(fact)
    for left in _assigned_methods(file):
        if _is_session_method(file.symbol(left)):
            facts.add(LimitedSession(file.path, "requests"))


def _assigned_methods(file: PyFile) -> Iterator[Node]:
    """The attributes with names of a session's methods that something is assigned to."""
    data = file.source.data
    if not file.holds(_SESSION_WORDS):
        return
    for match in _REPLACED.finditer(data):
        node = file.root.descendant_for_byte_range(match.start() + 1, match.end(1))
        left = node.parent if node is not None and node.type == "identifier" else None
        assignment = left.parent if left is not None and left.type == "attribute" else None
        if left is None or assignment is None or assignment.type != "assignment":
            continue
        if assignment.start_byte == left.start_byte:
            yield left


def _delegated(file: PyFile, call: Node, name: str, facts: Facts) -> WaitingCall | None:
    function = arguments_of(call).get("func", DELEGATES[name])
    if function is None or function.type not in ("identifier", "attribute"):
        return None
    if function.type == "attribute" and text_of(function).rpartition(".")[2] not in _LAST_NAMES:
        return None
    return _waiting(file, call, function, facts, DELEGATES[name] + 1)


def _waiting(
    file: PyFile, call: Node, callee: Node, facts: Facts, n_before: int = 0, made: Node | None = None
) -> WaitingCall | None:
    """The call of `callee`; that stands behind `n_before` - 1 arguments where another calls it, and
    is made a partial function by `made` where that is given."""
    symbol = file.symbol(callee)
    if symbol is None or symbol.startswith(("builtins.", "super(")):
        return None
    if symbol not in LIMITS and not symbol.endswith(RESULTS) and is_outside(symbol, file.module):
        return None
    arguments = arguments_of(call)
    keywords = written_keywords(file, arguments)
    before = written_keywords(file, arguments_of(made)) if made is not None else {}
    if keywords is None or before is None or arguments.list_unpacked:
        return None
    if _is_limited_around(file, call) or ends_soon(file, call, callee):
        return None
    if symbol.endswith(".result") and _is_done(call, callee):
        return None
    keywords = {**before, **keywords}
    nones = [name for name, value in keywords.items() if value is not None and is_no_limit(file, value)]
    positional = arguments.positional[n_before:]
    if made is not None:
        positional = (*arguments_of(made).positional[1:], *positional)
    if symbol.endswith("().get") and constant_value(keywords.get("block")) is True:
        del keywords["block"]  # As it is without.
    elif symbol.endswith("().get") and [constant_value(value) for value in positional] == [True]:
        positional = ()
    nones += [str(n) for n, value in enumerate(positional) if is_no_limit(file, value)]
    scope = file.scopes.at(call.start_byte)
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    function = scope.node if scope.kind == "function" else None
    stream = keywords.get("stream")
    written = text_of(callee if made is None else callee_of(call) or callee).split("\n")[0]
    return WaitingCall(
        path=file.path,
        symbol=symbol,
        session=session_name(file, callee),
        written=written if len(written) <= 40 else written.rpartition(".")[2],
        anchor=facts.anchor(f"call {scope.qualname} {written}", call),
        keywords=tuple(keywords),
        nones=tuple(nones),
        n_positional=len(positional),
        names_timeout=any("timeout" in text_of(value) for value in positional[:3]),
        streams=stream is not None and constant_value(stream) is not False,
        words=command_words(file, call, symbol),
        function=f"{file.module}.{scope.qualname}" if function is not None else "",
        is_async=function is not None and function.children[0].type == "async",
        is_delegated=n_before > 0,
        giver=session_giver(file, callee),
    )


def _is_done(call: Node, callee: Node) -> bool:
    """Whether a condition around the call tells that there is nothing to wait for: `future.done()`."""
    done = f"{text_of(callee).rpartition('.')[0]}.done()"
    parts = (part for condition in conditions_at(call) for part in implied(condition))
    return any(part.holds and text_of(part.node) == done for part in parts)


def _is_limited_around(file: PyFile, call: Node) -> bool:
    """Whether `asyncio.wait_for` or a timeout block around the call limits it."""
    for parent in ancestors(call):
        if parent.type == "call" and file.callee(parent) in _LIMITERS:
            return True
        if parent.type == "with_statement":
            items = [item for child in parent.named_children for item in child.named_children]
            if any(
                (file.symbol(_context(item)) or "").removesuffix("()") in _LIMITERS
                for item in items
                if item.type == "with_item"
            ):
                return True
        if parent.type in ("function_definition", "lambda", "class_definition"):
            return False
    return False


def _context(item: Node) -> Node | None:
    value = item.child_by_field_name("value")
    return value.named_children[0] if value is not None and value.type == "as_pattern" else value


def _limits_pool(call: Node) -> bool:
    arguments = arguments_of(call)
    timeout = arguments.get("timeout")
    return bool(arguments.dict_unpacked) or (timeout is not None and constant_value(timeout) is not None)


def _mounts_limit(file: PyFile, call: Node) -> bool:
    adapter = file.symbol(arguments_of(call).get("adapter", 1))
    return adapter not in ("requests.adapters.HTTPAdapter()", "requests.HTTPAdapter()")


def _is_session_method(symbol: str | None) -> bool:
    owner, _, name = (symbol or "").rpartition("().")
    return owner in SESSIONS and name in _METHODS
