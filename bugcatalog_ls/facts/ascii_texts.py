"""Texts that a program makes itself of ASCII alone: tokens, digests, ids, PEM, numbers, times."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    called_name,
    callee_of,
    enclosing,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.words import identifiers_named

_DEPTH = 4
# What gives ASCII whatever it is given, by symbol, and by the last name of a method.
_MAKERS = frozenset(
    {"secrets.token_hex", "secrets.token_urlsafe", "builtins.hex", "builtins.oct", "builtins.bin"}
)
_METHODS = frozenset({"hexdigest", "isoformat"})
# What gives bytes of ASCII, to be decoded.
_BYTES = re.compile(
    r"^_?(?:(?:urlsafe_|standard_)?b(?:16|32|64|85)encode|a85encode|hexlify|private_bytes"
    r"|public_bytes|dump_privatekey|dump_certificate|export_key|save_pkcs1|generate_key)$"
)
# What is a number or an id, so that its `str()` is ASCII.
_PLAIN = frozenset(
    {
        "builtins.int",
        "builtins.float",
        "builtins.len",
        "builtins.round",
        "builtins.bool",
        "os.getpid",
        "os.getppid",
    }
    | {"time.time", "time.time_ns", "time.monotonic", "uuid.uuid1", "uuid.uuid3", "uuid.uuid4", "uuid.uuid5"}
    | {"uuid.UUID", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"}
    | {"secrets.randbits", "secrets.randbelow", "random.randint"}
)
_PLAIN_ATTRIBUTES = frozenset({"pid", "returncode"})


def writes_ascii(file: PyFile, call: Node) -> bool:
    """Whether what a call writes, or is opened to write, is ASCII in any encoding that a machine has:
    `path.write_text(token_hex())`, `with open(path, "w") as file: file.write(str(os.getpid()))`."""
    if called_name(call) == "write_text":
        return _is_made(file, arguments_of(call).get("data", 0), _DEPTH)
    item = enclosing(call, "with_item")
    pattern = next((parent for parent in ancestors(call) if parent.type == "as_pattern"), None)
    statement = enclosing(call, "with_statement")
    if item is None or pattern is None or statement is None or pattern.named_children[0].id != call.id:
        return False
    target, body = pattern.child_by_field_name("alias"), statement.child_by_field_name("body")
    if target is None or body is None or not target.named_children:
        return False
    uses = list(identifiers_named(body, file.source.data, text_of(target).encode()))
    return bool(uses) and all(_is_written(file, use) for use in uses)


def _is_written(file: PyFile, handle: Node) -> bool:
    method = handle.parent
    call = method.parent if method is not None and method.type == "attribute" else None
    if call is None or call.type != "call" or called_name(call) not in ("write", "flush", "fileno"):
        return False
    return called_name(call) != "write" or _is_made(file, arguments_of(call).get("s", 0), _DEPTH)


def _is_made(file: PyFile, value: Node | None, depth: int) -> bool:
    """Whether a text is ASCII and made by the program: one that only stands there may be another tomorrow."""
    return value is not None and not _is_literal(value) and _is_ascii(file, value, depth)


def _is_literal(value: Node) -> bool:
    value = unparenthesised(value)
    return value.type in ("string", "concatenated_string") and string_value(value) is not None


def _is_ascii(file: PyFile, value: Node, depth: int) -> bool:
    value = unparenthesised(value)
    if depth <= 0:
        return False
    match value.type:
        case "integer" | "float":
            return True
        case "string":
            if not text_of(value).isascii() or "\\" in text_of(value).replace("\\n", ""):
                return False
            holes = [part for part in value.named_children if part.type == "interpolation"]
            return all(_is_plain(file, hole.named_children[0], depth - 1) for hole in holes)
        case "binary_operator":
            return all(_is_ascii(file, side, depth - 1) for side in value.named_children)
        case "identifier":
            given = [binding.value for binding in file.names.bindings(value) if binding.kind == "assign"]
            held = [one for one in given if one is not None]
            if any(map(_is_literal, held)) and not text_of(value).isupper():
                return False  # A text that was written down, and no constant.
            return len(held) == 1 == len(file.names.bindings(value)) and _is_ascii(file, held[0], depth - 1)
        case "attribute":
            return (file.symbol(value) or "").startswith("uuid.") and text_of(value).endswith(".hex")
        case "call":
            return _is_ascii_call(file, value, depth)
    return False


def _is_ascii_call(file: PyFile, call: Node, depth: int) -> bool:
    symbol, name, function = file.callee(call) or "", called_name(call), callee_of(call)
    positional = arguments_of(call).positional
    if symbol in _MAKERS or name in _METHODS:
        return True
    if symbol == "builtins.str" and len(positional) == 1:
        return _is_plain(file, positional[0], depth - 1)
    owner = function.child_by_field_name("object") if function is not None else None
    if owner is None:
        return False
    if name == "decode":
        return _is_ascii_bytes(file, owner, depth)
    if name in ("strip", "rstrip", "lower", "upper"):
        return _is_ascii(file, owner, depth - 1)
    return False


def _is_plain(file: PyFile, value: Node, depth: int) -> bool:
    """Whether the text of a value is ASCII."""
    value = unparenthesised(value)
    if value.type == "call" and file.callee(value) in _PLAIN:
        return True
    if value.type == "attribute" and text_of(value).rpartition(".")[2] in _PLAIN_ATTRIBUTES:
        return True
    if value.type == "identifier" and depth > 0:
        bindings = file.names.bindings(value)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if held is not None and held.type == "call" and file.callee(held) in _PLAIN:
            return True
    return _is_ascii(file, value, depth)


def _is_ascii_bytes(file: PyFile, value: Node, depth: int) -> bool:
    value = unparenthesised(value)
    if value.type == "identifier" and depth > 0:
        bindings = file.names.bindings(value)
        held = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return held is not None and _is_ascii_bytes(file, held, depth - 1)
    return value.type == "call" and _BYTES.search(called_name(value)) is not None
