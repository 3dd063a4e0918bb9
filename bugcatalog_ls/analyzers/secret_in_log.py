"""BC602: secrets that are logged, printed, or sent to clients in messages of errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.client_errors import is_client_error, tells_client, told
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.loggers import LEVELS, logging_method
from bugcatalog_ls.facts.masks import masking_functions
from bugcatalog_ls.facts.module_imports import written_module
from bugcatalog_ls.facts.resolve import class_at, file_of_module, function_at, mro
from bugcatalog_ls.facts.secret_names import secret_kind
from bugcatalog_ls.facts.secret_values import Revealed, ValueKind, parts_of, revealed
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    enclosing,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.text.spans import Span, TextEdit

_ASYNC_LEVELS = frozenset(f"a{level}" for level in LEVELS)
_BINDERS = frozenset({"bind", "contextualize"})
_LOG_OPTIONS = frozenset({"exc_info", "stack_info", "stacklevel"})
_PRINTERS = frozenset(
    {"builtins.print", "pprint.pprint", "pprint.pp", "sys.stdout.write", "sys.stderr.write"}
)
_PRINTER_NAMES = frozenset({"print", "pprint", "pp", "write"})
_WRITERS = LEVELS | _ASYNC_LEVELS | _BINDERS | _PRINTER_NAMES
_LOGGER_NAME = re.compile(r"(?:\w+_)?(?:logger|log|LOG|LOGGER)|(?:get_?\w*|make_|setup_)[lL]ogger\(\)")
_ERROR_WORD = re.compile(
    r"err|exc|fail|fault|problem|denied|invalid|auth|forbidden|found|bad|conflict|abort|http|missing|limit"
    r"|expired|reject|throttl|allow|accept|gone|entity|unavailable|unsupported|timeout|many|large",
    re.IGNORECASE,
)
_ERROR_NAME = re.compile(r"(?:\w+\.)*(?:[A-Z]\w+|abort)")


class LoggedValue(Fact, frozen=True):
    """A value that may be a secret and is written by a call; `writer` is the call's symbol.

    `sink` is `log`, `print` or `client`; `kind`, `written`, `symbol` and `excluded` are those of
    `Revealed`.
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
    return symbol is None or not is_outside(symbol, file.module) or _HOLDERS.search(symbol) is not None


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
        # `export API_KEY=…` is written for somebody to run.
        is_told = "export " in text_of(call) or _goes_to_file(file, call)
        if file.symbol(function) in _PRINTERS and not is_told:
            for value in arguments_of(call).positional:
                yield "print", "", value
    elif _is_error(call, name) and _ERROR_NAME.fullmatch(written) and _may_tell_client(file, function):
        for key, value in told(call):
            yield "client", key, value


def _is_error(call: Node, name: str) -> bool:
    """Whether what a call makes is raised, or has a name of what goes wrong."""
    parent = call.parent
    is_raised = parent is not None and parent.type == "raise_statement"
    return is_raised or _ERROR_WORD.search(name) is not None


def _may_tell_client(file: PyFile, function: Node) -> bool:
    """Whether a call may make an error of a web framework, or of a class of the workspace."""
    symbol = file.symbol(function)
    return symbol is not None and (is_client_error(symbol) or not is_outside(symbol, file.module))


def _goes_to_file(file: PyFile, call: Node) -> bool:
    """Whether `print` writes to a file of its own, or a piece of a stream as it comes."""
    keywords = arguments_of(call).keywords
    target = keywords.get("file")
    if target is not None and file.symbol(target) not in ("sys.stdout", "sys.stderr"):
        return True
    end = keywords.get("end")
    return end is not None and string_value(end) == ""


# -- join --------------------------------------------------------------------------------------------


def _join(context: JoinContext) -> Iterator[Finding]:
    for value in context.index.in_file(context.path, LoggedValue):
        if _is_sink(context, value) and _is_secret(context, value):
            where = {
                "log": "is written to the log",
                "print": "is printed",
                "client": "is sent to the client in an error",
            }[value.sink]
            yield context.find(value.anchor, f"{value.written} {where}", data={"kind": value.kind})


def _is_sink(context: JoinContext, value: LoggedValue) -> bool:
    if value.sink == "print":
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
        return symbol is None or _shows(context.index, symbol)
    if symbol is None or not symbol.endswith("()"):
        return value.kind == "settings" and "*" not in value.excluded
    return _holds_secret(context.index, symbol.removesuffix("()"), value)


_HIDDEN = re.compile(r"(?:^|\.)(?:Secret(?:Str|Bytes)?|Sensitive\w*|PaymentCardNumber)\(\)$")
_HOLDERS = re.compile(r"(?:^|\.)(?:HTTPAuthorizationCredentials|HTTPBasicCredentials|OAuth2Password\w+)\(\)$")
_PLAIN_MODULES = ("builtins.", "typing.", "typing_extensions.", "collections.", "uuid.", "pathlib.")
_UNWRITTEN = frozenset(f"builtins.{name}()" for name in ("int", "bool", "float", "object", "len", "bool"))


def _shows(index: FactIndex, symbol: str) -> bool:
    """Whether a value with a secret's name shows it when it is written, by what it is."""
    if symbol in _UNWRITTEN or _HIDDEN.search(symbol):
        return False
    if class_at(index, symbol) is not None or function_at(index, symbol) is not None:
        return False
    if file_of_module(index, symbol, "") is not None and "." in symbol:
        return False
    owner, _, _ = symbol.rpartition(".")
    if class_at(index, owner) is not None and any("Enum" in base for base in mro(index, owner)[0]):
        return False
    if not symbol.endswith("()") or symbol.startswith(_PLAIN_MODULES) or _HOLDERS.search(symbol):
        return True
    maker = symbol.removesuffix("()")
    if class_at(index, maker) is not None:
        return _fields_show(index, maker, ())
    if function_at(index, maker) is not None:
        return True
    # An object of a library's class shows nothing; what its functions give may be the secret.
    return not any(segment.lstrip("_")[:1].isupper() for segment in maker.split("()")[-1].split("."))


def _holds_secret(index: FactIndex, symbol: str, value: LoggedValue) -> bool:
    """Whether an instance of a class, or a dump of it, shows a field that says secret."""
    if class_at(index, symbol) is None:
        if value.kind == "settings":
            return "*" not in value.excluded
        return _HOLDERS.search(f"{symbol}()") is not None
    if "*" in value.excluded:
        return False
    names, _ = mro(index, symbol)
    is_settings = any(name.rpartition(".")[2] == "BaseSettings" for name in names)
    if value.kind == "settings" or is_settings:
        fields = [field for name in names for field in _fields(index, name)]
        if not fields and not value.excluded:
            return True
        return any(
            field not in value.excluded and (secret_kind(field) or _URL.search(field))
            for field, shown in _shown_fields(index, names)
            if shown
        )
    return _fields_show(index, symbol, value.excluded)


_URL = re.compile(
    r"(?i)(?:db|database|sqlalchemy|postgres\w*|mysql|mongo\w*|redis|broker|amqp|rabbit\w*|celery)\w*_(?:url|uri|dsn)"
    r"|(?:^|_)dsn$|connection_string"
)
_SHOWN_DECORATORS = re.compile(r"dataclass|(?:^|\.)(?:define|frozen|attrs|s)(?:\(\))?$")
_SHOWN_BASES = re.compile(
    r"(?:^|\.)(?:BaseModel|BaseSettings|NamedTuple|TypedDict|Struct|SQLModel|BaseSchema|Schema)$"
)


def _fields_show(index: FactIndex, symbol: str, excluded: tuple[str, ...]) -> bool:
    """Whether the text of an instance shows a field that says secret."""
    names, _ = mro(index, symbol)
    if any(_SHOWN_BASES.search(name) for name in names):
        shown = True
    else:
        found = class_at(index, symbol)
        decorators = found[1].decorators if found is not None else ()
        shown = any(
            decorator is not None
            and re.search(r"dataclass|(?:^|\.)(?:define|frozen|attrs|s)(?:\(\))?$", decorator)
            for decorator in decorators
        )
    if not shown or any(_writes_itself(index, name) for name in names):
        return False
    return any(
        is_shown and name not in excluded and secret_kind(name) == "secret"
        for name, is_shown in _shown_fields(index, names)
    )


def _fields(index: FactIndex, symbol: str) -> tuple[str, ...]:
    found = class_at(index, symbol)
    return tuple(found[1].attributes) if found is not None else ()


def _shown_fields(index: FactIndex, names: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The fields of a class and its bases, and whether their types show what they hold."""
    for name in names:
        found = class_at(index, name)
        if found is None:
            continue
        for field, symbol in found[1].attributes.items():
            hidden = symbol is not None and (
                _HIDDEN.search(symbol) is not None or symbol in ("builtins.bool()", "builtins.int()")
            )
            yield field, not hidden


def _writes_itself(index: FactIndex, symbol: str) -> bool:
    found = class_at(index, symbol)
    return found is not None and bool({"__repr__", "__str__", "__repr_args__"} & found[1].members.keys())


# -- fix ---------------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    node = _node_at(context)
    if node is None:
        return
    mask = _mask(context, node) if finding.data.get("kind") == "name" else None
    shown = _line(text_of(node))
    if mask is not None:
        yield context.fix(f"Mask {shown} with {mask}", "safe", replace_node(node, f"{mask}({text_of(node)})"))
        return
    yield context.fix(f"Replace {shown} by ***", "safe", _masked(context, node))


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


def _masked(context: FixContext, node: Node) -> list[TextEdit]:
    parent = node.parent
    if parent is not None and parent.type == "interpolation":
        return _without_hole(context.file, parent, node)
    if node.type == "dictionary_splat":
        name = _line(text_of(node.named_children[0])).rpartition(".")[2].partition("(")[0]
        return replace_node(node, f'"{name}": "***"')
    quote = _quote(node)
    edits = replace_node(node, f"{quote}***{quote}")
    return [*edits, *_text_conversion(node)]


def _without_hole(file: PyFile, hole: Node, node: Node) -> list[TextEdit]:
    """`***` in place of a hole; the `f` goes where it was the only one."""
    said = f"{text_of(node)}=" if any(child.type == "=" for child in hole.children) else ""
    edits = [TextEdit(Span(hole.start_byte, hole.end_byte), f"{said}***")]
    string = hole.parent
    start = string.children[0] if string is not None and string.children else None
    if string is None or start is None or start.type != "string_start":
        return edits
    prefix = text_of(start)
    others = [child for child in string.named_children if child.type == "interpolation"]
    if len(others) == 1 and "{{" not in text_of(string) and "}}" not in text_of(string):
        plain = prefix.replace("f", "", 1) if "f" in prefix else prefix.replace("F", "", 1)
        edits.insert(0, TextEdit(Span(start.start_byte, start.end_byte), plain))
    return edits


def _quote(node: Node) -> str:
    """The quote for a new literal: not that of an f-string around it, else that of the call's strings."""
    around = enclosing(node, "string")
    if around is not None:
        return '"' if "'" in text_of(around.children[0]) else "'"
    call = enclosing(node, "call")
    pending = [call] if call is not None else []
    while pending:
        current = pending.pop(0)
        if current.type == "string_start":
            return "'" if "'" in text_of(current) else '"'
        pending = [*current.children, *pending]
    return '"'


_CONVERSION = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?([a-zA-Z%])")


def _text_conversion(node: Node) -> list[TextEdit]:
    """`%s` in place of the `%d` that the value was written by."""
    holder = node.parent
    if holder is None or holder.type != "argument_list":
        return []
    values = [child for child in holder.named_children if child.type not in ("comment", "keyword_argument")]
    position = next((n for n, value in enumerate(values) if value.id == node.id), 0)
    first = next((n for n, value in enumerate(values[:position]) if value.type == "string"), None)
    if first is None:
        return []
    found = [match for match in _CONVERSION.finditer(text_of(values[first])) if match.group(1) != "%"]
    n_hole = position - first - 1
    if n_hole >= len(found) or found[n_hole].group(1) in "sra" or not text_of(values[first]).isascii():
        return []
    start = values[first].start_byte
    return [TextEdit(Span(start + found[n_hole].start(), start + found[n_hole].end()), "%s")]


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


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."


ANALYZER = Analyzer(
    collect=_collect,
    join=_join,
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
