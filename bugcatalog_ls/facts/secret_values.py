"""Values that give a secret away when they are written: by their names, or as wholes that hold one.

It tells what an expression of one file says. Whether a name's type hides it (`SecretStr`), and what
the classes of other files hold, is the reader's question.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.language_tokens import is_language_token
from bugcatalog_ls.facts.other_meanings import means_other
from bugcatalog_ls.facts.position_tokens import is_counted, is_number, is_position_token
from bugcatalog_ls.facts.public_tokens import is_of_challenge, is_record
from bugcatalog_ls.facts.secret_labels import is_blanked, is_label, is_of_lock, is_only_named
from bugcatalog_ls.facts.secret_names import secret_kind, without_verb
from bugcatalog_ls.facts.written_parts import WRAPPERS, Part, parts_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import Condition, conditions_at, implied, present
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    operator_of,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.scopes import Binding

ValueKind = Literal["name", "whole", "settings", "object"]


class Revealed(NamedTuple):
    """What an expression gives away.

    `name`: a value that its name calls a secret; `whole`: headers, cookies, bodies, the environment;
    `settings` and `object`: an instance whose class decides. `symbol` is the value's, or the
    instance's. `excluded` are the fields that a dump leaves out.
    """

    kind: ValueKind
    written: str
    symbol: str | None
    excluded: tuple[str, ...] = ()


REQUESTS = (
    "fastapi.Request()",
    "fastapi.requests.Request()",
    "fastapi.WebSocket()",
    "starlette.requests.Request()",
    "starlette.requests.HTTPConnection()",
    "starlette.websockets.WebSocket()",
    "flask.request",
    "flask.Request()",
    "flask.globals.request",
    "quart.request",
    "quart.Request()",
    "django.http.HttpRequest()",
    "django.http.request.HttpRequest()",
    "django.core.handlers.wsgi.WSGIRequest()",
    "rest_framework.request.Request()",
    "aiohttp.web.Request()",
    "aiohttp.web.BaseRequest()",
    "sanic.Request()",
    "sanic.request.Request()",
    "werkzeug.Request()",
    "werkzeug.wrappers.Request()",
    "litestar.Request()",
)
_HEADERS = frozenset({"headers", "cookies", "COOKIES", "META"})
_BODIES = frozenset(
    {
        "body", "json", "form", "data", "values", "POST", "get_json", "get_data", "raw_post_data", "text",
        "read", "post", "media", "content",
    }
)  # fmt: skip
# Who holds this cookie is logged in.
_SESSION_COOKIE = re.compile(
    r"(?:\w+[_.-])?(?:session|sessionid|session_id|sid|phpsessid|auth)", re.IGNORECASE
)
_FORMS = frozenset({"POST", "get_json", "get_data"})
_REQUEST_NAME = re.compile(r"(?:\w+_)?(?:request|req)")
_SETTINGS_NAME = re.compile(r"(?:\w+_)?settings", re.IGNORECASE)
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
_ENVIRON = frozenset({"os.environ", "os.environb", "os.environ.copy()", "dict(os.environ)"})
_LOOKUPS = frozenset({"os.getenv", "os.environ.get", "builtins.getattr", "decouple.config", "environ.Env()"})
_HIDES = re.compile(r"mask|redact|obfusc|censor|sanit|scrub|hide|anonym|hash|digest|fingerprint", re.I)
_PLAIN = re.compile(r"plain_?text|reveal|unmask|decrypt")
_PROSE = re.compile(r"(?!\s*(?:Bearer|Basic|Token)\b)[A-Za-z]{2,} [A-Za-z]{2,}")
_ANSWERS = frozenset(
    {"has", "is", "masked", "redacted", "hidden", "count", "set", "present", "enabled", "type", "id"}
    | {"path", "file", "filename", "folder", "dir", "url", "uri", "name", "alias", "ref"}
)


def revealed(file: PyFile, part: Part) -> Revealed | None:
    """What a piece gives away."""
    node = part.node
    if node.type == "dictionary_splat":
        node = node.named_children[0]
    found = _revealed(file, node, 8)
    is_told = part.key != "" and secret_kind(part.key) == "secret" and _may_hold(file, node)
    is_told = is_told and not is_label(file, node, part.key) and not means_other(file, node, part.key)
    if found is None and is_told:
        found = Revealed("name", part.key, file.symbol(node))
    if found is None or _is_absent(node) or is_blanked(file, node):
        return None
    if found.kind != "name":
        return found
    return None if is_only_named(file, node) or is_number(node, found.written) else found


def _is_absent(node: Node) -> bool:
    """Whether a test on the way says that the value is none: `if token is None: …`."""
    if node.type not in ("identifier", "attribute"):
        return False
    written = text_of(node)
    for condition in conditions_at(node):
        for part in implied(condition):
            subject = present(Condition(part.node, not part.holds))
            if subject is not None and text_of(subject) == written:
                return True
    return False


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
    if (whole := _whole(symbol)) is not None:
        return Revealed("whole", whole, symbol)
    bindings = file.names.bindings(node)
    kind = secret_kind(name)
    if kind:
        if any(binding.kind in ("import", "function", "class") for binding in bindings):
            return None
        if all(_is_harmless(file, name, binding) for binding in bindings) and bindings:
            return None
        if bindings and _is_masked_anew(name, node, bindings):
            return None
        if is_counted(file, node) or is_of_challenge(file, node):
            return None
        if kind == "token" and (_is_other_token(file, node) or is_record(file, node)):
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
            if _ANSWERS.intersection(name.lower().split("_")):
                return None  # A body that is an address, a name or an id.
            if found is not None and found.kind in ("whole", "settings"):
                return found
        if value.type == "dictionary" and (held := _held_in(file, value)) is not None:
            return Revealed("whole", f"{held} in {name}", None)
    if symbol is not None and symbol.endswith("()") and not symbol.startswith("builtins."):
        return Revealed("object", name, symbol)
    if symbol is not None and _HELD_NAME.fullmatch(name) and all(b.kind == "from" for b in bindings):
        return Revealed("object", name, symbol)
    return None


def _is_masked_anew(name: str, node: Node, bindings: list[Binding]) -> bool:
    """Whether the last value before, made of the name's own one, is its mask: `key = key[:4] + "***"`."""
    before = [binding for binding in bindings if binding.offset < node.start_byte]
    value = max(before, key=lambda binding: binding.offset).value if before else None
    if value is None:
        return False
    written = text_of(value)
    is_own = re.search(rf"\b{re.escape(name)}\b", written) is not None
    is_cut = re.search(rf"\b{re.escape(name)}\[", written) is not None and re.search(r"\*|…|\.\.\.", written)
    return is_own and (
        bool(is_cut) or (value.type == "call" and _HIDES.search(text_of(value.children[0])) is not None)
    )


def _read_secret(file: PyFile, name: str, value: Node, depth: int) -> Revealed | None:
    """The secret that a variable of another name was read from: an attribute, an item, a lookup."""
    if _ANSWERS.intersection(name.lower().split("_")) or _HIDES.search(name):
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
    written, symbol = _written(node), file.symbol(node)
    if _whole(symbol) is not None:
        return Revealed("whole", written, symbol)
    owner, name_node = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or name_node is None:
        return None
    name = text_of(name_node)
    if (name in _HEADERS or name in _FORMS) and _is_request_name(file, owner):
        return Revealed("whole", written, symbol)
    if name == "__dict__":
        return _dumped(file, owner, written, ())
    kind = secret_kind(name)
    if kind == "" and name in ("value", "plaintext", "raw", "credentials"):
        kind = secret_kind(f"{_last_name(owner)}_{name}")
    if not kind or (kind == "token" and (_is_other_token(file, node) or is_of_lock(node))):
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
    return _at_key(file, node, key)


def _of_call(file: PyFile, call: Node, depth: int) -> Revealed | None:
    function = callee_of(call)
    symbol = file.symbol(call)
    if function is None:
        return None
    if (whole := _whole(symbol)) is not None:
        return Revealed("whole", whole, symbol)
    callee, arguments = file.symbol(function), arguments_of(call)
    first = arguments.positional[0] if arguments.positional else None
    if callee in WRAPPERS and first is not None:
        if callee in ("builtins.vars", "dataclasses.asdict", "attr.asdict", "attrs.asdict"):
            return _dumped(file, first, _written(first), ())
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
        return _at_key(file, call, key) if key is not None else None
    if function.type == "identifier":
        return _made(file, call, text_of(function), symbol)
    if function.type != "attribute":
        return None
    owner, name = function.child_by_field_name("object"), text_of(function).rpartition(".")[2]
    if owner is None:
        return None
    if name in ("get", "pop", "getlist", "get_all") and first is not None:
        return _at_key(file, call, first)
    if name == "get_secret_value" or (_PLAIN.search(name) and secret_kind(_last_name(owner))):
        return Revealed("name", _written(owner), None)
    if name in _FORMS and _is_request_name(file, owner):
        return Revealed("whole", _written(function), symbol)
    if (
        name in _DUMPS
        and (found := _dumped(file, owner, f"{_written(function)}()", _excluded(call))) is not None
    ):
        return found
    if name == "replace" and any("*" in text_of(value) for value in arguments.positional):
        return None
    if name in _SAME:
        return _revealed(file, owner, depth - 1)
    return _made(file, call, name, symbol)


def _is_other_token(file: PyFile, node: Node) -> bool:
    return is_language_token(file, node) or is_position_token(file, node)


def _made(file: PyFile, call: Node, function: str, symbol: str | None) -> Revealed | None:
    """What a function gives that says that it makes or gets a secret."""
    given = [string_value(value) for value in arguments_of(call).positional[:1]]
    if given and given[0] is not None and given[0].isupper():
        # `get_secret("API_VERSION")` gives what it is asked for.
        kind = secret_kind(given[0])
    else:
        kind = secret_kind(without_verb(function))
    if kind == "" or (kind == "token" and _is_other_token(file, call)):
        return None
    return Revealed("name", f"{function}()", symbol)


def _is_cookie(file: PyFile, node: Node) -> bool:
    """Whether it is looked up among the cookies of a request."""
    lookup = callee_of(node) if node.type == "call" else node
    holder = lookup.named_children[0] if lookup is not None and lookup.named_children else None
    if (
        holder is None
        or holder.type != "attribute"
        or text_of(holder.named_children[-1]).lower() != "cookies"
    ):
        return False
    return _is_request_name(file, holder.named_children[0])


def _at_key(file: PyFile, node: Node, key_node: Node) -> Revealed | None:
    key = string_value(key_node)
    if key is None and key_node.type in ("identifier", "attribute") and text_of(key_node).isupper():
        key = text_of(key_node).rpartition(".")[2]
    kind = secret_kind(key) if key is not None else ""
    if key is not None and not kind and _SESSION_COOKIE.fullmatch(key) and _is_cookie(file, node):
        kind = "secret"
    if key is None or not kind or (kind == "token" and _is_other_token(file, node)):
        return None
    return Revealed("name", key, None)


def _dumped(file: PyFile, owner: Node, written: str, excluded: tuple[str, ...]) -> Revealed | None:
    symbol = file.symbol(owner)
    if owner.type == "identifier" and text_of(owner) == "self":
        return None
    if symbol is not None and symbol.endswith("()") and not symbol.startswith("builtins."):
        kind: ValueKind = "settings" if _SETTINGS_NAME.fullmatch(_last_name(owner)) else "object"
        return Revealed(kind, written, symbol, excluded)
    if _SETTINGS_NAME.fullmatch(_last_name(owner)) and symbol not in ("builtins.dict()", "builtins.list()"):
        return Revealed("settings", written, symbol, excluded)
    return Revealed("object", written, symbol, excluded) if symbol is not None else None


def _excluded(call: Node) -> tuple[str, ...]:
    """The fields that `exclude={…}` leaves out; `*` where that cannot be told."""
    arguments = arguments_of(call)
    if "include" in arguments.keywords:
        return ("*",)
    given = arguments.keywords.get("exclude")
    if given is None:
        return ()
    if given.type not in ("set", "dictionary", "list", "tuple"):
        return ("*",)
    names = [string_value(child.child_by_field_name("key") or child) for child in given.named_children]
    return tuple(name for name in names if name is not None)


def _whole(symbol: str | None) -> str | None:
    """How headers, cookies, a body or the environment are called, where a symbol is one of these."""
    if symbol is None:
        return None
    if symbol in _ENVIRON:
        return "os.environ"
    if not symbol.startswith(REQUESTS):
        return None
    for request in REQUESTS:
        if symbol.startswith(request) and symbol[len(request) : len(request) + 1] == ".":
            name = symbol[len(request) + 1 :].removesuffix("()")
            if name in _HEADERS or (
                name in _BODIES and not (request.startswith("aiohttp") and name == "content")
            ):
                return f"request.{name}"
    return None


def _is_request_name(file: PyFile, owner: Node) -> bool:
    symbol = file.symbol(owner)
    known = symbol is not None and not symbol.startswith("builtins.")
    return _REQUEST_NAME.fullmatch(_last_name(owner)) is not None and (known or owner.type == "identifier")


def _held_in(file: PyFile, dictionary: Node) -> str | None:
    for part in parts_of(file, dictionary):
        if secret_kind(part.key) == "secret" and _may_hold(file, part.node) and part.node.type != "string":
            return part.key
    return None


def _is_harmless(file: PyFile, name: str, binding: Binding) -> bool:
    """Whether a binding gives the name a mask, an answer, a number, a label or nothing."""
    if binding.kind == "for":
        return secret_kind(name) == "token" or not name.lower().startswith(("pass", "api"))
    if binding.kind == "except":
        return True
    value = binding.value
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
            _HIDES.search(written.rpartition(".")[2])
        )
    literal = string_value(value)
    if literal is not None:
        # `PASSWORD = "password"` names a field; `"***"` hides one.
        return (
            secret_kind(literal) != "" or not re.search(r"[^\W_]", literal) or name.upper().endswith("COOKIE")
        )
    if value.type in ("string", "parenthesized_expression", "conditional_expression", "concatenated_string"):
        # A sentence about credentials is none.
        holes = [part for part in parts_of(file, value) if part.node.type != "string"]
        shows = any(_revealed(file, part.node, 3) is not None for part in holes)
        return not shows and _PROSE.search(text_of(value)) is not None
    return value.type == "subscript" and any(child.type == "slice" for child in value.named_children)


def _may_hold(file: PyFile, node: Node) -> bool:
    """Whether a value that stands under a secret key may be the secret itself."""
    if constant_value(node) is not ... or node.type in ("string", "lambda"):
        return False
    if node.type in ("identifier", "attribute"):
        return file.symbol(node) not in ("builtins.bool()", "builtins.int()", "None") and not _says_answer(
            node
        )
    return node.type == "subscript" and not any(child.type == "slice" for child in node.named_children)


def _says_answer(node: Node) -> bool:
    name = _last_name(node)
    words = set(re.findall(r"[a-z]+", name.lower()))
    return bool(words & _ANSWERS) or name.isupper()


def _last_name(node: Node) -> str:
    if node.type == "call":
        node = callee_of(node) or node
    return text_of(node).rpartition(".")[2]


def _written(node: Node) -> str:
    written = " ".join(text_of(node).split())
    return written if len(written) <= 40 else written.rpartition(".")[2][:40]
