"""Clients of HTTP libraries that raise by themselves where a request fails, and those that surely do not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.http_clients import CLIENTS, VERBS, Library
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, unparenthesised

LITERALS = (b"raise_for_status=", b"event_hooks", b".hooks", b"hooks=")
_RAISING: dict[bytes, Library] = {
    b"raise_for_status": "aiohttp",
    b"event_hooks": "httpx",
    b"hooks": "requests",
}
# One for each word: `re` searches fast for what begins with plain characters.
_KEYWORD = {
    word: re.compile(rb"%s(?<!\w%s)\s*=(?!=)" % (word, word))
    for word in (b"raise_for_status", b"event_hooks", b"hooks")
}
_ATTRIBUTE = re.compile(rb"\.(event_hooks|hooks)\b")
_KEYWORDS = frozenset({"raise_for_status", "event_hooks", "hooks"})
_WORDS = Words(*(word.encode() for word in _KEYWORDS))
_DEPENDS = re.compile(r"\bDepends\(\s*([A-Za-z_][\w.]*)")
_SENDING = frozenset({*VERBS, "request", "stream", "send", "ws_connect"})


def raising_libraries(file: PyFile) -> set[Library]:
    """The libraries of which a file makes clients that raise, as far as others may come to use them."""
    if not file.holds(_WORDS):
        return set()
    data = file.source.data
    found = {_RAISING[match[1]] for match in _ATTRIBUTE.finditer(data)}
    for word in file.held(_WORDS):
        for match in _KEYWORD[word].finditer(data):
            if not _is_for_itself(file, match.start(), match.start() + len(word)):
                found.add(_RAISING[word])
    return found


def _is_for_itself(file: PyFile, start: int, end: int) -> bool:
    """Whether a keyword is that of one request, or of a client that only the block around it uses."""
    name = file.root.named_descendant_for_byte_range(start, end)
    keyword = name.parent if name is not None else None
    call = keyword.parent.parent if keyword is not None and keyword.parent is not None else None
    if keyword is None or keyword.type != "keyword_argument" or call is None or call.type != "call":
        return False
    callee = callee_of(call)
    if callee is not None and text_of(callee).rpartition(".")[2] in _SENDING:
        return True
    entered = call.parent
    target = entered.child_by_field_name("alias") if entered is not None else None
    scope = local_scope(file, call)
    if entered is None or entered.type != "as_pattern" or target is None or scope is None:
        return False
    used = [node for node, _ in mentions(file, scope, text_of(target)) if node.start_byte >= target.end_byte]
    return all(_is_owner(node) for node in used)


def _is_owner(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "attribute" and parent.children[0].id == node.id


def is_made_plainly(file: PyFile, response: Node) -> bool:
    """Whether what sent a request is a module's function, or a client that is made in sight and does
    not raise by itself."""
    for sent in _sent(file, response):
        callee = callee_of(sent)
        owner = callee.child_by_field_name("object") if callee is not None else None
        if owner is None or not _is_plain(file, unparenthesised(owner), 3):
            return False
    return True


def is_made_to_raise(file: PyFile, response: Node) -> bool:
    """Whether the request itself, or its client that is made in sight, says that a failure is raised."""
    for sent in _sent(file, response):
        if sent.type != "call":
            continue
        if _KEYWORDS & arguments_of(sent).keywords.keys():
            return True
        callee = callee_of(sent)
        owner = callee.child_by_field_name("object") if callee is not None else None
        for maker in _sent(file, unparenthesised(owner)) if owner is not None else ():
            if maker.type == "call" and _KEYWORDS & arguments_of(maker).keywords.keys():
                return True
    return False


def client_provider(file: PyFile, response: Node) -> str:
    """The symbol of the function in the `Depends(…)` of the parameter that holds the client; or empty."""
    for sent in _sent(file, response):
        callee = callee_of(sent)
        owner = callee.child_by_field_name("object") if callee is not None else None
        bindings = file.names.bindings(owner) if owner is not None and owner.type == "identifier" else []
        for binding in bindings if len(bindings) == 1 and bindings[0].kind == "parameter" else ():
            for given in (binding.value, binding.annotation):
                found = _DEPENDS.search(text_of(given)) if given is not None else None
                if given is None or found is None:
                    continue
                start = given.start_byte + len(text_of(given)[: found.start(1)].encode())
                node = file.root.descendant_for_byte_range(start, start + len(found[1].encode()))
                return file.symbol(node) or ""
    return ""


def _sent(file: PyFile, response: Node) -> Iterator[Node]:
    """The calls that gave a response."""
    values = [response]
    if response.type == "identifier":
        values = [each.value for each in file.names.bindings(response) if each.value is not None] or values
    for value in values:
        value = unparenthesised(value)
        while value.type in ("await", "as_pattern") and value.named_children:
            value = unparenthesised(value.named_children[0])
        yield value


def _is_plain(file: PyFile, owner: Node, depth: int) -> bool:
    if owner.type == "call":
        arguments = arguments_of(owner)
        is_client = (file.callee(owner) or "") in CLIENTS
        return is_client and not arguments.dict_unpacked and not _KEYWORDS & arguments.keywords.keys()
    if owner.type == "attribute" and owner.children[0].type == "identifier":
        return _is_plain_attribute(file, owner)
    if owner.type != "identifier" or depth == 0:
        return False
    bindings = file.names.bindings(owner)
    if not bindings or re.search(rf"\b{re.escape(text_of(owner))}\.(?:event_)?hooks\b", file.source.text):
        return False
    if all(binding.kind == "import" for binding in bindings):
        # `requests.get(…)`.
        return (file.symbol(owner) or "").partition(".")[0] in ("requests", "httpx", "urllib3", "aiohttp")
    return all(
        binding.kind in ("assign", "with", "walrus")
        and binding.value is not None
        and _is_plain(file, unparenthesised(binding.value), depth - 1)
        for binding in bindings
    )


def _is_plain_attribute(file: PyFile, owner: Node) -> bool:
    """Whether all that is assigned to `self.client` in the file is a client that does not raise."""
    written = text_of(owner)
    if re.search(rf"\b{re.escape(written)}\.(?:event_)?hooks\b", file.source.text):
        return False
    values = [
        node.child_by_field_name("right")
        for node in file.nodes("assignment")
        if (left := node.child_by_field_name("left")) is not None and text_of(left) == written
    ]
    return bool(values) and all(
        value is not None and value.type == "call" and _is_plain(file, value, 1) for value in values
    )
