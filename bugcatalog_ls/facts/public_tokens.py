"""Public tokens: what is called a token or an authorization and may be read by everybody, or is a record."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of

# Certificate authorities fetch the answer to a challenge from the open web, or from the DNS.
_CHALLENGES = re.compile(
    rb"acme[-_]?challenge|\b(?:dns|http|tls[-_]alpn)[-_]?01\b|\b(?:from|import) acme\b", re.IGNORECASE
)
_OF_ANSWER = re.compile(rb"challenge|_01\b|-01\b|key_?auth|\bacme", re.IGNORECASE)
_OF_CHALLENGE = re.compile(
    r"(?:^|[._])(?:key_?)?authorizations?$|(?:^|\.)(?:token|validation)$", re.IGNORECASE
)
# What a text or a mapping has, and the secret inside of a record that is written by it.
_OF_TEXTS = frozenset({*dir(str), *dir(bytes), *dir(dict), "value", "token", "secret", "credentials"})
# Eight digits of an id, or what is looked for in a text, keep nobody out.
_MARKERS = re.compile(
    rb"tokens?\s*=\s*(?:\[\s*)?(?:str\()?(?:uuid\.)?uuid4\(\)\)?(?:\.hex)?\[:(?:[1-9]|1[0-2])\]"
    rb"|\btoken(?:_lower)? in (?:str\()?(?:\w+[._])?"
    rb"(?:r|text|content|body|title|subject|name|filename|description)\b"
)
_MAPPED = re.compile(r"(?:typing\.)?(?:dict|Dict|Mapping)\b")
_CLAIM = r"(?<![\w.]){name}(?:\[|\.get\()\s*[\"'](\w+)"
_MEMBER = r"(?<![\w.]){name}\.(\w+)"


def is_of_challenge(file: PyFile, node: Node) -> bool:
    """Whether a bare token, or the authorization of a key, is what answers the challenge of a certificate."""
    if _OF_CHALLENGE.search(text_of(node)) is None or _CHALLENGES.search(file.source.data) is None:
        return False
    # The same file may hold the token of the DNS provider, so the function has to speak of it as well.
    around = file.scopes.at(node.start_byte).node.text or b""
    return _OF_ANSWER.search(around) is not None


def is_marker(file: PyFile) -> bool:
    """Whether a file makes or looks for short words that are put into texts to be found again."""
    return _MARKERS.search(file.source.data) is not None


def is_record(file: PyFile, node: Node) -> bool:
    """Whether the parameter called `token` is an object that knows of one: `token.expires_at` is read."""
    bindings = file.names.bindings(node) if node.type == "identifier" else []
    if not bindings or any(one.kind != "parameter" for one in bindings):
        return False
    if any(one.annotation is not None and _MAPPED.match(text_of(one.annotation)) is None for one in bindings):
        return False
    around = file.text(file.scopes.at(node.start_byte).node)
    read = re.findall(_MEMBER.format(name=re.escape(text_of(node))), around)
    # The claims of a token are a mapping: `token["sub"]`.
    read += re.findall(_CLAIM.format(name=re.escape(text_of(node))), around)
    read = [name for name in read if name not in ("get", "items")]
    return bool(read) and not any(name in _OF_TEXTS or "secret" in name or "token" in name for name in read)
