"""BC101: the body of a response indexed by key before anything has looked at its status."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.function_effects import FunctionEffects
from bugcatalog_ls.facts.function_words import functions_with
from bugcatalog_ls.facts.http_clients import Library, client_library, http_call, response_library
from bugcatalog_ls.facts.raising_clients import LITERALS as RAISING_LITERALS
from bugcatalog_ls.facts.raising_clients import (
    client_provider,
    is_made_plainly,
    is_made_to_raise,
    raising_libraries,
)
from bugcatalog_ls.facts.resolve import class_at, file_of_symbol, function_at, mro
from bugcatalog_ls.facts.response_bodies import assumed_bodies
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    statement_of,
    text_of,
)
from bugcatalog_ls.syntax.statement_edits import insert_before
from bugcatalog_ls.syntax.wrapping import fitted

_NAMES = ("response", "resp", "http_response", "reply")
_WORDS = Words(b"raise_for_status", b"status", b".ok", b".is_success", b".is_error", b"raise ")
_LIBRARIES = Words(b"requests", b"httpx", b"aiohttp", b"urllib3")
_OF_STATUS = re.compile(rb"\b(?:requests|httpx|aiohttp|urllib3)\b")


class AssumedBody(Fact, frozen=True):
    """A body that is indexed although nothing looked at the status of its response.

    `client` is the symbol of the call that sent the request, as written; `library` whose that is, empty
    where another file tells it; `is_plain` tells that its client is known not to raise by itself,
    `provider` the symbol of what a framework gets the client from.
    """

    path: str
    anchor: str
    subscript: str
    client: str
    library: str
    is_plain: bool
    provider: str

    @property
    def key(self) -> str:
        return self.path


class LooksAtStatus(Fact, frozen=True):
    """A function in which the status of a response is looked at."""

    function: str

    @property
    def key(self) -> str:
        return self.function


class RaisingClients(Fact, frozen=True):
    """A file makes clients of a library that raise by themselves where a request fails."""

    path: str
    library: str

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    for library in sorted(raising_libraries(file)):
        facts.add(RaisingClients(file.path, library))
    if is_test_path(file.path):
        return
    if file.holds(_LIBRARIES) and _OF_STATUS.search(file.source.data) is not None:
        for function in functions_with(file, _WORDS):
            facts.add(LooksAtStatus(function))
    for body in assumed_bodies(file):
        if is_made_to_raise(file, body.response):
            continue
        written = " ".join(text_of(body.subscript).split())
        facts.add(
            AssumedBody(
                path=file.path,
                anchor=facts.anchor(f"body {file.qualname_at(body.subscript.start_byte)}", body.subscript),
                subscript=written if len(written) <= 40 else f"…{written[-30:]}",
                client=body.client,
                library=body.library or "",
                is_plain=is_made_plainly(file, body.response),
                provider=client_provider(file, body.response),
            )
        )


def _join(context: JoinContext) -> Iterator[Finding]:
    for fact in context.index.in_file(context.path, AssumedBody):
        library = fact.library
        makers = {context.path}
        if not library:
            owner, _, verb = fact.client.rpartition(".")
            sent = http_call(f"{_client(context, context.resolve(owner), verb)}.{verb}")
            answered = sent.library if sent is not None else _library_of_helper(context, fact.client)
            if answered is None or answered == "urllib":
                continue
            library = answered
            maker = file_of_symbol(context.index, owner if sent is not None else fact.client, context.path)
            makers |= {maker} if maker is not None else set()
        if fact.provider:
            provider = file_of_symbol(context.index, context.resolve(fact.provider), context.path)
            makers = {provider} if provider is not None else makers
        raising = (other for path in makers for other in context.index.in_file(path, RaisingClients))
        if not fact.is_plain and any(other.library == library for other in raising):
            continue
        message = f"{fact.subscript} is read before anything looks at the status of the response"
        yield context.find(fact.anchor, message, data={"library": library})


def _client(context: JoinContext, symbol: str, verb: str) -> str:
    """The client that a class of the workspace is, where it sends requests as it inherited."""
    if not symbol.endswith("()"):
        return symbol
    names, _ = mro(context.index, symbol.removesuffix("()"))
    for name in names:
        if client_library(f"{name}()") is not None:
            return f"{name}()"
        found = class_at(context.index, name)
        if found is not None and {"request", "send", verb} & found[1].members.keys():
            return symbol
    return symbol


def _library_of_helper(context: JoinContext, helper: str) -> Library | None:
    """The library of the response that a function of the workspace gives, where nothing in it looks at
    the status."""
    function = context.resolve(helper).replace("()", "")
    if function_at(context.index, function) is None or context.index.get(LooksAtStatus, function):
        return None
    effects = context.index.one(FunctionEffects, function)
    if effects is None or not effects[1].does("request"):
        # What it calls in turn may look at the status.
        return None
    return response_library(context.resolve(f"{helper}()"))


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    file = context.file
    body = next(
        (body for body in assumed_bodies(file) if body.subscript.start_byte == context.span.start), None
    )
    if body is None:
        return
    statement = statement_of(body.decoded)
    if not _can_precede(statement, body.decoded):
        return
    library = finding.data["library"]
    if body.response.type == "identifier":
        name = text_of(body.response)
        edits = insert_before(file, statement, _check(library, name))
    else:
        scope = file.scopes.at(body.decoded.start_byte)
        name = next((name for name in _NAMES if file.scopes.lookup(name, scope.start) is None), "")
        response = _awaited(body.response)
        if not name:
            return
        indent = file.source.indent_at(statement.start_byte)
        written = text_of(response).replace(f"\n{indent}", "\n")
        written = (
            written.removeprefix("(").removesuffix(")") if response.type.startswith("paren") else written
        )
        code = f"{name} = {written}\n{_check(library, name)}"
        edits = [*insert_before(file, statement, code), *replace_node(response, name)]
    title = f"Check the status of {name} first"
    yield context.fix(title, "safe", fitted(file, edits, context.read("pyproject.toml")))


def _check(library: str, name: str) -> str:
    if library == "urllib3":
        return f'if {name}.status >= 400:\n    raise RuntimeError(f"unexpected status {{{name}.status}}")'
    return f"{name}.raise_for_status()"


def _awaited(response: Node) -> Node:
    """The expression with its `await` and the parentheses around that."""
    parent = response.parent
    while parent is not None and parent.type in ("await", "parenthesized_expression"):
        response, parent = parent, parent.parent
    return response


def _can_precede(statement: Node, decoded: Node) -> bool:
    """Whether what stands before a statement runs each time before the body is parsed."""
    child = decoded
    for parent in ancestors(decoded):
        if parent.id == statement.id:
            break
        if parent.type in ("lambda", "elif_clause", "conditional_expression"):
            return False
        if parent.type in COMPREHENSIONS and child.type != "for_in_clause":
            return False
        if parent.type == "for_in_clause" and not _is_first(parent):
            return False
        child = parent
    return statement.type not in ("while_statement", "decorated_definition", "class_definition")


def _is_first(clause: Node) -> bool:
    """Whether a clause's iterable is evaluated once, before the comprehension runs."""
    before = clause.prev_named_sibling
    return before is None or before.type not in ("for_in_clause", "if_clause")


ANALYZER = Analyzer(
    collect=_collect,
    join=_join,
    fix=_fix,
    joins=(AssumedBody,),
    literals=(
        b"requests",
        b"httpx",
        b"aiohttp",
        b".json()",
        b".loads(",
        *RAISING_LITERALS,
    ),
)
