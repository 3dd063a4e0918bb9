"""Secret names: which words say that a value is a secret, and which only count or label one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

SecretKind = Literal["", "secret", "token"]
"""`secret` is one for sure; `token` may as well be a piece of text or of a program."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# An access key is the name of a pair whose other half is the secret key.
_PHRASES = frozenset(
    {
        ("password",), ("passwords",), ("passwd",), ("passwds",), ("passphrase",), ("passphrases",),
        ("passcode",), ("pwd",), ("secret",), ("secrets",), ("authorization",), ("cookie",), ("cookies",),
        ("credential",), ("credentials",), ("creds",), ("apikey",), ("apikeys",), ("jwt",), ("ssn",),
        ("cvv",), ("cvc",), ("otp",), ("privatekey",), ("secretkey",), ("api", "key"), ("api", "keys"),
        ("secret", "key"), ("secret", "keys"), ("private", "key"), ("private", "keys"), ("signing", "key"),
        ("secret", "access", "key"), ("secret", "access", "keys"), ("encryption", "key"), ("master", "key"),
        ("auth", "key"), ("hmac", "key"), ("fernet", "key"), ("shared", "key"), ("auth", "header"),
        ("card", "number"), ("set", "cookie"), ("credit", "card"), ("card", "pan"),
        ("social", "security", "number"), ("security", "code"), ("one", "time", "password"),
    }
)  # fmt: skip
# Words before it that make it an answer, a number, a deed, or something already hidden.
_NO_VALUE = frozenset(
    {
        "is", "has", "had", "have", "should", "can", "could", "may", "must", "use", "uses", "used", "using",
        "no", "non", "not", "num", "n", "nb", "max", "min", "total", "count", "counts", "avg", "allow",
        "allows", "allowed", "require", "requires", "required", "need", "needs", "missing", "invalid",
        "valid", "with", "without", "show", "hide", "enable", "enabled", "disable", "disabled", "masked",
        "redacted", "obfuscated", "hidden", "censored", "encrypted", "sanitized", "safe", "scrubbed",
        "public", "change", "changed", "changing", "forgot", "forgotten", "validate", "check", "supports",
        "support", "expects", "skip", "ignore", "ask", "rotate", "send", "masking", "mask", "redact",
        "fake", "dummy", "mock", "placeholder", "retain", "retains", "keep", "keeps", "include",
        "includes", "revoke", "reveal", "does", "did", "will", "was", "preserve", "omit", "want", "wants",
    }
)  # fmt: skip
_OF = frozenset({"to", "of", "for", "in"})
_DEEDS = frozenset(
    {"reset", "update", "set", "verify", "get", "create", "delete", "hash", "encrypt", "match"}
)
# Words behind it that leave it the value that it is.
_STILL = frozenset(
    {
        "value", "str", "string", "plain", "plaintext", "raw", "b64", "base64", "bytes", "encoded",
        "decoded", "hex", "pem", "confirm", "confirmation", "again", "repeat", "input", "old", "new",
        "current", "original", "code", "json", "data", "header", "hash", "hashed",
    }
)  # fmt: skip
_OF_OTP = frozenset({"value", "str", "string", "code", "input", "plain", "confirm", "hash", "header"})
_STILL_TOKEN = frozenset(
    {
        "value", "str", "string", "raw", "plain", "b64", "encoded", "bytes", "secret",
    }
)  # fmt: skip
_AUTH = frozenset(
    {
        "access", "refresh", "auth", "authorization", "authentication", "bearer", "id", "api", "session",
        "csrf", "xsrf", "jwt", "reset", "verification", "user", "client", "bot", "github", "gitlab",
        "slack", "hf", "huggingface", "oauth", "login", "service", "personal", "webhook", "invite",
        "invitation", "secret", "signed", "device", "fcm", "push", "security", "discord", "telegram",
        "admin", "private", "master", "root", "registration", "activation", "confirmation", "sas", "x",
        "magic", "auth0", "firebase", "google", "azure", "aws", "vault", "password", "email", "deploy",
        "account", "app",
    }
)  # fmt: skip
_AUTH_OF_MANY = frozenset(
    {
        "access", "refresh", "auth", "api", "bearer", "session", "jwt", "oauth", "secret", "csrf", "push",
        "reset",
    }
)  # fmt: skip
_TEXT = frozenset(
    {
        "next", "page", "continuation", "prev", "previous", "cursor", "sync", "start", "begin", "end",
        "eos", "bos", "pad", "unk", "sep", "cls", "mask", "stop", "special", "last", "first", "prompt",
        "completion", "input", "output", "image", "audio", "video", "vocab", "cancel", "cancellation",
        "delta", "chunk", "per", "parse", "lex", "keyword", "operator", "word", "text", "sub", "resume",
        "think", "thinking", "reasoning", "tool", "trigger", "placeholder", "separator", "delimiter",
        "literal", "punctuation", "symbol", "sample", "target", "draft", "generated", "predicted", "bad",
        "forced", "prefix", "suffix", "split", "comment", "context", "lock", "etag", "watch", "lease",
        "idempotency", "request", "lookahead", "peek", "cached", "cache", "style", "design", "css", "line",
        "single", "double", "open", "close", "left", "right", "other", "content", "message", "language",
        "model", "since", "until", "batch", "stream", "position", "pos", "from", "replication",
        "acme", "dns", "txt", "challenge", "creation", "idempotent", "deduplication", "mention",
        "consistency",
    }
)  # fmt: skip


@lru_cache(maxsize=4096)
def secret_kind(name: str) -> SecretKind:
    """Whether a name says that its value is a secret."""
    words = tuple(word.lower() for word in _WORD.findall(name))
    found: SecretKind = ""
    for size in (3, 2, 1):
        for start in range(len(words) - size + 1):
            phrase = words[start : start + size]
            before, after = words[:start], words[start + size :]
            if phrase in _PHRASES and _is_value(phrase, before, after):
                return "secret"
            if size == 1 and phrase[0] in ("token", "tokens"):
                found = _token(phrase[0] == "tokens", before, after) or found
                if found == "secret":
                    return found
    return found


def without_verb(name: str) -> str:
    """What a function named so gives: `get_api_key` gives an `api_key`; empty where no verb says that."""
    match = re.fullmatch(
        r"_*(?:async_|a)?(?:get|create|generate|make|build|fetch|load|read|issue|decrypt|encode|obtain|retrieve"
        r"|mint|sign|new)(?:_current|_new|_my)?_?(\w+)",
        name,
    )
    return match.group(1) if match is not None else ""


def _is_value(phrase: tuple[str, ...], before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    if _NO_VALUE.intersection(before) or "header" in before or _is_place(before):
        return False
    if "pass" in phrase[0]:
        if _DEEDS.intersection(before):
            return False
    elif "hash" in after or "hashed" in before:
        return False
    if phrase == ("otp",) and not _OF_OTP.issuperset(after):
        return False  # The answer of a trip planner, or a key to such codes: `otp_json`, `otp_data`.
    return all(word in _STILL or word.isdigit() for word in after)


def _is_place(before: tuple[str, ...]) -> bool:
    """Whether the words before a secret say where it lies: `path_to_private_key`; not `path_password`."""
    return "path" in before and bool(_OF & set(before[before.index("path") :]))


def _token(many: bool, before: tuple[str, ...], after: tuple[str, ...]) -> SecretKind:
    if _NO_VALUE.intersection(before) or "hashed" in before or "header" in before or "path" in before:
        return ""
    if not all(word in _STILL_TOKEN or word.isdigit() for word in after):
        return ""
    if many:
        return "secret" if before and before[-1] in _AUTH_OF_MANY else ""
    if _AUTH.intersection(before):
        return "secret"
    return "" if _TEXT.intersection(before) else "token"
