"""BC602: secrets that are logged, printed, or sent to clients in messages of errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.client_errors import is_client_error, tells_client, told
from bugcatalog_ls.facts.dumped_objects import leaves_out_secrets
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.log_redaction import is_log_redacted
from bugcatalog_ls.facts.loggers import LEVELS, logging_method
from bugcatalog_ls.facts.masks import masking_functions
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.printing_scripts import COMMANDS, goes_to_file, is_of_script, is_only_made
from bugcatalog_ls.facts.resolve import function_at
from bugcatalog_ls.facts.revealed import Revealed, ValueKind
from bugcatalog_ls.facts.secret_holders import HOLDERS, holds_secret, shows_itself
from bugcatalog_ls.facts.secret_values import revealed
from bugcatalog_ls.facts.written_parts import parts_of
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.masked_values import masked, on_one_line
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, text_of
from bugcatalog_ls.syntax.outside import is_outside

_ASYNC_LEVELS = frozenset(f"a{level}" for level in LEVELS)
_BINDERS = frozenset({"bind", "contextualize"})
_LOG_OPTIONS = frozenset({"exc_info", "stack_info", "stacklevel"})
_PRINTERS = frozenset(
    {"builtins.print", "pprint.pprint", "pprint.pp", "sys.stdout.write", "sys.stderr.write"}
)
_PRINTER_NAMES = frozenset({"print", "pprint", "pp", "write"})
_WRITERS = LEVELS | _ASYNC_LEVELS | _BINDERS | _PRINTER_NAMES
_RUN = re.compile(r"\bexport |\bcurl -")
_LOGGER_NAME = re.compile(r"(?:\w+_)?(?:logger|log|LOG|LOGGER)|(?:get_?\w*|make_|setup_)[lL]ogger\(\)")
_ERROR_WORD = re.compile(
    r"err|exc|fail|fault|problem|denied|invalid|auth|forbidden|found|bad|conflict|abort|http|missing|limit"
    r"|expired|reject|throttl|allow|accept|gone|entity|unavailable|unsupported|timeout|many|large",
    re.IGNORECASE,
)
_ERROR_NAME = re.compile(r"(?:\w+\.)*(?:[A-Z]\w+|abort)")


class LoggedValue(Fact, frozen=True):
    """A value that may be a secret and is written by a call; `writer` is the call's symbol.

    `sink` is `log`, `print`, `script` (printed by a file that is run itself) or `client`; `kind`,
    `written`, `symbol` and `excluded` are those of `Revealed`.
    """

    path: str
    sink: str
    writer: str
    anchor: str
    kind: ValueKind
    written: str
    symbol: str | None
    excluded: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for call in file.calls_where(_may_write):
        function = callee_of(call)
        if function is None:
            continue
        for sink, key, value in _written(file, call, function):
            for part in parts_of(file, value, key):
                found = revealed(file, part)
                if found is not None and _may_be_secret(file, found):
                    writer = file.symbol(function) or ""
                    facts.add(_fact(file, facts, sink, writer, part.node, found))


@lru_cache(maxsize=1 << 14)
def _may_write(name: str) -> bool:
    """Whether a call of what has this last name may log, print or tell a client."""
    return name in _WRITERS or _ERROR_NAME.fullmatch(name) is not None


def _may_be_secret(file: PyFile, found: Revealed) -> bool:
    """Whether another file may know of a secret in an object; of a library's none is known."""
    symbol = found.symbol if found.kind == "object" else None
    return symbol is None or not is_outside(symbol, file.module) or HOLDERS.search(symbol) is not None


def _fact(file: PyFile, facts: Facts, sink: str, writer: str, node: Node, found: Revealed) -> LoggedValue:
    anchor = facts.anchor(f"secret {file.qualname_at(node.start_byte)} {found.written}", node)
    return LoggedValue(
        file.path, sink, writer, anchor, found.kind, found.written, found.symbol, found.excluded
    )


def _written(file: PyFile, call: Node, function: Node) -> Iterator[tuple[str, str, Node]]:
    """What a call may write: the sink, the keyword, the value."""
    written = text_of(function)
    name = written.rpartition(".")[2]
    if name in LEVELS or name in _ASYNC_LEVELS:
        arguments = arguments_of(call)
        for value in arguments.positional:
            yield "log", "", value
        for key, value in arguments.keywords.items():
            if key not in _LOG_OPTIONS:
                yield "log", key, value
    elif name in _BINDERS:
        for key, value in arguments_of(call).keywords.items():
            yield "log", key, value
    elif name in _PRINTER_NAMES:
        # `export API_KEY=…` and `curl -H …` are written for somebody to run.
        is_told = _RUN.search(text_of(call)) is not None or goes_to_file(file, call) or is_only_made(call)
        if file.symbol(function) in _PRINTERS and not is_told:
            for value in arguments_of(call).positional:
                yield "script" if is_of_script(file, call, value) else "print", "", value
    elif _is_error(call, name) and _ERROR_NAME.fullmatch(written) and _may_tell_client(file, function):
        for key, value in told(call):
            yield "client", key, value


def _is_error(call: Node, name: str) -> bool:
    """Whether what a call makes is raised, or has a name of what goes wrong."""
    parent = call.parent
    is_raised = parent is not None and parent.type == "raise_statement"
    return is_raised or _speaks_of_error(name)


@lru_cache(maxsize=4096)
def _speaks_of_error(name: str) -> bool:
    return _ERROR_WORD.search(name) is not None


def _may_tell_client(file: PyFile, function: Node) -> bool:
    """Whether a call may make an error of a web framework, or of a class of the workspace."""
    symbol = file.symbol(function)
    return symbol is not None and (is_client_error(symbol) or not is_outside(symbol, file.module))


# -- join --------------------------------------------------------------------------------------------


def _join(context: JoinContext) -> Iterator[Finding]:
    for value in context.index.in_file(context.path, LoggedValue):
        if _is_sink(context, value) and _is_secret(context, value):
            if value.sink == "log" and is_log_redacted(context.index):
                continue
            where = {
                "log": "is written to the log",
                "print": "is printed",
                "script": "is printed",
                "client": "is sent to the client in an error",
            }[value.sink]
            is_command = value.sink == "print" and COMMANDS.search(context.path) is not None
            variant = "printed" if is_command or value.sink == "script" else ""
            message = f"{value.written} {where}"
            yield context.find(value.anchor, message, variant=variant, data={"kind": value.kind})


def _is_sink(context: JoinContext, value: LoggedValue) -> bool:
    if value.sink in ("print", "script"):
        return True
    if not value.writer:
        return False
    symbol = context.resolve(value.writer)
    if value.sink == "client":
        return tells_client(context.index, symbol)
    owner, _, name = symbol.rpartition(".")
    if name in _ASYNC_LEVELS:
        name = name[1:]
    if name in _BINDERS:
        name = "info"
    if logging_method(f"{owner}.{name}") is not None:
        return True
    if function_at(context.index, symbol) is not None or owner.startswith("builtins."):
        return False
    # A logger of a library that nothing is known of, or of a class of one.
    last = re.search(r"[^.()]+(?:\(\))?$", owner)
    return last is not None and "." in owner and _LOGGER_NAME.fullmatch(last.group()) is not None


def _is_secret(context: JoinContext, value: LoggedValue) -> bool:
    if value.kind == "whole":
        return True
    symbol = context.resolve(value.symbol) if value.symbol is not None else None
    if value.kind == "name":
        return symbol is None or shows_itself(context.index, symbol)
    if symbol is None or not symbol.endswith("()"):
        return value.kind == "settings" and not leaves_out_secrets(value.excluded)
    return holds_secret(context.index, symbol.removesuffix("()"), value.kind, value.excluded)


# -- fix ---------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    node = _node_at(context)
    if node is None:
        return
    mask = _mask(context, node) if finding.data.get("kind") == "name" else None
    shown = on_one_line(text_of(node))
    if mask is not None:
        yield context.fix(f"Mask {shown} with {mask}", "safe", replace_node(node, f"{mask}({text_of(node)})"))
        return
    yield context.fix(f"Replace {shown} by ***", "safe", masked(context.file, node))


def _node_at(context: FixContext) -> Node | None:
    """The expression at the finding: in a hole of an f-string, not the hole itself."""
    node = context.file.root.named_descendant_for_byte_range(context.span.start, context.span.end)
    while node is not None and node.parent is not None:
        parent = node.parent
        if (parent.start_byte, parent.end_byte) != (node.start_byte, node.end_byte):
            break
        if parent.type in ("argument_list", "expression_statement", "module", "block"):
            break
        node = parent
    return node


def _mask(context: FixContext, node: Node) -> str | None:
    """The workspace's own masking function as it is called here, where there is one to choose."""
    if node.type not in ("identifier", "attribute", "subscript", "call"):
        return None
    if node.type == "identifier" and "None" in _annotation(context.file, node):
        return None
    if re.search(r"(?:creds|s)(?:\W*)$", text_of(node)) is not None:
        return None  # Several secrets, or an object: nothing that a function of one text takes.
    file, index = context.file, context.index
    found = sorted(masking_functions(index), key=lambda pair: (pair[0] != file.path, len(pair[1]), pair))
    # A function that masks is not what its own body should be mended with.
    around = {_function_name(parent) for parent in ancestors(node) if parent.type == "function_definition"}
    found = [(path, symbol) for path, symbol in found if symbol.rpartition(".")[2] not in around]
    own = [(path, symbol) for path, symbol in found if path == file.path]
    public = [(path, symbol) for path, symbol in found if not symbol.rpartition(".")[2].startswith("_")]
    candidates = own or public
    if not candidates or (len(candidates) > 1 and len({len(symbol) for _, symbol in candidates[:2]}) == 1):
        return None
    path, symbol = candidates[0]
    name = symbol.rpartition(".")[2]
    if path == file.path:
        return name
    other = context.open(path)
    if other is None:
        return None
    return context.imports().need(written_module(index, other, file), name, at=context.span.start)


def _annotation(file: PyFile, node: Node) -> str:
    bindings = file.names.bindings(node)
    annotations = [text_of(one.annotation) for one in bindings if one.annotation is not None]
    defaults = [text_of(one.value) for one in bindings if one.kind == "parameter" and one.value is not None]
    return " ".join([*annotations, *defaults]).replace("Optional", "None")


def _function_name(function: Node) -> str:
    name = function.child_by_field_name("name")
    return text_of(name) if name is not None else ""


ANALYZER = Analyzer(
    collect=_collect,
    join=_join,
    joins=(LoggedValue,),
    fix=_fix,
    literals=(
        b"print(",
        b"log",
        b"Log",
        b"LOG",
        b"Exception",
        b"Error",
        b"abort",
        b"HTTP",
        b"Denied",
        b"Failed",
    ),
)
