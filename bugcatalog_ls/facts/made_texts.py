"""How long the digests, ids, tokens and password hashes are that well-known functions make."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.pins import allows_only_before
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import arguments_of, constant_value, string_value, text_of

_DIGESTS = {
    "hashlib.md5": 32, "hashlib.sha1": 40, "hashlib.sha224": 56, "hashlib.sha256": 64, "hashlib.sha384": 96,
    "hashlib.sha512": 128, "hashlib.blake2b": 128, "hashlib.blake2s": 64, "hashlib.sha3_256": 64,
    "hashlib.sha3_512": 128,
}  # fmt: skip
# By what they are made with: the scheme of passlib, the method of werkzeug, each with its defaults.
_SCHEMES = {
    "bcrypt": 60, "bcrypt_sha256": 75, "pbkdf2_sha256": 87, "argon2": 97, "sha256_crypt": 77,
    "sha512_crypt": 120,
}  # fmt: skip
_WERKZEUG = "werkzeug.security.generate_password_hash"
_WERKZEUG_METHODS = {"scrypt": 162, "pbkdf2": 103, "pbkdf2:sha256": 103}
_HASHERS = {
    "bcrypt.hashpw": 60,
    "flask_bcrypt.Bcrypt().generate_password_hash": 60,
    "flask_bcrypt.generate_password_hash": 60,
    "argon2.PasswordHasher().hash": 97,
    **{f"passlib.hash.{scheme}.hash": length for scheme, length in _SCHEMES.items()},
}
# No digest and no token is longer, and the cache cannot hold any number.
_MOST = 100_000
_RETURN = re.compile(rb"\breturn\s+(?:str\(\s*)?(?:hashlib|uuid|secrets|uuid[14]|sha\d+|md5|token_\w+)\b")


class MadeText(Fact, frozen=True):
    """A module's function that returns a text of a known length and nothing else."""

    symbol: str
    length: int

    @property
    def key(self) -> str:
        return self.symbol


def known_length(file: PyFile, value: Node) -> int:
    """How long a digest, an id or a token is; 0 where that is not known."""
    if value.type == "attribute" and text_of(value).endswith(".hex"):
        inner = value.child_by_field_name("object")
        made = file.callee(inner) if inner is not None and inner.type == "call" else None
        return 32 if made in ("uuid.uuid1", "uuid.uuid4") else 0
    if value.type != "call":
        return 0
    given = arguments_of(value)
    symbol = file.callee(value) or ""
    if symbol == "builtins.str" and given.positional and given.positional[0].type == "call":
        return 36 if (file.callee(given.positional[0]) or "").startswith("uuid.uuid") else 0
    function = value.child_by_field_name("function")
    if function is not None and function.type == "attribute":
        inner = function.child_by_field_name("object")
        name = function.child_by_field_name("attribute")
        if name is not None and inner is not None and inner.type == "call":
            if text_of(name) == "hexdigest":
                return _digest(file, inner)
            if text_of(name) == "decode":
                return known_length(file, inner) if file.callee(inner) in _HASHERS else 0
        if symbol == "passlib.context.CryptContext().hash":
            return _by_context(file, inner)
    if symbol in ("secrets.token_hex", "secrets.token_urlsafe"):
        number = constant_value(given.positional[0]) if given.positional else 32
        if isinstance(number, int) and number <= _MOST:
            return 2 * number if symbol.endswith("hex") else (4 * number + 2) // 3
    if symbol == _WERKZEUG:
        method = given.get("method", 1)
        return _WERKZEUG_METHODS.get(string_value(method) or "", 0) if method is not None else 0
    return _HASHERS.get(symbol, 0)


def maker_of(file: PyFile, call: Node) -> str:
    """The symbol of what makes a text whose length another file, or a package's release, tells."""
    symbol = file.callee(call) if call.type == "call" else None
    is_plain = symbol == _WERKZEUG and arguments_of(call).get("method", 1) is None
    return symbol if symbol is not None and is_plain else ""


@derived
def made_length(index: FactIndex, symbol: str) -> int:
    """How long a text is that a function makes, by its resolved symbol; 0 where that is not known."""
    if symbol == _WERKZEUG:
        return _WERKZEUG_METHODS["pbkdf2" if allows_only_before(index, "werkzeug", "3.0") else "scrypt"]
    found = index.one(MadeText, symbol)
    return found[1].length if found is not None else 0


def returned(function: Node) -> Node | None:
    """What a function returns that does nothing else."""
    body = function.child_by_field_name("body")
    statements = [each for each in body.named_children if each.type != "comment"] if body is not None else []
    if len(statements) == 2 and statements[0].type == "expression_statement":
        # A docstring says nothing of the value.
        statements = statements[1:] if statements[0].named_children[0].type == "string" else statements
    if len(statements) != 1 or statements[0].type != "return_statement":
        return None
    return statements[0].named_children[0] if statements[0].named_children else None


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for match in _RETURN.finditer(file.source.data):
        node: Node | None = file.root.descendant_for_byte_range(match.start(), match.start() + 6)
        while node is not None and node.type != "function_definition":
            node = node.parent
        if node is None or node.parent is None or node.parent.type != "module":
            continue
        name, value = node.child_by_field_name("name"), returned(node)
        length = known_length(file, value) if value is not None else 0
        if name is not None and length:
            facts.add(MadeText(f"{file.module}.{text_of(name)}", length))


VOCABULARY = Vocabulary(_collect, (b"return hashlib", b"return str(uuid", b"return uuid", b"return secrets",
                                   b"return token_", b"return sha", b"return md5"))  # fmt: skip


def _digest(file: PyFile, call: Node) -> int:
    made = file.callee(call) or ""
    size = arguments_of(call).keywords.get("digest_size")
    if size is None:
        return _DIGESTS.get(made, 0)
    number = constant_value(size)
    if not made.startswith("hashlib.blake2") or not isinstance(number, int) or number > _MOST:
        return 0
    return 2 * number


def _by_context(file: PyFile, context: Node | None) -> int:
    """The length that the first scheme of a `CryptContext(schemes=[…])` of this file gives."""
    bindings = file.names.bindings(context) if context is not None and context.type == "identifier" else []
    value = bindings[0].value if len(bindings) == 1 else None
    given = arguments_of(value) if value is not None and value.type == "call" else None
    schemes = given.get("schemes", 0) if given is not None else None
    # What is named as the default comes before the first of them.
    if schemes is None or given is None or "default" in given.keywords or not schemes.named_children:
        return 0
    return _SCHEMES.get(string_value(schemes.named_children[0]) or "", 0)
