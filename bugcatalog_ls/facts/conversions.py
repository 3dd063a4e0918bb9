"""Conversions: what is only turned into another form in memory, so that a failure says all by itself."""

from __future__ import annotations

from itertools import chain

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, body_of, called_name, callee_of, statements, walk

_MAX_STATEMENTS = 4
_STATEMENTS = frozenset({"expression_statement", "return_statement", "if_statement", "pass_statement"})
_BUILTINS = frozenset(
    {"bool", "bytes", "bytearray", "complex", "float", "int", "isinstance", "len", "list", "repr", "round"}
    | {"set", "sorted", "str", "tuple"}
)
_CONVERTERS = frozenset(
    {"json.loads", "json.dumps", "ast.literal_eval", "decimal.Decimal", "fractions.Fraction", "uuid.UUID"}
    | {"datetime.datetime.strptime", "datetime.datetime.fromisoformat", "datetime.datetime.fromtimestamp"}
    | {"datetime.date.fromisoformat", "datetime.time.fromisoformat", "dateutil.parser.parse"}
    | {"dateutil.parser.isoparse", "base64.b64decode", "base64.b64encode", "base64.urlsafe_b64decode"}
    | {"binascii.unhexlify", "ipaddress.ip_address", "ipaddress.ip_network", "zoneinfo.ZoneInfo"}
    | {
        "urllib.parse.urlparse",
        "urllib.parse.urlsplit",
        "urllib.parse.unquote",
        "email.utils.parsedate_to_datetime",
    }
)
# Methods of texts and bytes, which reach no further than what they are called on.
_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "split", "rsplit", "partition", "rpartition", "lower", "upper", "replace"}
    | {"removeprefix", "removesuffix", "startswith", "endswith", "isoformat", "strftime"}
)
_CODECS = frozenset({"decode", "encode"})


def only_converts(file: PyFile, attempt: Node) -> bool:
    """Whether the short body of a `try` or a `with` calls nothing but what converts what it is given."""
    body = attempt.child_by_field_name("body")
    if body is None or len(body_of(attempt)) > _MAX_STATEMENTS:
        return False
    n_conversions = 0
    for node in chain(statements(body), walk(body)):
        if node.type.endswith("_statement") and node.type not in _STATEMENTS:
            return False
        if node.type in ("await", "yield", "lambda"):
            return False
        if node.type == "call":
            if not _converts(file, node):
                return False
            n_conversions += 1
    return n_conversions > 0


def _converts(file: PyFile, call: Node) -> bool:
    callee = callee_of(call)
    if callee is None:
        return False
    name, symbol = called_name(call), file.symbol(callee)
    if callee.type == "attribute" and (name in _METHODS or (name in _CODECS and _is_of_text(call))):
        return True
    return symbol in _CONVERTERS or (name in _BUILTINS and symbol == f"builtins.{name}")


def _is_of_text(call: Node) -> bool:
    """`raw.decode("utf-8")`; what is given more than an encoding's name is another thing (`jwt.decode`)."""
    given = arguments_of(call)
    return all(value.type == "string" for value in (*given.positional, *given.keywords.values()))
