"""BC201: calls that wait for a peer with no limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Applicability, Finding, Fix
from bugcatalog_ls.facts.answered_routes import routes_of
from bugcatalog_ls.facts.classes import ClassFact
from bugcatalog_ls.facts.constants import definition_of
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.pins import allows_only_before
from bugcatalog_ls.facts.resolve import class_at, file_of_module, file_of_symbol, mro
from bugcatalog_ls.facts.waiting_call_sites import (
    LimitedSession,
    SocketDefault,
    WaitingCall,
    collect_waiting_calls,
)
from bugcatalog_ls.facts.waiting_calls import (
    DELEGATES,
    LIMITS,
    RESULTS,
    SESSIONS,
    TAKE_KEYWORDS,
    Limit,
    uses_network,
)
from bugcatalog_ls.syntax.edits import replace_node, set_keyword
from bugcatalog_ls.syntax.import_lines import ImportLine, import_lines
from bugcatalog_ls.syntax.modules import (
    absolute_module,
    is_script_path,
    is_test_path,
    is_vendored_path,
    module_name,
)
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, statement_of, text_of
from bugcatalog_ls.syntax.statement_edits import replace_statement
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit
from bugcatalog_ls.text.wording import with_article

SECONDS = 10
_CONSTANT = re.compile(
    r"(?:DEFAULT_|HTTP_|API_|GLOBAL_)?(?:HTTP_|REQUESTS?_|CLIENT_|NETWORK_)?TIMEOUT(?:_S|_SEC|_SECS|_SECONDS)?"
)
# A module of settings, or an object that holds them: `core/config.py TIMEOUT`, `app.py settings.timeout`.
_SETTINGS = re.compile(
    r"(?:^|[/_ ])(?:settings?|conf|configs?|configuration|const|constants?|defaults)(?:[/_.]|$)",
    re.IGNORECASE,
)
_SETTING = re.compile(r"(?:default_)?(?:http|requests?)_timeout(?:_s|_sec|_secs|_seconds)?", re.IGNORECASE)


# -- join --------------------------------------------------------------------------------------------


def _join(context: JoinContext) -> Iterator[Finding]:
    for call in context.index.in_file(context.path, WaitingCall):
        limit = _limit(context, call)
        if limit is None or not _waits(context, call, limit):
            continue
        given_none = limit.keyword in call.nones or str(limit.position) in call.nones
        if given_none:
            message = f"{limit.keyword}=None lets {call.written} wait for ever"
        else:
            message = f"{call.written} is called without {with_article(limit.keyword)} and can wait for ever"
        data = {
            "keyword": limit.keyword,
            "position": str(limit.position),
            "family": limit.family,
            "streams": str(call.streams),
            "stated": str(given_none),
        }
        variant = "test" if context.is_test else "script" if is_script_path(context.path) else ""
        variant = "vendored" if is_vendored_path(context.path) else variant
        yield context.find(call.anchor, message, variant=variant, data=data)


def _limit(context: JoinContext, call: WaitingCall) -> Limit | None:
    """How the call is limited, where it is one of those that wait."""
    symbol = context.resolve(call.symbol)
    for sent in RESULTS:
        if symbol.endswith(sent):
            return LIMITS[sent]
    limit = LIMITS.get(symbol)
    if limit is None:
        limit = _limit_of_subclass(context.index, symbol)
    if limit is not None and limit.family == "requests" and "()." in symbol:
        makers = {context.path, file_of_symbol(context.index, call.symbol, context.path)}
        library = "urllib3" if symbol.startswith("urllib3.") else "requests"
        limited = (fact for path in makers if path for fact in context.index.in_file(path, LimitedSession))
        if any(fact.library == library and _may_be_same(fact.session, call.session) for fact in limited):
            return None
        if call.giver and library == "requests" and _gives_limited(context, call.giver):
            return None
    return limit


def _gives_limited(context: JoinContext, giver: str) -> bool:
    """Whether the function that gives a session has given it a limit."""
    symbol = definition_of(context.index, giver.removesuffix("()"), context.path)
    path = file_of_symbol(context.index, symbol, context.path)
    if path is None:
        return False
    name = symbol.removeprefix(f"{module_name(path)}.")
    return any(
        not fact.session or fact.session.startswith(f"{name}:")
        for fact in context.index.in_file(path, LimitedSession)
        if fact.library == "requests"
    )


def _may_be_same(limited: str, session: str) -> bool:
    return not limited or not session or limited == session


def _limit_of_subclass(index: FactIndex, symbol: str) -> Limit | None:
    """The limit of a method that a class of the workspace inherits from a session untouched."""
    owner, separator, name = symbol.rpartition("().")
    if not separator or class_at(index, owner) is None:
        return None
    names, _ = mro(index, owner)
    session = next((base for base in names if base in SESSIONS), None)
    if session is None:
        return None
    for base in names:
        found = class_at(index, base)
        # A method of its own, or an attribute in its place: `request = partialmethod(…, timeout=5)`.
        own = found[1].members.keys() | set(found[1].attributes) if found is not None else set()
        if own & {"request", "send", name}:
            return None
    return LIMITS.get(f"{session}().{name}")


def _waits(context: JoinContext, call: WaitingCall, limit: Limit) -> bool:
    given = limit.keyword in call.keywords or (
        limit.position is not None and limit.position < call.n_positional
    )
    given_none = limit.keyword in call.nones or str(limit.position) in call.nones
    if given and not given_none:
        return False
    if call.is_delegated and limit.family in ("process", "wait"):
        return False
    match limit.family:
        case "explicit":
            if limit.keyword == "total" and {"sock_read", "sock_connect"} & set(call.keywords):
                return False
            return given_none
        case "stdlib":
            return not context.index.get(SocketDefault, "socket")
        case "database":
            return not call.names_timeout
        case "redis":
            if call.names_timeout or "connection_pool" in call.keywords:
                return False
            return given_none or allows_only_before(context.index, "redis", "8")
        case "process":
            return uses_network(call.words) or (call.is_async and _in_handler(context, call))
        case "wait":
            if "block" in call.keywords or (limit.position == 1 and call.n_positional > 0):
                return False
            return _in_handler(context, call)
    return True


def _in_handler(context: JoinContext, call: WaitingCall) -> bool:
    return bool(call.function) and bool(routes_of(context.index, call.function))


# -- fix ---------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    call = context.node_of("call")
    if call is None:
        return
    keyword, family = finding.data["keyword"], finding.data["family"]
    value = _constant(context) if family in ("requests", "stdlib", "explicit") else None
    limit = value or str(SECONDS)
    called = called_name(call)
    function = arguments_of(call).get("func", DELEGATES.get(called))
    if called in DELEGATES and called not in TAKE_KEYWORDS and function is not None:
        partial = context.imports().need("functools", "partial", at=call.start_byte)
        edits = replace_node(function, f"{partial}({text_of(function)}, {keyword}={limit})")
    else:
        edits = _edits(context, call, keyword, finding.data["position"], limit)
    # A limit where none was thought of is a guard; one against a stated None is a decision.
    is_guard = family not in ("process", "wait", "explicit") and finding.data["stated"] != "True"
    is_guard = is_guard and finding.data["streams"] != "True"
    name = text_of(callee_of(call) or call).split("\n")[0]
    statement = statement_of(call)
    if name.endswith(".wait") and family == "wait" and statement.named_children == [call]:
        edits = _raised_without(context, statement, name, f"{keyword}={limit}")
        yield context.fix(f"Wait for {name.removesuffix('.wait')} {limit} seconds", "suggested", edits)
        return
    if family == "process" and call.parent is not None and call.parent.type == "await":
        wait_for = context.imports().need("asyncio", "wait_for", at=call.start_byte)
        edits = replace_node(call, f"{wait_for}({text_of(call)}, timeout={limit})")
        edits = fitted(context.file, edits, context.read("pyproject.toml"))
        yield context.fix(f"Wait for {name} at most {limit} seconds", "suggested", edits)
        return
    applicability: Applicability = "safe" if is_guard else "suggested"
    edits = fitted(context.file, edits, context.read("pyproject.toml"))
    yield context.fix(f"Add {keyword}={limit} to {name}", applicability, edits)


def _raised_without(context: FixContext, statement: Node, waits: str, limit: str) -> list[TextEdit]:
    """A wait whose answer nobody looks at: the code would go on as if what it waits for had come."""
    awaited, seconds = waits.removesuffix(".wait").rpartition(".")[2], limit.rpartition("=")[2]
    code = (
        f'if not {waits}({limit}):\n    raise TimeoutError("{awaited} did not come within {seconds} seconds")'
    )
    return replace_statement(context.file, statement, code)


def _edits(context: FixContext, call: Node, keyword: str, position: str, limit: str) -> list[TextEdit]:
    arguments = arguments_of(call)
    if keyword not in arguments.keywords and position.isdigit() and int(position) < len(arguments.positional):
        return replace_node(arguments.positional[int(position)], limit)
    return set_keyword(context.file, call, keyword, limit)


def _constant(context: FixContext) -> str | None:
    """The constant for it: the file's own, the one of what the file imports, or else that of the only
    settings of the workspace which have one; imported if need be."""
    file, index = context.file, context.index
    own = index.one(ModuleExports, file.module)
    if own is not None and (name := _named_constant(own[1])) is not None:
        return name
    everywhere, imported = _constants(index), _imported_files(context)
    found = [each for each in everywhere if each[0] in imported]
    found = found or [each for each in everywhere if _SETTINGS.search(f"{each[0]} {each[1]}")]
    if len(found) != 1:
        return None
    path, expression = found[0]
    other = context.open(path)
    if other is None:
        return None
    head, _, attribute = expression.partition(".")
    name = context.imports().need(written_module(index, other, file), head, at=context.span.start)
    return f"{name}.{attribute}" if attribute else name


def _imported_files(context: FixContext) -> set[str]:
    """The files of the workspace that a file imports from."""
    path = context.file.path
    written = {module for line in import_lines(context.file) for module in _modules(line)}
    found = (file_of_module(context.index, absolute_module(module, path), path) for module in written)
    return {each for each in found if each is not None}


def _modules(line: ImportLine) -> Iterator[str]:
    """What an import may name as modules: `from app import config` names `app` and `app.config`."""
    if line.module:
        yield line.module
    for name in line.names:
        joint = "" if not line.module or line.module.endswith(".") else "."
        yield f"{line.module}{joint}{name.target.rpartition('.')[2] if line.module else name.target}"


@derived
def _constants(index: FactIndex) -> tuple[tuple[str, str], ...]:
    """Path and expression of each constant or setting that names a timeout for requests."""
    return tuple(_found_constants(index))


def _found_constants(index: FactIndex) -> Iterator[tuple[str, str]]:
    for module in sorted(index.keys(ModuleExports)):
        found = index.one(ModuleExports, module)
        if found is None or is_test_path(found[0]):
            continue
        path, exports = found
        if (name := _named_constant(exports)) is not None:
            yield path, name
        for instance, symbol in sorted(exports.names.items()):
            if symbol and symbol.startswith(f"{module}.") and symbol.endswith("()"):
                fact = index.one(ClassFact, symbol.removesuffix("()"))
                for attribute in sorted(fact[1].attributes) if fact is not None else ():
                    if _SETTING.fullmatch(attribute):
                        yield path, f"{instance}.{attribute}"


def _named_constant(exports: ModuleExports) -> str | None:
    names = [
        name
        for name, symbol in exports.names.items()
        if symbol in ("builtins.int()", "builtins.float()") and _CONSTANT.fullmatch(name)
    ]
    return names[0] if len(names) == 1 else None


ANALYZER = Analyzer(collect=collect_waiting_calls, join=_join, joins=(WaitingCall,), fix=_fix)
