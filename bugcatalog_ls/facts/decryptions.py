"""Decryption: the calls that open what was sealed or signed, and the errors by which they refuse.

It knows cryptography, itsdangerous, PyNaCl and PyCryptodome.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from bugcatalog_ls.facts.record_names import reads_attribute, root_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, implied
from bugcatalog_ls.syntax.handlers import caught_types, is_broad
from bugcatalog_ls.syntax.nodes import FUNCTIONS, ancestors, arguments_of, callee_of, enclosing, text_of

LIBRARIES = (b"cryptography", b"itsdangerous", b"nacl", b"Cryptodome", b"Crypto")


@dataclass(frozen=True)
class Decryption:
    """A call that opens one value, and the error (module and name) that it raises.

    `is_signed`: it checks a signature, which mostly stands on what a client sent."""

    call: Node
    error: tuple[str, str]
    is_signed: bool
    value: Node | None


_TRIES_OUT = re.compile(r"^_?(?:is|can|was)_\w*(?:crypt|fernet)")
_OPENS = re.compile(r"decrypt|unseal|decipher|unprotect|reveal|unlock")
_FERNET = ("cryptography.fernet", "InvalidToken")
_TAG = ("cryptography.exceptions", "InvalidTag")
_SIGNED = ("itsdangerous", "BadSignature")
_AEADS = ("AESGCM", "AESGCMSIV", "AESCCM", "AESOCB3", "AESSIV", "ChaCha20Poly1305")
_CALLEES: dict[str, tuple[tuple[str, str], int]] = {
    **{
        f"cryptography.fernet.{name}().{method}": (_FERNET, 0)
        for name in ("Fernet", "MultiFernet")
        for method in ("decrypt", "decrypt_at_time", "rotate")
    },
    **{f"cryptography.hazmat.primitives.ciphers.aead.{name}().decrypt": (_TAG, 1) for name in _AEADS},
    "nacl.secret.SecretBox().decrypt": (("nacl.exceptions", "CryptoError"), 0),
    "nacl.public.Box().decrypt": (("nacl.exceptions", "CryptoError"), 0),
    "nacl.public.SealedBox().decrypt": (("nacl.exceptions", "CryptoError"), 0),
}
_SIGNERS = re.compile(r"^itsdangerous\.(?:\w+\.)*\w+\(\)\.(?:loads|unsign)$")
_PYCRYPTO = re.compile(r"^(?:Crypto|Cryptodome)\.Cipher\.\w+\.new\(\)\.decrypt_and_verify$")
_ERRORS = {
    "cryptography.fernet.InvalidToken": _FERNET,
    "cryptography.exceptions.InvalidTag": _TAG,
    "nacl.exceptions.CryptoError": ("nacl.exceptions", "CryptoError"),
    **{
        f"itsdangerous.{module}{name}": _SIGNED
        for module in ("", "exc.")
        for name in ("BadSignature", "BadData", "BadPayload", "SignatureExpired", "BadTimeSignature")
    },
}


def decryptions(file: PyFile) -> list[Decryption]:
    """The decrypting calls of a file; calls of its own functions that only pass a value on count too."""
    found = [
        decryption
        for call in file.calls_named(
            "decrypt", "decrypt_at_time", "decrypt_and_verify", "loads", "unsign", "rotate"
        )
        if (decryption := _decryption(file, call)) is not None
    ]
    return [*found, *_of_helpers(file, found)]


def refusing_error(file: PyFile, handler: Node) -> tuple[str, str] | None:
    """The error of a decryption that a handler names."""
    for kind in caught_types(handler):
        error = _ERRORS.get(file.symbol(kind) or "")
        if error is not None:
            return error
    return None


def is_caught(file: PyFile, decryption: Decryption, within: Node | None = None) -> bool:
    """Whether something catches the failure, inside of the node `within` where one is given, or a
    test of the very value (`if is_encrypted(value)`) has tried it out before."""
    if decryption.value is not None and _is_tried_out(file, decryption.call, text_of(decryption.value)):
        return True
    child = decryption.call
    for parent in ancestors(decryption.call):
        if within is not None and parent.id == within.id:
            return False
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            if (
                body is not None
                and body.id == child.id
                and any(
                    catches(file, handler, decryption)
                    for handler in parent.children
                    if handler.type == "except_clause"
                )
            ):
                return True
        if parent.type == "with_statement" and "suppress(" in text_of(parent).split("\n")[0]:
            return True
        if parent.type in FUNCTIONS:
            return False
        child = parent
    return False


def _is_tried_out(file: PyFile, call: Node, value: str) -> bool:
    for part in (part for condition in conditions_at(call) for part in implied(condition)):
        callee = callee_of(part.node) if part.holds and part.node.type == "call" else None
        given = arguments_of(part.node).positional if callee is not None else []
        name = text_of(callee).rpartition(".")[2] if callee is not None else ""
        if [text_of(argument) for argument in given] != [value] or _TRIES_OUT.search(name) is None:
            continue
        tests = [each.node for each in file.functions if each.name == name]
        # A test of this file that decrypts nothing only looks at how the value is written.
        if not tests or any(b"decrypt(" in (test.text or b"") for test in tests):
            return True
    return False


def catches(file: PyFile, handler: Node, decryption: Decryption) -> bool:
    """Whether a handler takes the failure of a decryption."""
    if is_broad(file, handler) or refusing_error(file, handler) is not None:
        return True
    names = {text_of(kind).rpartition(".")[2] for kind in caught_types(handler)}
    return bool(names & {"ValueError", decryption.error[1]})


def _decryption(file: PyFile, call: Node) -> Decryption | None:
    symbol = file.callee(call) or ""
    arguments = arguments_of(call)
    if symbol in _CALLEES:
        error, position = _CALLEES[symbol]
        value = next(
            (v for n in ("token", "data", "ciphertext") if (v := arguments.get(n)) is not None), None
        )
        value = value if value is not None else arguments.get("", position)
        # What has a time to live came from a client, as a signed text does.
        return Decryption(call, error, "ttl" in arguments.keywords, value)
    if _SIGNERS.match(symbol):
        return Decryption(call, _SIGNED, True, arguments.get("s", 0))
    if _PYCRYPTO.match(symbol):
        return Decryption(call, ("builtins", "ValueError"), False, arguments.get("ciphertext", 0))
    return None


def passed_on(file: PyFile, found: list[Decryption]) -> Iterator[tuple[Node, Decryption]]:
    """The functions of a file that decrypt a parameter and catch nothing, each with the call that does."""
    for decryption in found:
        function = enclosing(decryption.call, "function_definition")
        if function is None or decryption.value is None or is_caught(file, decryption):
            continue
        scope, root = file.scopes.of(function), root_of(decryption.value)
        bindings = scope.bindings.get(root, []) if scope is not None and root is not None else []
        is_passed = any(binding.kind == "parameter" for binding in bindings) and root not in ("self", "cls")
        if is_passed and not reads_attribute(decryption.value):
            yield function, decryption


def unresolved(file: PyFile, found: list[Decryption]) -> Iterator[tuple[Decryption, str]]:
    """Calls that are named like decryption and may lead to one elsewhere, each with its symbol."""
    known = {decryption.call.id for decryption in found}
    for call in file.calls_where(lambda name: _OPENS.search(name) is not None):
        symbol = file.callee(call)
        positional = arguments_of(call).positional
        if call.id not in known and symbol is not None and positional:
            yield Decryption(call, _FERNET, False, positional[0]), symbol


def error_of(symbol: str) -> tuple[str, str] | None:
    """The error of a library's decrypting method, by its resolved symbol."""
    known = _CALLEES.get(symbol)
    return known[0] if known is not None else None


def _of_helpers(file: PyFile, found: list[Decryption]) -> Iterator[Decryption]:
    """Calls of this file's functions that decrypt a parameter and catch nothing."""
    helpers: dict[str, Decryption] = {}
    for function, decryption in passed_on(file, found):
        name = function.child_by_field_name("name")
        if name is not None:
            helpers[text_of(name)] = decryption
    for call in file.calls_named(*helpers) if helpers else ():
        name_node = call.child_by_field_name("function")
        called = text_of(name_node).rpartition(".")[2] if name_node is not None else ""
        known = helpers.get(called)
        symbol = file.callee(call) or ""
        if known is None or known.call.id == call.id or not symbol.startswith(file.module or "\0"):
            continue
        if any(call.id == decryption.call.id for decryption in found):
            continue
        positional = arguments_of(call).positional
        yield Decryption(call, known.error, known.is_signed, positional[0] if positional else None)
