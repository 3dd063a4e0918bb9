"""Which calls do work that may be left out, as metrics and caches, and which are what a function is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import text_of

Weight = Literal["dispensable", "owed", "unknown"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Words of the objects and libraries that look on, speed up or decorate.
_OBJECTS = frozenset(
    {"metric", "metrics", "meter", "counter", "gauge", "histogram", "stats", "statsd", "datadog"}
    | {"prometheus", "telemetry", "opentelemetry", "otel", "ddtrace", "newrelic", "apm", "elasticapm"}
    | {"instrumentator", "sentry", "rollbar", "bugsnag", "honeybadger", "logfire", "langfuse", "agentops"}
    | {"tracer", "tracing", "span", "profiler", "pyinstrument", "analytics", "posthog", "mixpanel"}
    | {"amplitude", "cache", "progress", "pbar", "tqdm", "spinner", "bell"}
)
_LIBRARIES = frozenset(
    {"colorama", "coloredlogs", "debugpy", "dotenv", "faulthandler", "nest_asyncio", "pydevd", "readline"}
    | {"setproctitle", "truststore", "uvloop"}
)
# What reaches others beside the work, and what is often only a faster copy: where it stands tells more.
_BESIDE = frozenset(
    {"notifier", "notification", "notifications", "notify", "slack", "discord", "telegram", "webhook"}
    | {"webhooks", "alert", "alerts", "events", "bus", "signals", "redis", "memcache", "memcached"}
)
# What nobody goes without unnoticed, whatever it is called.
_KEPT = frozenset({"audit", "ledger", "billing", "payment", "payments", "security", "invoice", "consent"})
_LOGS = frozenset({"log", "logger", "logging"})
_LOG_VERBS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_VERBS = frozenset(
    {"incr", "increment", "inc", "decr", "decrement", "gauge", "timing", "histogram", "observe", "count"}
    | {"track", "trace", "invalidate", "evict", "expire", "purge", "prewarm", "prefetch"}
    | {"close", "shutdown", "flush", "disconnect", "cleanup", "aclose"}
    | {"init", "initialize", "initialise", "setup", "install", "configure", "instrument"}
    | {"debug", "info", "warning", "warn", "log", "annotate", "breakpoint"}
)
_MARKING = frozenset({"add", "set", "record", "capture", "patch"})
_MARKS = frozenset(
    {"tag", "tags", "breadcrumb", "event", "attribute", "attributes", "context", "extra", "extras", "trace"}
    | {"exception", "metric", "error", "latency", "duration", "timing", "usage", "metadata", "title"}
    | {"message", "all"}
)
_OWED = frozenset(
    {"upload", "put", "save", "write", "dump", "store", "persist", "insert", "create", "send", "deliver"}
    | {"submit", "enqueue", "delay", "charge", "pay", "refund", "transfer", "withdraw", "serve", "main"}
    | {"verify", "validate", "check", "require", "authenticate", "authorize", "authorise", "login", "bind"}
    | {"sign", "encrypt", "decrypt", "compress", "decompress", "convert", "export", "download", "fetch"}
    | {"copy", "move", "rename", "extract", "unpack", "render", "generate", "build", "compile", "train"}
    | {"run", "execute", "exec", "process", "parse", "migrate", "commit", "lock", "flock", "acquire"}
    | {"backup", "restore", "apply", "deploy", "schedule", "delete", "remove", "drop", "sanitize", "make"}
    | {"load"}
)
_GOES_AROUND = frozenset(
    {"span", "trace", "timer", "timed", "time", "profile", "measure", "transaction", "scope", "progress"}
)


def weight_of(call: Node, library: str = "") -> Weight:
    """How much rests on a call whose result is dropped; `library` is what its name was imported from."""
    names = list(_names_of(call))
    if not names:
        return "unknown"
    action = _words(names[-1])
    subjects = {word for name in names[:-1] or names for word in _words(name)} | set(_words(library))
    if not _KEPT.isdisjoint(subjects):
        return "owed"
    if is_looking_on(subjects) or library.partition(".")[0] in _LIBRARIES:
        return "dispensable"
    if not action:
        return "unknown"
    if action[-1].endswith("cache") and len(action) > 1:
        return "dispensable"
    if action[0] in _VERBS or (action[0] in _MARKING and not _MARKS.isdisjoint(action[1:])):
        return "dispensable"
    return "owed" if action[0] in _OWED and _BESIDE.isdisjoint(subjects) else "unknown"


def is_told_only(call: Node) -> bool:
    """Whether a call logs or measures what it is given."""
    names = list(_names_of(call))
    if len(names) < 2:
        return False
    subjects = {word for name in names[:-1] for word in _words(name)}
    is_log = (not _LOGS.isdisjoint(subjects) and names[-1] in _LOG_VERBS) or names[-1] == "addHandler"
    return is_log or (is_looking_on(subjects) and "cache" not in subjects)


def goes_around(call: Node, library: str = "") -> bool:
    """Whether a `with` of what a call gives only looks on: a span, a timer."""
    names = list(_names_of(call))
    words = set(_words(names[-1])) if names else set()
    subjects = {word for name in names[:-1] for word in _words(name)} | set(_words(library))
    return not words.isdisjoint(_GOES_AROUND) or (is_looking_on(subjects) and "cache" not in subjects)


def is_cached_read(call: Node) -> bool:
    """Whether a call asks a cache."""
    return any("cache" in _words(name) or name.lower().endswith("cache") for name in _names_of(call))


def is_looking_on(words: set[str]) -> bool:
    return not _OBJECTS.isdisjoint(words) or any(word.endswith("cache") for word in words)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _names_of(call: Node) -> Iterator[str]:
    """The names of a chain of calls and attributes, from its root on."""
    names: list[str] = []
    node: Node | None = call
    while node is not None:
        if node.type == "identifier":
            names.append(text_of(node))
            node = None
        elif node.type == "attribute":
            attribute = node.child_by_field_name("attribute")
            names.append(text_of(attribute) if attribute is not None else "")
            node = node.child_by_field_name("object")
        elif node.type == "call":
            node = node.child_by_field_name("function")
        elif node.type == "subscript":
            node = node.child_by_field_name("value")
        else:
            node = None
    yield from reversed(names)
