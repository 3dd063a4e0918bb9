"""Character sets of MySQL and MariaDB: in addresses, options of connections and of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, enclosing, span_within, string_value, text_of
from bugcatalog_ls.text.spans import Span, TextEdit

_DRIVERS = ("mysql", "mariadb")
_URL = re.compile(r"(?:mysql|mariadb)(?:\+(?P<driver>\w+))?://(?P<rest>\S+)", re.DOTALL)
_ADDRESS = re.compile(rb"(?:mysql|mariadb)(?:\+\w+)?://|charset=utf8", re.IGNORECASE)
_ADDRESS_WORDS = Words(b"mysql:", b"mysql+", b"mariadb:", b"mariadb+", b"charset=utf8", any_case=True)
_SHORT_WORDS = Words(b"utf8'", b'utf8"', b"utf8mb3'", b'utf8mb3"', any_case=True)
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


class ShortCharset(NamedTuple):
    """A place where a connection or a table gets characters of three bytes, and why.

    A `charset` names such a set; at an address with `no charset` the driver's default is one.
    """

    span: Span
    message: str
    kind: Literal["charset", "no charset"]


def short_charsets(file: PyFile) -> Iterator[ShortCharset]:
    """The places of a file where text gets three bytes per character."""
    may_hold = file.holds(_ADDRESS_WORDS) and _ADDRESS.search(file.source.data) is not None
    for string in file.nodes("string") if may_hold else ():
        parent = string.parent
        if parent is None or parent.type not in ("expression_statement", "comparison_operator"):
            yield from _in_address(file, string)
    if not file.holds(_SHORT_WORDS):
        return
    for keyword in file.nodes("keyword_argument"):
        name = keyword.child_by_field_name("name")
        if name is not None and _is_short(keyword.child_by_field_name("value")):
            call = enclosing(keyword, "call")
            is_connect = text_of(name) == "charset" and call is not None and file.callee(call) in _CONNECTS
            if text_of(name) in _CHARSET_KEYS or is_connect:
                yield _named(keyword)
    for pair in file.nodes("pair"):
        key = string_value(pair.child_by_field_name("key"))
        if _is_short(pair.child_by_field_name("value")) and (
            key in _CHARSET_KEYS or (key == "charset" and _is_mysql_option(file, pair))
        ):
            yield _named(pair)


def to_four_bytes(file: PyFile, span: Span, holder: Node | None) -> list[TextEdit]:
    """The edits that name utf8mb4 instead, for the collations beside it as well."""
    written = file.source.slice(span)
    match = re.search(r"utf8(?:mb3)?(?![\w])", written, re.IGNORECASE)
    if match is None:
        return []
    first = span.start + len(written[: match.start()].encode())
    edits = [TextEdit(Span(first, first + len(match.group().encode())), "utf8mb4")]
    return [*edits, *(_collations(holder) if holder is not None else ())]


def with_charset(address: Node) -> list[TextEdit]:
    """The edit that adds utf8mb4 to an address."""
    content = address.named_children[-1] if address.named_children else address
    end = content.start_byte if content.type == "string_end" else content.end_byte
    separator = "&" if "?" in text_of(address) else "?"
    return [TextEdit(Span(end, end), f"{separator}charset=utf8mb4")]


def _named(place: Node) -> ShortCharset:
    message = f"{text_of(place)} holds three bytes per character"
    return ShortCharset(Span(place.start_byte, place.end_byte), message, "charset")


def _is_short(value: Node | None) -> bool:
    return (string_value(value) or "").lower() in _CHARSETS


def _in_address(file: PyFile, string: Node) -> Iterator[ShortCharset]:
    written = text_of(string)
    body = written.lstrip("rRfFbBuU").strip("'\"")
    match = _URL.fullmatch(body)
    found = _THREE_BYTES.search(written)
    if found is not None:
        if body.startswith(_DRIVERS) or _begins_with_mysql(string):
            span = span_within(string, found.start(), found.end())
            yield ShortCharset(span, f"{found.group()} holds three bytes per character", "charset")
        return
    if (
        match is None
        or "charset" in body
        or '"charset"' in file.source.text
        or "'charset'" in file.source.text
    ):
        return
    if string.parent is not None and string.parent.type in ("concatenated_string", "binary_operator"):
        operator = string.parent.child_by_field_name("operator")
        if operator is None or text_of(operator) != "%":
            return
    if _has_open_end(string) or not _looks_complete(match["rest"]):
        return
    driver = match["driver"]
    if driver == "mysqldb" or (driver is None and _is_for_sqlalchemy(file, string)):
        message = "mysqlclient does not speak utf8mb4 unless it is told to"
        yield ShortCharset(Span(string.start_byte, string.end_byte), message, "no charset")


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
