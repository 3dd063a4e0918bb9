"""BC502: text whose encoding is left to the machine, the driver or the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.ascii_texts import writes_ascii
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.mysql_charsets import short_charsets, to_four_bytes, with_charset
from bugcatalog_ls.facts.paths import is_path, path_names
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.facts.text_files import (
    LOG_HANDLERS,
    TEXT_CALLS,
    TEXT_METHODS,
    implicit_path,
    is_implicit,
    is_untouched,
)
from bugcatalog_ls.facts.user_text import encoded_value, is_user_text, narrow_codec
from bugcatalog_ls.syntax.edits import add_item, add_keyword, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    elements_of,
    enclosing,
    is_none,
    span_within,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.old_pythons import runs_only_on_python_2
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit

_UTF8_BY_DEFAULT = (3, 15)
_CHARSETS = Words(b"mysql", b"mariadb", b"charset", any_case=True)
_JSON_CHARSET = re.compile(
    r"application/(?:[\w.-]+\+)?json\s*;\s*(?P<charset>charset=\s*(?P<name>[\w-]+))", re.I
)
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


class ForeignText(Fact, frozen=True):
    """A text access through what has to be a path (`kind` "path", or "ascii" where it writes nothing
    else), or a user's text by the model it belongs to."""

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
        for call in file.calls_named(*TEXT_CALLS):
            is_text = is_implicit(file, call, file.callee(call)) or implicit_path(file, call) == ""
            if is_text and not is_untouched(call) and not runs_only_on_python_2(file, call):
                variant = "test" if ctx.is_test else "ascii" if writes_ascii(file, call) else ""
                yield ctx.find(call, _message(call), variant=variant, data={"kind": "encoding"})
        if b"FileHandler" in file.source.data:
            yield from _handler_dicts(ctx)
    if file.holds(_CHARSETS):
        for found in short_charsets(file):
            yield ctx.find(found.span, found.message, data={"kind": found.kind})
        if b"charset=" in file.source.data.lower():
            yield from _json_charsets(ctx)
    for call in file.calls_written("encode"):
        if narrow_codec(call) is not None and is_user_text(file, encoded_value(call)):
            yield ctx.find(call, _narrow_message(call), data={"kind": "narrow"})


def _collect(file: PyFile, facts: Facts) -> None:
    for name in path_names(file):
        facts.add(name)
    for call in file.calls_written(*TEXT_METHODS):
        base = implicit_path(file, call)
        if base and not is_untouched(call) and not runs_only_on_python_2(file, call):
            where = file.qualname_at(call.start_byte)
            anchor = facts.anchor(f"text {where} {text_of(callee_of(call) or call)}", call)
            kind = "ascii" if writes_ascii(file, call) else "path"
            facts.add(ForeignText(file.path, anchor, base, _message(call), kind))
    for call in file.calls_written("encode"):
        if narrow_codec(call) is not None and (value := encoded_value(call)) is not None:
            owner = file.symbol(value.child_by_field_name("object")) if value.type == "attribute" else None
            if owner is not None and owner.endswith("()"):
                where = file.qualname_at(call.start_byte)
                anchor = facts.anchor(f"encode {where} {text_of(value)}", call)
                facts.add(ForeignText(file.path, anchor, owner, _narrow_message(call), "model"))


def _join(ctx: JoinContext) -> Iterator[Finding]:
    for found in ctx.index.in_file(ctx.path, ForeignText):
        if found.kind in ("path", "ascii"):
            if ctx.options.target_python < _UTF8_BY_DEFAULT and is_path(ctx.index, found.symbol, ctx.path):
                variant = "test" if ctx.is_test else "ascii" if found.kind == "ascii" else ""
                yield ctx.find(found.anchor, found.said, variant=variant, data={"kind": "encoding"})
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
            edits = fitted(ctx.file, _with_encoding(ctx.file, call), ctx.read("pyproject.toml"))
            yield ctx.fix('Add encoding="utf-8"', "safe", edits)
    elif kind == "handler":
        if node.type == "pair" and node.parent is not None:
            yield ctx.fix('Add encoding="utf-8"', "safe", _with_pair(ctx.file, node.parent))
    elif kind == "charset":
        holder = node.parent if node.type in ("keyword_argument", "pair") else None
        yield ctx.fix("Use utf8mb4", "safe", to_four_bytes(ctx.file, ctx.span, holder))
    elif kind == "no charset":
        yield ctx.fix("Use utf8mb4", "safe", with_charset(node))
    elif kind == "json":
        yield ctx.fix("Announce UTF-8", "suggested", [TextEdit(ctx.span, "charset=utf-8")])


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(ForeignText,),
    fix=_fix,
    literals=(
        b"open",
        b"_text(",
        b"Path",
        b"subprocess",
        b"TemporaryFile",
        b"FileHandler",
        b"basicConfig",
        b"TextIOWrapper",
        b".encode(",
        b"charset",
        b"CHARSET",
        b"Charset",
        b"mysql",
        b"mariadb",
    ),
)


def _handler_dicts(ctx: FileContext) -> Iterator[Finding]:
    """Handlers in dictionaries for `logging.config.dictConfig`."""
    for pair in ctx.file.nodes("pair"):
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if string_value(key) not in ("class", "()") or string_value(value) not in LOG_HANDLERS:
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


def _json_charsets(ctx: FileContext) -> Iterator[Finding]:
    """JSON that is announced in another character set than the one it may have."""
    for string in ctx.file.nodes("string"):
        parent = string.parent
        if parent is not None and parent.type in ("expression_statement", "comparison_operator"):
            continue
        for match in _JSON_CHARSET.finditer(text_of(string)):
            if match["name"].lower() not in ("utf-8", "utf8"):
                span = span_within(string, match.start("charset"), match.end("charset"))
                yield ctx.find(span, f"JSON is announced as {match['name']}", data={"kind": "json"})


def _narrow_message(call: Node) -> str:
    value = encoded_value(call)
    name = " ".join(text_of(value).split()) if value is not None else ""
    name = name if 0 < len(name) <= 40 else "the text"
    return f"{name} may hold characters that {narrow_codec(call)} does not have"


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
    items = elements_of(dictionary)
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
