"""What only sounds like a secret: names of secrets, paths of keys, rows, locks, and what was blanked."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.secret_names import secret_kind
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    called_name,
    callee_of,
    string_value,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.scopes import Binding

_MANY = re.compile(r"(?:^|_)secrets$", re.IGNORECASE)
_COLLECTIONS = frozenset({"set", "frozenset", "list", "tuple", "sorted", "builtins.set", "builtins.list"})
_GROWS = ("add", "append", "update", "extend", "insert")
_LABELS = re.compile(
    r"(?:^|_)(?:names?|keys?|ids?|slugs?|alias(?:es)?|paths?|labels?|types?|refs?)$", re.IGNORECASE
)
# What gives rows, or says of a secret how far it got: `creds = get_completed_ui_auth_stages(session)`.
_SEARCHES = re.compile(
    r"_*(?:search|list|query|find_all|select)_\w+"
    r"|_*\w+_(?:stages?|steps?|status(?:es)?|states?|flows?|counts?|names?|types?|errors?)"
)
_VALUE_TYPES = re.compile(
    r"\b(?:dict|Mapping|MutableMapping|defaultdict)\[.*,\s*(?:str|bytes|Any|object|SecretStr)"
)
_PLAIN_MAPPING = re.compile(r"\b(?:dict|Dict|Mapping)\b(?!\[)")
_ANY_MAPPING = re.compile(r"\b(?:dict|Mapping|MutableMapping|defaultdict)\[", re.IGNORECASE)
_BLANK = r"[\"'][^\"'\n]*(?:REDACTED|MASKED|HIDDEN|FILTERED|\*{3}|…)[^\"'\n]*[\"']"


def is_label(file: PyFile, node: Node, name: str) -> bool:
    """Whether what is called `name` holds no secrets, as far as its name is all that says so."""
    return (_is_many(name) or _is_found(file, node)) and not _gives_values(file, node, 6)


def is_only_named(file: PyFile, node: Node) -> bool:
    """Whether a variable or attribute with a secret's name is a path, a row, or was blanked before."""
    if node.type not in ("identifier", "attribute"):
        return False
    around = file.scopes.at(node.start_byte).node if node.type == "identifier" else file.root
    text, written = around.text or b"", re.escape(text_of(node)).encode()
    if re.search(rb"(?<![\w.])(?:open|Path|PurePath|isfile|exists)\(\s*" + written + rb"\s*[,)]", text):
        return True
    if re.search(rb"\bsession\.(?:delete|refresh|expunge|merge)\(\s*" + written + rb"\s*[,)]", text):
        return True
    return is_blanked(file, node)


def is_blanked(file: PyFile, node: Node) -> bool:
    """Whether what a mapping says under some key was overwritten or taken out before it is written.

    `headers[key] = "***"`, `shown.pop("password")`, `del shown["password"]`.
    """
    if node.type != "identifier":
        return False
    start = file.scopes.at(node.start_byte).node.start_byte
    before = file.source.data[start : node.start_byte].decode(errors="replace")
    written = text_of(node)
    if not any(f"{written}{act}".lower() in before.lower() for act in ("[", ".pop(")):
        return False
    name = re.escape(written)
    taken = re.findall(rf"(?:(?<![\w.]){name}\.pop\(|\bdel {name}\[)\s*([\"']?)(\w+)", before)
    if any(not quote or secret_kind(key) == "secret" for quote, key in taken if not key.isdigit()):
        return True
    return re.search(rf"(?<![\w.]){name}\[[^\]\n]+\]\s*=\s*{_BLANK}", before, re.IGNORECASE) is not None


def is_of_lock(node: Node) -> bool:
    """Whether `token` is the one by which a lock knows its holder: `lock.local.token`."""
    owner = node.child_by_field_name("object")
    written = text_of(owner) if owner is not None else ""
    return re.search(r"(?:^|[._])lock(?:$|[._(])", written, re.IGNORECASE) is not None


def _is_many(name: str) -> bool:
    """Whether a name says `secrets`: it may as well hold what they are called."""
    return _MANY.search(name) is not None


def _is_found(file: PyFile, node: Node) -> bool:
    """Whether a variable holds the rows that a search gave: `secret = await service.search_secrets(…)`."""
    bindings = file.names.bindings(node) if node.type == "identifier" else []
    calls = [
        value.named_children[0] if value.type == "await" else value
        for binding in bindings
        if (value := binding.value) is not None
    ]
    return bool(calls) and all(
        call.type == "call" and _SEARCHES.fullmatch(called_name(call)) for call in calls
    )


def _gives_values(file: PyFile, node: Node, depth: int) -> bool:
    """Whether an expression is known to hold the values of secrets."""
    node = unparenthesised(node)
    if depth <= 0:
        return True
    match node.type:
        case "await":
            return _gives_values(file, node.named_children[0], depth - 1)
        case "identifier":
            bindings = file.names.bindings(node)
            return any(_binding_gives(file, binding, depth) for binding in bindings)
        case "attribute":
            return _attribute_gives(file, node, depth)
        case "boolean_operator" | "binary_operator":
            sides = [node.child_by_field_name("left"), node.child_by_field_name("right")]
            return any(side is not None and _gives_values(file, side, depth - 1) for side in sides)
        case "conditional_expression":
            ends = (node.named_children[0], node.named_children[-1])
            return any(_gives_values(file, end, depth - 1) for end in ends)
        case "list" | "set" | "tuple":
            return any(_is_value(child) for child in node.named_children)
        case "list_comprehension" | "set_comprehension" | "generator_expression":
            body = node.child_by_field_name("body")
            return body is not None and _is_value(body)
        case "dictionary" | "dictionary_comprehension":
            return node.named_child_count > 0
        case "call":
            return _call_gives(file, node, depth)
    return False


def _call_gives(file: PyFile, call: Node, depth: int) -> bool:
    function = callee_of(call)
    if function is None:
        return True
    written, arguments = text_of(function), arguments_of(call)
    last = written.rpartition(".")[2]
    if written in _COLLECTIONS:
        return any(_gives_values(file, value, depth - 1) for value in arguments.positional[:1])
    return last != "keys" and _SEARCHES.fullmatch(last) is None


def _binding_gives(file: PyFile, binding: Binding, depth: int) -> bool:
    if binding.annotation is not None:
        written = text_of(binding.annotation)
        if _ANY_MAPPING.search(written) or _PLAIN_MAPPING.search(written):
            return _VALUE_TYPES.search(written) is not None or _ANY_MAPPING.search(written) is None
    if binding.value is None or binding.kind == "parameter":
        return False
    if binding.kind not in ("assign", "walrus"):
        return binding.kind in ("with", "unpack")
    value = unparenthesised(binding.value)
    if value.type == "dictionary" and value.named_child_count == 0:
        return binding.annotation is None
    return _gives_values(file, value, depth - 1) or _grows_by_values(file, binding.node)


def _grows_by_values(file: PyFile, name: Node) -> bool:
    """Whether something that is no label is put into the collection later on."""
    scope = file.scopes.at(name.start_byte).node
    owner = text_of(name)
    for call in walk(scope):
        if call.type != "call":
            continue
        object_, _, method = text_of(callee_of(call) or call).rpartition(".")
        if object_ == owner and method in _GROWS and any(map(_is_value, arguments_of(call).positional)):
            return True
    return False


def _attribute_gives(file: PyFile, attribute: Node, depth: int) -> bool:
    """Whether an attribute of the object itself was given values in this file."""
    written = text_of(attribute)
    last = written.rpartition(".")[2].encode()
    if not written.startswith("self.") or file.source.data.count(b"." + last) > 50:
        return False
    for node in file.nodes("assignment"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or text_of(left) != written:
            continue
        if _gives_values(file, right, depth - 1):
            return True
    return False


def _is_value(node: Node) -> bool:
    """Whether an element is read as a value, and is no name, key or id of something."""
    node = unparenthesised(node)
    if node.type in ("identifier", "attribute"):
        last = text_of(node).rpartition(".")[2]
        return not _LABELS.search(last) and (
            last == "value" or (secret_kind(last) == "secret" and node.type == "attribute")
        )
    if node.type == "call":
        last = called_name(node)
        return last not in ("str", "lower", "upper", "strip", "format")
    if node.type == "subscript":
        key = string_value(node.child_by_field_name("subscript"))
        return key is None or not _LABELS.search(key)
    return False
