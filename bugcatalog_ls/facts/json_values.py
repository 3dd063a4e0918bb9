"""What JSON encoders are given and cannot encode: the types of values, and which encoder takes which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.mapping_stores import is_replaced, stores_before, values_left
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    Arguments,
    arguments_of,
    operator_of,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.scopes import Binding

DECIMAL, DATETIME, UUID, BYTES, SET, DURATION = "Decimal", "datetime", "UUID", "bytes", "set", "timedelta"
_ALL = frozenset({DECIMAL, DATETIME, UUID, BYTES, SET, DURATION})


class Encoder(NamedTuple):
    """A call that writes JSON: its data's keyword and position, what it can't encode, and the
    keywords by which it is taught more."""

    keyword: str
    position: int
    refuses: frozenset[str]
    taught_by: frozenset[str]
    fixed_by: str

    def is_plain(self, arguments: Arguments) -> bool:
        """Whether a call teaches it nothing."""
        return not (arguments.dict_unpacked or self.taught_by & arguments.keywords.keys())

    def data(self, arguments: Arguments) -> list[Node]:
        """What a call gives it to encode."""
        if self.keyword:
            given = arguments.get(self.keyword, self.position)
            return [given] if given is not None else []
        return [*arguments.positional[:1], *arguments.keywords.values()]


_DEFAULT = frozenset({"default", "cls"})
_FLASK = Encoder("", 0, frozenset({BYTES, SET, DURATION}), frozenset(), "")
_RESPONSE = Encoder("content", 0, _ALL, frozenset(), "jsonable_encoder")
ENCODERS = {
    "json.dumps": Encoder("obj", 0, _ALL, _DEFAULT, "default"),
    "json.dump": Encoder("obj", 0, _ALL, _DEFAULT, "default"),
    "orjson.dumps": Encoder("", 0, frozenset({DECIMAL, BYTES, SET}), _DEFAULT, "default"),
    "fastapi.responses.JSONResponse": _RESPONSE,
    "fastapi.JSONResponse": _RESPONSE,
    "starlette.responses.JSONResponse": _RESPONSE,
    "aiohttp.web.json_response": Encoder("data", 0, _ALL, frozenset({"dumps"}), ""),
    "django.http.JsonResponse": Encoder("data", 0, frozenset({BYTES, SET}), frozenset({"encoder"}), ""),
    "flask.jsonify": _FLASK,
    "quart.jsonify": _FLASK,
}
ENCODER_NAMES = ("dumps", "dump", "JSONResponse", "json_response", "JsonResponse", "jsonify")

_MADE_BY = {
    "decimal.Decimal()": DECIMAL,
    "decimal.Decimal().quantize()": DECIMAL,
    "datetime.datetime()": DATETIME,
    "datetime.date()": DATETIME,
    "datetime.time()": DATETIME,
    "datetime.date.today()": DATETIME,
    "uuid.UUID()": UUID,
    "builtins.set()": SET,
    "builtins.frozenset()": SET,
    "builtins.bytes()": BYTES,
    "builtins.str().encode()": BYTES,
    "base64.b64encode()": BYTES,
    "base64.urlsafe_b64encode()": BYTES,
    "binascii.hexlify()": BYTES,
    "datetime.timedelta()": DURATION,
    "secrets.token_bytes()": BYTES,
    "os.urandom()": BYTES,
    **{f"uuid.uuid{version}()": UUID for version in (1, 3, 4, 5, 6, 7, 8)},
    **{
        f"datetime.datetime.{maker}()": DATETIME
        for maker in ("now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "strptime", "combine")
    },
    "datetime.datetime.fromisoformat()": DATETIME,
}
# Text in some encoding, whatever the text: nothing else has such a method without arguments of its own.
_ENCODES = re.compile(r"\.encode\((?:[\"'](?:utf-?8|ascii|latin-?1)[\"'])?\)$", re.IGNORECASE)
RANDOM = frozenset({"secrets.token_bytes()", "os.urandom()", "random.randbytes()"})
DIGEST = re.compile(r"(?:hashlib|hmac)\..*\.digest\(\)$|hashlib\.pbkdf2_hmac\(\)$|hmac\.digest\(\)$")
_PLAIN_TYPES = frozenset({"int", "float", "str", "bool", "None", "type", "dict", "list"})
# Calls that give what their numbers are.
_OF_NUMBERS = frozenset({"sum", "round", "quantize", "normalize"})
_KEEPING = (".replace()", ".astimezone()", ".date()", ".quantize()", ".copy()", ".normalize()")


def json_type(file: PyFile, node: Node, depth: int = 6) -> str | None:
    """The type of a value, where it is known to be one that JSON does not have."""
    node = unparenthesised(node)
    if depth <= 0:
        return None
    if node.type == "string":
        quote = next((index for index, letter in enumerate(text_of(node)) if letter in "'\""), 0)
        return BYTES if "b" in text_of(node)[:quote].lower() else None
    if node.type in ("set", "set_comprehension"):
        return SET
    if node.type == "binary_operator":
        operands = [json_type(file, operand, depth - 1) for operand in node.named_children]
        if DECIMAL in operands:
            return DECIMAL
        # `date.today() - timedelta(days=1)`
        return DATETIME if DURATION in operands and DATETIME in operands else None
    if node.type == "call" and text_of(node.children[0]) == "round":
        arguments = arguments_of(node)
        is_kept = (
            len(arguments.positional) == 2 and json_type(file, arguments.positional[0], depth - 1) == DECIMAL
        )
        return DECIMAL if is_kept else None
    if node.type == "call" and text_of(node.children[0]) == "sum":
        return _type_of_sum(file, node, depth - 1)
    if node.type == "call" and (function := node.children[0]).type == "attribute":
        owner = function.child_by_field_name("object")
        is_rounded = text_of(function).endswith((".quantize", ".normalize")) and owner is not None
        if owner is not None and is_rounded and json_type(file, owner, depth - 1) == DECIMAL:
            return DECIMAL
    if node.type == "call" and _ENCODES.search(text_of(node)) is not None:
        return BYTES
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if len(bindings) > 1:
            return _type_of_all(file, bindings, min(depth - 1, 2))
        value = bindings[0].value if bindings and bindings[0].kind == "assign" else None
        if value is not None and (
            value.type in ("string", "set", "set_comprehension", "binary_operator")
            or (value.type == "call" and text_of(value.children[0]).rpartition(".")[2] in _OF_NUMBERS)
        ):
            return json_type(file, value, depth - 1)
    return type_of_symbol(file.symbol(node))


def _type_of_sum(file: PyFile, call: Node, depth: int) -> str | None:
    """Decimals that are added up make a Decimal, and so does one that the sum starts from."""
    inner = call.child_by_field_name("arguments")
    added = inner if inner is not None and inner.type == "generator_expression" else None
    added = added or next(iter(arguments_of(call).positional), None)
    is_made = added is not None and added.type in ("generator_expression", "list_comprehension")
    body = added.child_by_field_name("body") if added is not None and is_made else None
    parts = (body, arguments_of(call).get("start", 1))
    is_decimal = any(part is not None and json_type(file, part, depth) == DECIMAL for part in parts)
    return DECIMAL if is_decimal else None


def _type_of_all(file: PyFile, bindings: list[Binding], depth: int) -> str | None:
    """The type of a name that is bound more than once, each time to the same one: `total += price`."""
    found: set[str | None] = set()
    added: list[Node] = []
    begins_at_number = False
    for binding in bindings:
        if binding.kind == "augmented" and (statement := binding.node.parent) is not None:
            added += statement.children_by_field_name("right")
        elif binding.kind != "assign" or binding.value is None:
            return None
        elif binding.value.type == "integer":
            begins_at_number = True
        else:
            found.add(json_type(file, binding.value, depth))
        if len(found) > 1 or None in found:
            return None
    if begins_at_number and any(json_type(file, value, depth) == DECIMAL for value in added):
        return DECIMAL if found <= {DECIMAL} else None
    # A duration that is divided may be a number.
    return found.pop() if found and not begins_at_number and not (added and DURATION in found) else None


def values_in(file: PyFile, node: Node, depth: int = 6) -> Iterator[Node]:
    """The values of a literal structure, of a name that holds one too; else the node itself."""
    node = unparenthesised(node)
    if depth <= 0:
        return
    if node.type == "dictionary" or (node.type == "call" and file.symbol(node) == "builtins.dict()"):
        for _, held in _parts(node):
            yield from values_in(file, held, depth - 1)
    elif node.type == "binary_operator" and operator_of(node) in ("+", "|") and _joins_literal(node):
        for side in (node.child_by_field_name("left"), node.child_by_field_name("right")):
            if side is not None:
                yield from values_in(file, side, depth - 1)
    elif node.type in ("list", "tuple"):
        for child in node.named_children:
            yield from values_in(file, child, depth - 1)
    elif node.type in ("list_comprehension", "dictionary_comprehension"):
        body = node.child_by_field_name("body")
        value = body.child_by_field_name("value") if body is not None and body.type == "pair" else body
        if value is not None:
            yield from values_in(file, value, depth - 1)
    elif node.type == "identifier":
        bindings = file.names.bindings(node)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        is_dict = value is not None and value.type == "call" and file.symbol(value) == "builtins.dict()"
        if value is not None and (value.type in ("dictionary", "list", "list_comprehension") or is_dict):
            stores = stores_before(file, node)
            for key, part in _parts(value):
                if not is_replaced(stores, key):
                    yield from values_in(file, part, depth - 1)
            yield from values_left(stores)
        else:
            yield node
    elif node.type == "conditional_expression":
        parts = [part for part in node.named_children if part.type != "comment"]
        for part in (parts[0], parts[-1]) if len(parts) == 3 else ():
            if not _is_asked_plain(parts[1], part, is_first=part.id == parts[0].id):
                yield from values_in(file, part, depth - 1)
    else:
        yield node


def _parts(literal: Node) -> Iterator[tuple[str | None, Node]]:
    """The values of a literal mapping with their keys (None: not known); else all of it at once."""
    if literal.type == "dictionary":
        for pair in literal.named_children:
            value = pair.child_by_field_name("value") if pair.type == "pair" else None
            if pair.type == "dictionary_splat" and pair.named_children:
                value = pair.named_children[0]
            if value is not None:
                yield string_value(pair.child_by_field_name("key")), value
    elif literal.type == "call":
        arguments = arguments_of(literal)
        for given in (*arguments.positional[:1], *arguments.dict_unpacked):
            yield None, given
        yield from arguments.keywords.items()
    else:
        yield None, literal


def _is_asked_plain(condition: Node, part: Node, *, is_first: bool) -> bool:
    """Whether a branch is a value that the condition finds to be of a type that JSON has, or of none
    that it lacks: `at if isinstance(at, (int, float)) else at.timestamp()`."""
    if condition.type != "call" or text_of(condition.children[0]) != "isinstance":
        return False
    given = arguments_of(condition).positional
    if len(given) != 2 or text_of(given[0]) != text_of(part):
        return False
    are_plain = set(re.findall(r"[\w.]+", text_of(given[1]))) <= _PLAIN_TYPES
    return are_plain if is_first else not are_plain


def _joins_literal(operation: Node) -> bool:
    """Whether a list or mapping is put together of a literal one and another."""
    kinds = ("list", "dictionary", "list_comprehension")
    return any(unparenthesised(side).type in kinds for side in operation.named_children)


def type_of_symbol(symbol: str | None) -> str | None:
    """The type that a (resolved) symbol stands for, where JSON does not have it."""
    if symbol is not None and DIGEST.match(symbol) is not None:
        return BYTES
    while symbol is not None and symbol not in _MADE_BY:
        ending = next((ending for ending in _KEEPING if symbol.endswith(ending)), None)
        if ending is None:
            return None
        symbol = symbol.removesuffix(ending)
    return _MADE_BY[symbol] if symbol is not None else None
