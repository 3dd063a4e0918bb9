"""Values that give a secret away when they are written: by their names, or as wholes that hold one.

It tells what an expression of one file says. Whether a name's type hides it (`SecretStr`), and what
the classes of other files hold, is the reader's question.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.asked_secrets import is_other_token, made_secret, secret_at_key
from bugcatalog_ls.facts.dumped_objects import dumped_object, fields_left_out
from bugcatalog_ls.facts.hidden_secrets import ANSWERS, HIDES, is_absent, is_masked_anew, may_hold
from bugcatalog_ls.facts.known_words import is_known_word
from bugcatalog_ls.facts.other_meanings import means_other
from bugcatalog_ls.facts.position_tokens import is_counted, is_number
from bugcatalog_ls.facts.public_parts import is_public_key
from bugcatalog_ls.facts.public_tokens import is_of_challenge, is_record
from bugcatalog_ls.facts.revealed import Revealed, written_short
from bugcatalog_ls.facts.secret_labels import is_blanked, is_label, is_of_lock, is_only_named
from bugcatalog_ls.facts.secret_names import secret_kind
from bugcatalog_ls.facts.whole_requests import FORMS, HEADERS, READ, is_request_name, whole_of
from bugcatalog_ls.facts.written_parts import WRAPPERS, Part, parts_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    called_name,
    callee_of,
    operator_of,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.scopes import Binding

_HELD_NAME = re.compile(r"(?:\w+_)?(?:settings|config|conf|cfg)", re.IGNORECASE)
_DUMPS = frozenset({"dict", "model_dump", "json", "model_dump_json", "to_dict", "as_dict", "asdict"})
_SAME = frozenset(
    {
        "strip", "lstrip", "rstrip", "encode", "decode", "lower", "upper", "copy", "items", "removeprefix",
        "removesuffix", "hex", "get_secret_value", "replace", "format", "title", "values", "multi_items",
        "raw", "to_dict", "json", "dict", "model_dump", "model_dump_json", "expandtabs", "as_string",
    }
)  # fmt: skip
_LISTS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.sorted"})
_DECODERS = frozenset({"json.loads", "ujson.loads", "orjson.loads", "urllib.parse.parse_qs"})
_LOOKUPS = frozenset({"os.getenv", "os.environ.get", "builtins.getattr", "decouple.config", "environ.Env()"})
_PLAIN = re.compile(r"plain_?text|reveal|unmask|decrypt")
_PROSE = re.compile(r"(?!\s*(?:Bearer|Basic|Token)\b)[A-Za-z]{2,} [A-Za-z]{2,}")


# A folder, and the name of a file: `secret = path.name.removesuffix(".json")`.
_NAMES_FILE = re.compile(r"\bgetcwdb?$|\.(?:name|stem)\.\w+$|\bbasename$")


def revealed(file: PyFile, part: Part) -> Revealed | None:
    """What a piece gives away."""
    node = part.node
    if node.type == "dictionary_splat":
        node = node.named_children[0]
    found = _revealed(file, node, 8)
    is_told = part.key != "" and secret_kind(part.key) == "secret" and may_hold(file, node)
    is_told = is_told and not is_label(file, node, part.key) and not means_other(file, node, part.key)
    if found is None and is_told:
        found = Revealed("name", part.key, file.symbol(node))
    if found is None or is_absent(node) or is_blanked(file, node):
        return None
    if found.kind != "name":
        return found
    return None if is_only_named(file, node) or is_number(node, found.written) else found


def _revealed(file: PyFile, node: Node, depth: int) -> Revealed | None:
    if depth <= 0:
        return None
    match node.type:
        case "parenthesized_expression" | "await" if node.named_children:
            return _revealed(file, node.named_children[0], depth - 1)
        case "named_expression":
            value = node.child_by_field_name("value")
            return _revealed(file, value, depth - 1) if value is not None else None
        case "identifier":
            return _of_identifier(file, node, depth)
        case "attribute":
            return _of_attribute(file, node)
        case "subscript":
            return _of_subscript(file, node, depth)
        case "boolean_operator":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            found = _revealed(file, right, depth - 1) if right is not None else None
            if found is None and left is not None and operator_of(node) == "or":
                found = _revealed(file, left, depth - 1)
            return found
        case "call":
            return _of_call(file, node, depth)
    return None


def _of_identifier(file: PyFile, node: Node, depth: int) -> Revealed | None:
    name = text_of(node)
    symbol = file.symbol(node)
    if (whole := whole_of(symbol)) is not None:
        return None if is_known_word(file, node) else Revealed("whole", whole, symbol)
    bindings = file.names.bindings(node)
    kind = secret_kind(name)
    if kind:
        if any(binding.kind in ("import", "function", "class") for binding in bindings):
            return None
        if all(_is_harmless(file, name, binding) for binding in bindings) and bindings:
            return None
        if bindings and is_masked_anew(name, node, bindings):
            return None
        if is_counted(file, node) or is_of_challenge(file, node):
            return None
        if kind == "token" and (is_other_token(file, node) or is_record(file, node)):
            return None
        if is_label(file, node, name) or means_other(file, node, name):
            return None
        return Revealed("name", name, symbol)
    if len(bindings) == 1 and bindings[0].kind in ("assign", "walrus") and bindings[0].value is not None:
        # What was made of the whole of something is still the whole of it.
        value = bindings[0].value
        if (secret := _read_secret(file, name, value, depth)) is not None:
            return secret
        if value.type in ("call", "attribute", "await"):
            found = _revealed(file, value, depth - 1)
            if ANSWERS.intersection(name.lower().split("_")):
                return None  # A body that is an address, a name or an id.
            if found is not None and found.kind in ("whole", "settings"):
                return None if is_known_word(file, node) else found
        is_dict = value.type == "dictionary" or file.symbol(value) == "builtins.dict()"
        if is_dict and (held := _held_in(file, value)) is not None:
            return Revealed("whole", f"{held} in {name}", None)
    if symbol is not None and symbol.endswith("()") and not symbol.startswith("builtins."):
        return Revealed("object", name, symbol)
    if symbol is not None and _HELD_NAME.fullmatch(name) and all(b.kind == "from" for b in bindings):
        return Revealed("object", name, symbol)
    return None


def _read_secret(file: PyFile, name: str, value: Node, depth: int) -> Revealed | None:
    """The secret that a variable of another name was read from: an attribute, an item, a lookup."""
    if ANSWERS.intersection(name.lower().split("_")) or HIDES.search(name):
        return None
    is_lookup = value.type == "call" and (
        file.symbol(callee_of(value)) in _LOOKUPS or text_of(callee_of(value) or value).endswith(".get")
    )
    is_item = value.type == "subscript" and not any(child.type == "slice" for child in value.named_children)
    if value.type != "attribute" and not is_item and not is_lookup:
        return None
    found = _revealed(file, value, depth - 1)
    if found is None or found.kind != "name":
        return None
    last = re.split(r"[^\w]+", found.written.strip("\"')] "))[-1]
    return Revealed("name", name, found.symbol) if secret_kind(last) == "secret" else None


def _of_attribute(file: PyFile, node: Node) -> Revealed | None:
    written, symbol = written_short(node), file.symbol(node)
    if whole_of(symbol) is not None:
        return Revealed("whole", written, symbol)
    owner, name_node = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or name_node is None:
        return None
    name = text_of(name_node)
    # A view of REST framework is given its request without a word on what that is.
    is_body = name in FORMS or (name == "data" and b"rest_framework" in file.source.data)
    is_body = is_body or (name == "body" and b"django" in file.source.data)
    if (name in HEADERS or is_body) and is_request_name(file, owner):
        return Revealed("whole", written, symbol)
    if name == "__dict__":
        return dumped_object(file, owner, written, ())
    kind = secret_kind(name)
    if kind == "" and name in ("value", "plaintext", "raw", "credentials"):
        kind = secret_kind(f"{called_name(owner)}_{name}")
    if not kind or (kind == "token" and (is_other_token(file, node) or is_of_lock(node))):
        return None
    if is_label(file, node, name) or is_of_challenge(file, node) or means_other(file, node, name):
        return None
    return Revealed("name", written, symbol)


def _of_subscript(file: PyFile, node: Node, depth: int) -> Revealed | None:
    owner = node.child_by_field_name("value")
    keys = node.children_by_field_name("subscript")
    if owner is None or len(keys) != 1:
        return None
    key = keys[0]
    if key.type == "slice":
        # Some of it is a mask; all behind the first letters (`header[7:]`) is not.
        written = re.sub(r"\s", "", text_of(key))
        return _revealed(file, owner, depth - 1) if re.fullmatch(r"\d*:", written) else None
    if key.type in ("integer", "unary_operator"):
        found = _revealed(file, owner, depth - 1)
        return found if found is not None and found.kind == "name" and found.written.endswith("s") else None
    return secret_at_key(file, node, key)


def _of_call(file: PyFile, call: Node, depth: int) -> Revealed | None:
    function = callee_of(call)
    symbol = file.symbol(call)
    if function is None:
        return None
    if (whole := whole_of(symbol)) is not None:
        return Revealed("whole", whole, symbol)
    callee, arguments = file.symbol(function), arguments_of(call)
    first = arguments.positional[0] if arguments.positional else None
    if callee in WRAPPERS and first is not None:
        if callee in ("builtins.vars", "dataclasses.asdict", "attr.asdict", "attrs.asdict"):
            return dumped_object(file, first, written_short(first), fields_left_out(call))
        return _revealed(file, first, depth - 1)
    if callee in _LISTS and first is not None:
        found = _revealed(file, first, depth - 1)
        return found if found is not None and (found.kind == "name" or ".items()" in text_of(first)) else None
    if callee in _DECODERS and first is not None:
        found = _revealed(file, first, depth - 1)
        return found if found is not None and found.kind == "whole" else None
    if callee in _LOOKUPS:
        # A `getattr` typed halfway names nothing yet.
        key = next(iter(arguments.positional[1 if callee == "builtins.getattr" else 0 :]), None)
        return secret_at_key(file, call, key) if key is not None else None
    if function.type == "identifier":
        return made_secret(file, call, text_of(function), symbol)
    if function.type != "attribute":
        return None
    owner, name = function.child_by_field_name("object"), text_of(function).rpartition(".")[2]
    if owner is None:
        return None
    if name in ("get", "pop", "getlist", "get_all") and first is not None:
        return secret_at_key(file, call, first)
    if name == "get_secret_value" or (_PLAIN.search(name) and secret_kind(called_name(owner))):
        return Revealed("name", written_short(owner), None)
    is_read = name in READ and call.parent is not None and call.parent.type == "await"
    if (name in FORMS or is_read) and is_request_name(file, owner):
        return Revealed("whole", written_short(function), symbol)
    if (
        name in _DUMPS
        and (found := dumped_object(file, owner, f"{written_short(function)}()", fields_left_out(call)))
        is not None
    ):
        return found
    if name == "replace" and any("*" in text_of(value) for value in arguments.positional):
        return None
    if name in _SAME:
        return _revealed(file, owner, depth - 1)
    return made_secret(file, call, name, symbol)


def _held_in(file: PyFile, dictionary: Node) -> str | None:
    for part in parts_of(file, dictionary):
        if secret_kind(part.key) == "secret" and may_hold(file, part.node) and part.node.type != "string":
            return part.key
    return None


def _is_harmless(file: PyFile, name: str, binding: Binding) -> bool:
    """Whether a binding gives the name a mask, an answer, a number, a label or nothing."""
    if binding.kind == "for":
        return secret_kind(name) == "token" or not name.lower().startswith(("pass", "api"))
    if binding.kind == "except":
        return True
    value = binding.value
    if binding.kind == "parameter" and value is not None and value.type in ("true", "false"):
        return True
    if value is None or binding.kind != "assign":
        return False
    if value.type in (
        "comparison_operator",
        "not_operator",
        "integer",
        "float",
        "true",
        "false",
        "none",
        "lambda",
    ):
        return True
    if value.type == "call":
        written = text_of(callee_of(value) or value)
        return written in ("bool", "len", "input_type", "object") or bool(
            HIDES.search(written.rpartition(".")[2]) or _NAMES_FILE.search(written)
        )
    literal = string_value(value)
    if literal is not None:
        # `PASSWORD = "password"` names a field; `"***"` hides one.
        return (
            secret_kind(literal) != "" or not re.search(r"[^\W_]", literal) or name.upper().endswith("COOKIE")
        )
    if is_public_key(name, value):
        return True
    if value.type in ("string", "parenthesized_expression", "conditional_expression", "concatenated_string"):
        # A sentence about credentials is none.
        holes = [part for part in parts_of(file, value) if part.node.type != "string"]
        shows = any(_revealed(file, part.node, 3) is not None for part in holes)
        return not shows and _PROSE.search(text_of(value)) is not None
    return value.type == "subscript" and any(child.type == "slice" for child in value.named_children)
