"""BC502: text whose encoding is left to the machine, the driver or the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.paths import is_path, path_base, path_names
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.facts.user_text import is_user_text
from bugcatalog_ls.syntax.edits import add_item, add_keyword, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    Arguments,
    ancestors,
    arguments_of,
    body_of,
    callee_of,
    constant_value,
    enclosing,
    is_none,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.text.spans import Span, TextEdit

_UTF8_BY_DEFAULT = (3, 15)

# Where the mode and the encoding stand among the positional arguments, and the mode where none is given.
_OPENERS: dict[str, tuple[int | None, int, str]] = {
    "builtins.open": (1, 3, "r"),
    "io.open": (1, 3, "r"),
    "os.fdopen": (1, 3, "r"),
    "aiofiles.open": (1, 3, "r"),
    "aiofiles.threadpool.open": (1, 3, "r"),
    "anyio.open_file": (1, 3, "r"),
    "gzip.open": (1, 3, "rb"),
    "bz2.open": (1, 3, "rb"),
    "lzma.open": (1, 99, "rb"),
    "tempfile.NamedTemporaryFile": (0, 2, "w+b"),
    "tempfile.TemporaryFile": (0, 2, "w+b"),
    "tempfile.SpooledTemporaryFile": (1, 3, "w+b"),
    "aiofiles.tempfile.NamedTemporaryFile": (0, 2, "w+b"),
    "aiofiles.tempfile.TemporaryFile": (0, 2, "w+b"),
    "logging.FileHandler": (None, 2, "a"),
    "logging.handlers.WatchedFileHandler": (None, 2, "a"),
    "logging.handlers.RotatingFileHandler": (None, 4, "a"),
    "logging.handlers.TimedRotatingFileHandler": (None, 4, "a"),
}
_DEFAULT_BINARY = frozenset({"gzip.open", "bz2.open", "lzma.open"})
_PATH_METHODS: dict[str, tuple[int | None, int, str]] = {
    "open": (0, 2, "r"),
    "read_text": (None, 0, "r"),
    "write_text": (None, 1, "w"),
}
_PROCESSES = frozenset(
    f"subprocess.{name}" for name in ("run", "Popen", "check_output", "check_call", "call")
)
_HANDLERS = frozenset(name for name in _OPENERS if name.startswith("logging."))
_DRIVERS = ("mysql", "mariadb")
_URL = re.compile(r"(?:mysql|mariadb)(?:\+(?P<driver>\w+))?://(?P<rest>\S+)", re.DOTALL)
_THREE_BYTES = re.compile(r"charset=(?:utf8mb3|utf8)(?![\w-])", re.IGNORECASE)
_CHARSETS = frozenset({"utf8", "utf8mb3"})
_CHARSET_KEYS = frozenset(
    {
        "mysql_charset",
        "mariadb_charset",
        "mysql_default_charset",
        "mysql_character_set",
        "mariadb_default_charset",
    }
)
_CONNECTS = frozenset(
    f"{module}.{name}"
    for module in ("pymysql", "MySQLdb", "aiomysql", "asyncmy", "mysql.connector", "cymysql")
    for name in ("connect", "create_pool", "Connection", "Connect")
)
_ENGINES = re.compile(r"(?:sqlalchemy|sqlmodel)\.(?:[\w.]+\.)?create_(?:async_)?engine")
_JSON_CHARSET = re.compile(
    r"application/(?:[\w.-]+\+)?json\s*;\s*(?P<charset>charset=\s*(?P<name>[\w-]+))", re.I
)
_NARROW = frozenset({"ascii", "us-ascii", "latin-1", "latin1", "latin_1", "iso-8859-1", "iso8859-1", "l1"})


_TEXT_MODELS = frozenset(
    {
        "pydantic.BaseModel",
        "pydantic.main.BaseModel",
        "sqlmodel.SQLModel",
        "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.orm.declarative_base()",
        "sqlalchemy.ext.declarative.declarative_base()",
        "flask_sqlalchemy.SQLAlchemy().Model",
        "django.db.models.Model",
        "msgspec.Struct",
        "tortoise.models.Model",
        "wtforms.Form",
        "flask_wtf.FlaskForm",
    }
)
_ASCII_ONLY = ("/proc/", "/sys/", "/dev/", "NUL")


class ForeignText(Fact, frozen=True):
    """A text access through what has to be a path, or a user's text by the model it belongs to."""

    path: str
    anchor: str
    symbol: str
    said: str
    kind: str

    @property
    def key(self) -> str:
        return self.path


def _check(ctx: FileContext) -> Iterator[Finding]:
    file = ctx.file
    if ctx.options.target_python < _UTF8_BY_DEFAULT:
        for call in file.nodes("call"):
            is_implicit = _is_implicit(file, call, file.callee(call)) or _path_access(file, call) == ""
            if is_implicit and not _is_untouched(call):
                yield ctx.find(call, _message(call), data={"kind": "encoding"})
        if b"FileHandler" in file.source.data:
            yield from _handler_dicts(ctx)
    if any(word in file.source.data for word in (b"mysql", b"mariadb", b"MySQL", b"charset")):
        yield from _databases(ctx)
    for call in file.nodes("call"):
        if _narrow_codec(call) is not None and is_user_text(file, _encoded(call)):
            yield ctx.find(call, _narrow_message(call), data={"kind": "narrow"})


def _collect(file: PyFile, facts: Facts) -> None:
    for name in path_names(file):
        facts.add(name)
    for call in file.nodes("call"):
        base = _path_access(file, call)
        if base and not _is_untouched(call):
            where = file.qualname_at(call.start_byte)
            anchor = facts.anchor(f"text {where} {text_of(callee_of(call) or call)}", call)
            facts.add(ForeignText(file.path, anchor, base, _message(call), "path"))
        elif _narrow_codec(call) is not None and (value := _encoded(call)) is not None:
            owner = file.symbol(value.child_by_field_name("object")) if value.type == "attribute" else None
            if owner is not None and owner.endswith("()"):
                where = file.qualname_at(call.start_byte)
                anchor = facts.anchor(f"encode {where} {text_of(value)}", call)
                facts.add(ForeignText(file.path, anchor, owner, _narrow_message(call), "model"))


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for found in ctx.index.in_file(ctx.path, ForeignText):
        if found.kind == "path":
            if ctx.options.target_python < _UTF8_BY_DEFAULT and is_path(ctx.index, found.symbol, ctx.path):
                yield ctx.find(found.anchor, found.said, data={"kind": "encoding"})
            continue
        owner = ctx.resolve(found.symbol).removesuffix("()")
        bases = mro(ctx.index, owner)[0]
        if class_at(ctx.index, owner) is not None and not _TEXT_MODELS.isdisjoint(bases):
            yield ctx.find(found.anchor, found.said, data={"kind": "narrow"})


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    kind = finding.data.get("kind")
    node = ctx.node
    if kind == "encoding":
        call = node if node.type == "call" else ctx.node_of("call")
        if call is not None:
            yield ctx.fix('Add encoding="utf-8"', "safe", _with_encoding(ctx.file, call))
    elif kind == "handler":
        if node.type == "pair" and node.parent is not None:
            yield ctx.fix('Add encoding="utf-8"', "safe", _with_pair(ctx.file, node.parent))
    elif kind == "charset":
        edits = _to_four_bytes(ctx.file, ctx.span)
        holder = node.parent if node.type in ("keyword_argument", "pair") else None
        yield ctx.fix("Use utf8mb4", "safe", [*edits, *(_collations(holder) if holder is not None else ())])
    elif kind == "no charset":
        yield ctx.fix("Use utf8mb4", "safe", _with_charset(ctx, node))
    elif kind == "json":
        yield ctx.fix("Announce UTF-8", "suggested", [TextEdit(ctx.span, "charset=utf-8")])


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    fix=_fix,
    literals=(
        b"open",
        b"_text(",
        b"Path",
        b"subprocess",
        b"TemporaryFile",
        b"FileHandler",
        b"basicConfig",
        b".encode(",
        b"charset",
        b"mysql",
        b"mariadb",
    ),
)


# -- files, processes, logs --------------------------------------------------------------------------


def _is_implicit(file: PyFile, call: Node, symbol: str | None) -> bool:
    """Whether a call surely handles text in whatever encoding the machine prefers."""
    if symbol is None:
        return False
    arguments = arguments_of(call)
    if symbol in _PROCESSES:
        if arguments.dict_unpacked or not _is_absent(arguments, None):
            return False
        return any(
            constant_value(arguments.keywords.get(name)) is True for name in ("text", "universal_newlines")
        )
    if symbol == "logging.basicConfig":
        given = arguments.keywords.get("filename")
        return (
            given is not None
            and not is_none(given)
            and not arguments.dict_unpacked
            and _is_absent(arguments, None)
        )
    if symbol == "io.TextIOWrapper":
        return not any((arguments.list_unpacked, arguments.dict_unpacked)) and _is_absent(arguments, 1)
    places = _OPENERS.get(symbol)
    if places is None or not _is_text(arguments, *places, wants_t=symbol in _DEFAULT_BINARY):
        return False
    return not _is_ascii_only(file, arguments)


def _is_text(
    arguments: Arguments, mode: int | None, encoding: int, default: str, *, wants_t: bool = False
) -> bool:
    if arguments.list_unpacked or arguments.dict_unpacked or not _is_absent(arguments, encoding):
        return False
    if mode is None:
        return True
    modes = _modes(arguments.get("mode", mode), default)
    return bool(modes) and all("t" in one if wants_t else "b" not in one for one in modes)


def _modes(node: Node | None, default: str) -> list[str]:
    """The modes that an argument may give; none where that is not known."""
    if node is None:
        return [default]
    node = unparenthesised(node)
    if node.type == "conditional_expression" and len(node.named_children) == 3:
        first, _, second = node.named_children
        left, right = _modes(first, default), _modes(second, default)
        return left + right if left and right else []
    value = string_value(node)
    return [value] if value is not None else []


def _is_absent(arguments: Arguments, position: int | None) -> bool:
    given = arguments.get("encoding", position)
    return given is None or is_none(given)


def _is_ascii_only(file: PyFile, arguments: Arguments) -> bool:
    """Whether what is opened holds no text of people: a device, the kernel's files."""
    target = arguments.get("file", 0)
    if target is None:
        return False
    if file.symbol(target) == "os.devnull":
        return True
    if target.type == "string":
        return text_of(target).lstrip("rRfFbBuU").strip("'\"").startswith(_ASCII_ONLY)
    return False


def _is_untouched(call: Node) -> bool:
    """Whether a file is only made or emptied: opened and closed with nothing read or written."""
    parent = call.parent
    if parent is not None and parent.type == "attribute":
        return text_of(parent).endswith(".close")
    if parent is None or parent.type != "with_item":
        return False
    statement = enclosing(parent, "with_statement")
    return statement is not None and all(child.type == "pass_statement" for child in body_of(statement))


def _path_access(file: PyFile, call: Node) -> str | None:
    """What has to be a path for a call to be an implicit text access (empty: it is one)."""
    function = callee_of(call)
    if function is None or function.type != "attribute":
        return None
    name = function.child_by_field_name("attribute")
    places = _PATH_METHODS.get(text_of(name) if name is not None else "")
    if places is None or not _is_text(arguments_of(call), *places):
        return None
    owner = function.child_by_field_name("object")
    if owner is None or any(
        f"{quote}{start}" in text_of(owner) for quote in "'\"" for start in _ASCII_ONLY[:3]
    ):
        return None
    return path_base(file, owner)


def _handler_dicts(ctx: FileContext) -> Iterator[Finding]:
    """Handlers in dictionaries for `logging.config.dictConfig`."""
    for pair in ctx.file.nodes("pair"):
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if string_value(key) not in ("class", "()") or string_value(value) not in _HANDLERS:
            continue
        keys = {string_value(other.child_by_field_name("key")) for other in _pairs(pair.parent)}
        splats = any(child.type == "dictionary_splat" for child in (pair.parent or pair).named_children)
        if value is not None and "filename" in keys and "encoding" not in keys and not splats:
            yield ctx.find(
                pair, f"{string_value(value)} writes in the machine's encoding", data={"kind": "handler"}
            )


def _pairs(dictionary: Node | None) -> list[Node]:
    return [child for child in dictionary.named_children if child.type == "pair"] if dictionary else []


def _message(call: Node) -> str:
    function = callee_of(call)
    name = " ".join(text_of(function).split()) if function is not None else "the call"
    name = name if len(name) <= 40 else name.rpartition(".")[2]
    return f"{name}(…) leaves the encoding to the machine"


# -- databases and headers ---------------------------------------------------------------------------


def _databases(ctx: FileContext) -> Iterator[Finding]:
    file = ctx.file
    for string in file.nodes("string"):
        if string.parent is not None and string.parent.type in (
            "expression_statement",
            "comparison_operator",
        ):
            continue
        written = text_of(string)
        for match in _JSON_CHARSET.finditer(written):
            if match["name"].lower() not in ("utf-8", "utf8"):
                span = _within(file, string, match.start("charset"), match.end("charset"))
                yield ctx.find(span, f"JSON is announced as {match['name']}", data={"kind": "json"})
        yield from _urls(ctx, string, written)
    for keyword in file.nodes("keyword_argument"):
        name = keyword.child_by_field_name("name")
        value = string_value(keyword.child_by_field_name("value"))
        if name is None or value is None or value.lower() not in _CHARSETS:
            continue
        call = enclosing(keyword, "call")
        is_connect = text_of(name) == "charset" and call is not None and file.callee(call) in _CONNECTS
        if text_of(name) in _CHARSET_KEYS or is_connect:
            yield ctx.find(
                keyword, f"{text_of(keyword)} holds three bytes per character", data={"kind": "charset"}
            )
    for pair in file.nodes("pair"):
        key = string_value(pair.child_by_field_name("key"))
        value = string_value(pair.child_by_field_name("value"))
        if value is None or value.lower() not in _CHARSETS:
            continue
        if key in _CHARSET_KEYS or (key == "charset" and _is_mysql_option(file, pair)):
            yield ctx.find(pair, f"{text_of(pair)} holds three bytes per character", data={"kind": "charset"})


def _urls(ctx: FileContext, string: Node, written: str) -> Iterator[Finding]:
    body = written.lstrip("rRfFbBuU").strip("'\"")
    match = _URL.fullmatch(body)
    found = _THREE_BYTES.search(written)
    if found is not None:
        if body.startswith(_DRIVERS) or _begins_with_mysql(string):
            span = _within(ctx.file, string, found.start(), found.end())
            yield ctx.find(span, f"{found.group()} holds three bytes per character", data={"kind": "charset"})
        return
    if (
        match is None
        or "charset" in body
        or '"charset"' in ctx.file.source.text
        or "'charset'" in ctx.file.source.text
    ):
        return
    if string.parent is not None and string.parent.type in ("concatenated_string", "binary_operator"):
        operator = string.parent.child_by_field_name("operator")
        if operator is None or text_of(operator) != "%":
            return
    if _has_open_end(string) or not _looks_complete(match["rest"]):
        return
    driver = match["driver"]
    if driver == "mysqldb" or (driver is None and _is_for_sqlalchemy(ctx.file, string)):
        yield ctx.find(
            string, "mysqlclient does not speak utf8mb4 unless it is told to", data={"kind": "no charset"}
        )


def _within(file: PyFile, node: Node, start: int, end: int) -> Span:
    """A range of characters of a node's text, in bytes of the file."""
    text = text_of(node)
    first = node.start_byte + len(text[:start].encode())
    return Span(first, first + len(text[start:end].encode()))


def _begins_with_mysql(string: Node) -> bool:
    """Whether a string is the end of a longer text that begins as a MySQL URL."""
    outer = string
    for parent in ancestors(string):
        if parent.type not in ("concatenated_string", "binary_operator", "parenthesized_expression"):
            break
        outer = parent
    return text_of(outer).lstrip("(rRfFbBuU\n \t").strip("'\"").startswith(_DRIVERS)


def _has_open_end(string: Node) -> bool:
    """Whether what an f-string ends with may bring parameters of its own."""
    parts = [child for child in string.named_children if child.type in ("interpolation", "string_content")]
    if not parts or parts[-1].type != "interpolation":
        return False
    before = parts[-2] if len(parts) > 1 else None
    return before is None or before.type == "interpolation" or not text_of(before).endswith("/")


def _looks_complete(rest: str) -> bool:
    """Whether an address with a host follows, not just the scheme or an ellipsis."""
    return not rest.startswith((".", "…", "<")) and ("@" in rest or "/" in rest)


def _is_for_sqlalchemy(file: PyFile, string: Node) -> bool:
    parent = string.parent
    if parent is not None and parent.type == "argument_list" and parent.parent is not None:
        return bool(_ENGINES.fullmatch(file.callee(parent.parent) or ""))
    if parent is not None and parent.type == "assignment":
        left = parent.child_by_field_name("left")
        name = text_of(left) if left is not None else ""
        if "SQLALCHEMY" in name:
            return True
        if left is None or left.type != "identifier":
            return False
        for call in file.nodes("call"):
            first = arguments_of(call).get("url", 0)
            if first is not None and text_of(first) == name and _ENGINES.fullmatch(file.callee(call) or ""):
                return True
    return False


def _is_mysql_option(file: PyFile, pair: Node) -> bool:
    """Whether a `charset` in a dictionary is an option of a MySQL connection."""
    for parent in ancestors(pair):
        if parent.type == "keyword_argument":
            name = parent.child_by_field_name("name")
            call = enclosing(parent, "call")
            return (
                name is not None
                and text_of(name) in ("connect_args", "query")
                and call is not None
                and (
                    bool(_ENGINES.fullmatch(file.callee(call) or ""))
                    or text_of(call).startswith("URL.create")
                )
            )
        if parent.type == "dictionary" and "django.db.backends.mysql" in text_of(parent):
            return True
        if parent.type in ("function_definition", "class_definition"):
            return False
    return False


# -- text of users -----------------------------------------------------------------------------------


def _narrow_codec(call: Node) -> str | None:
    """The codec of `.encode("ascii")` and the like, which cannot hold every text."""
    function = callee_of(call)
    if function is None or function.type != "attribute":
        return None
    name = function.child_by_field_name("attribute")
    if name is None or text_of(name) != "encode":
        return None
    arguments = arguments_of(call)
    errors = arguments.get("errors", 1)
    if errors is not None and string_value(errors) != "strict":
        return None
    codec = string_value(arguments.get("encoding", 0))
    return codec if codec is not None and codec.lower() in _NARROW else None


def _encoded(call: Node) -> Node | None:
    function = callee_of(call)
    return function.child_by_field_name("object") if function is not None else None


def _narrow_message(call: Node) -> str:
    value = _encoded(call)
    name = " ".join(text_of(value).split()) if value is not None else ""
    name = name if 0 < len(name) <= 40 else "the text"
    return f"{name} may hold characters that {_narrow_codec(call)} does not have"


# -- mending -----------------------------------------------------------------------------------------


def _with_encoding(file: PyFile, call: Node) -> list[TextEdit]:
    value = _quoted(file, call, "utf-8")
    arguments = arguments_of(call)
    given = arguments.keywords.get("encoding")
    if given is not None:
        return replace_node(given, value)
    spare = next((node for node in arguments.positional if is_none(node)), None)
    return replace_node(spare, value) if spare is not None else add_keyword(file, call, "encoding", value)


def _with_pair(file: PyFile, dictionary: Node) -> list[TextEdit]:
    items = [child for child in dictionary.named_children if child.type not in ("comment", "ERROR")]
    quote = _quoted(file, dictionary, "encoding")
    return add_item(file, dictionary, items, len(items), f"{quote}: {_quoted(file, dictionary, 'utf-8')}")


def _quoted(file: PyFile, near: Node, value: str) -> str:
    """A string literal in the quotes that the code around uses, else the file."""
    text, data = text_of(near), file.source.data
    n_single, n_double = text.count("'"), text.count('"')
    if n_single == n_double:
        n_single, n_double = data.count(b"'"), data.count(b'"')
    quote = "'" if n_single > n_double else '"'
    if any(parent.type == "interpolation" for parent in ancestors(near)):
        outer = enclosing(near, "string")
        quote = "'" if outer is not None and text_of(outer).rstrip()[-1:] == '"' else '"'
    return f"{quote}{value}{quote}"


def _to_four_bytes(file: PyFile, span: Span) -> list[TextEdit]:
    written = file.source.slice(span)
    match = re.search(r"utf8(?:mb3)?(?![\w])", written, re.IGNORECASE)
    if match is None:
        return []
    first = span.start + len(written[: match.start()].encode())
    return [TextEdit(Span(first, first + len(match.group().encode())), "utf8mb4")]


def _collations(holder: Node) -> Iterator[TextEdit]:
    """The collations beside a character set have to belong to it."""
    for child in holder.named_children:
        if child.type not in ("keyword_argument", "pair"):
            continue
        name = child.child_by_field_name("name") or child.child_by_field_name("key")
        value = child.child_by_field_name("value")
        if name is None or value is None or not text_of(name).strip("'\"").endswith("collate"):
            continue
        match = re.match(r"['\"](utf8(?:mb3)?)_", text_of(value))
        if match is not None:
            start = value.start_byte + match.start(1)
            yield TextEdit(Span(start, start + len(match.group(1))), "utf8mb4")


def _with_charset(ctx: FixContext, string: Node) -> list[TextEdit]:
    content = string.named_children[-1] if string.named_children else string
    end = content.start_byte if content.type == "string_end" else content.end_byte
    separator = "&" if "?" in text_of(string) else "?"
    return [TextEdit(Span(end, end), f"{separator}charset=utf8mb4")]
