"""Forty rules as ast-grep and semgrep both read them, so that the two do the same work as our catalog.

A pattern is written as semgrep writes it: `...` is any number of things, `$X` is one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple


class Rule(NamedTuple):
    """What to find: `pattern` that is not `without`, within `inside` (a semgrep pattern).

    ast-grep takes no pattern of a whole block: where one is needed it gets `ast_grep`, the same
    said by kinds of nodes.
    """

    name: str
    message: str
    pattern: str
    without: str = ""
    inside: str = ""
    ast_grep: dict[str, Any] | None = None


def write_for_ast_grep(folder: Path) -> Path:
    """Write the rules as files of a project; its configuration's path. JSON is YAML as well."""
    rules = folder / "rules"
    rules.mkdir()
    for rule in RULES:
        (rules / f"{rule.name}.yml").write_text(json.dumps(_ast_grep(rule)), encoding="utf-8")
    configuration = folder / "sgconfig.yml"
    configuration.write_text(json.dumps({"ruleDirs": ["rules"]}), encoding="utf-8")
    return configuration


def write_for_semgrep(folder: Path) -> Path:
    """Write the rules as one file; its path."""
    file = folder / "semgrep.yml"
    file.write_text(json.dumps({"rules": [_semgrep(rule) for rule in RULES]}), encoding="utf-8")
    return file


def _ast_grep(rule: Rule) -> dict[str, Any]:
    found: dict[str, Any] = rule.ast_grep or {"pattern": _with_dollars(rule.pattern)}
    parts = [found]
    if rule.without:
        parts.append({"not": {"pattern": _with_dollars(rule.without)}})
    if rule.inside:
        parts.append({"inside": {**_IN_ASYNC, "stopBy": "end"}})
    return {
        "id": rule.name,
        "language": "Python",
        "severity": "warning",
        "message": rule.message,
        "rule": {"all": parts} if len(parts) > 1 else found,
    }


def _with_dollars(pattern: str) -> str:
    return pattern.replace("...", "$$$")


def _semgrep(rule: Rule) -> dict[str, Any]:
    patterns = [{"pattern": rule.pattern}]
    if rule.without:
        patterns.append({"pattern-not": rule.without})
    if rule.inside:
        patterns.append({"pattern-inside": rule.inside})
    return {
        "id": rule.name,
        "languages": ["python"],
        "severity": "WARNING",
        "message": rule.message,
        "patterns": patterns,
    }


def _no_timeout(called: str) -> Rule:
    name = f"no-timeout-{called.replace('.', '-').replace('_', '-').lower()}"
    told = f"{called} is called without a timeout"
    return Rule(name, told, f"{called}(...)", without=f"{called}(..., timeout=$T, ...)")


_IN_ASYNC = {"kind": "function_definition", "regex": "^async"}
_ASYNC = "async def $F(...):\n    ..."
_HANDLER = {"kind": "except_clause"}


def _handler(children: int, body: dict[str, Any]) -> dict[str, Any]:
    """An `except` clause whose block holds nothing but one statement."""
    block = {"kind": "block", "has": body, "not": {"has": {"nthChild": children + 1}}}
    return {**_HANDLER, "has": block}


RULES = (
    *map(
        _no_timeout,
        (
            "requests.get",
            "requests.post",
            "requests.put",
            "requests.delete",
            "requests.patch",
            "requests.head",
            "requests.request",
            "httpx.get",
            "httpx.post",
            "urllib.request.urlopen",
            "subprocess.run",
            "socket.create_connection",
        ),
    ),
    Rule("open-reads", "a text is read in the platform's encoding", "open($F)"),
    Rule("open-mode", "a text is opened in the platform's encoding", "open($F, $M)"),
    Rule("read-text", "a text is read in the platform's encoding", "$P.read_text()"),
    Rule("write-text", "a text is written in the platform's encoding", "$P.write_text($T)"),
    Rule("utcnow", "a time without a zone", "datetime.utcnow()"),
    Rule("now", "a time without a zone", "datetime.now()"),
    Rule("module-utcnow", "a time without a zone", "datetime.datetime.utcnow()"),
    Rule("module-now", "a time without a zone", "datetime.datetime.now()"),
    Rule("from-timestamp", "a time without a zone", "datetime.utcfromtimestamp($T)"),
    Rule("column-naive", "a column without a zone", "Column(DateTime, ...)"),
    Rule(
        "swallowed",
        "an error is swallowed",
        "try:\n    ...\nexcept:\n    pass",
        ast_grep={**_HANDLER, "regex": "^except:", "has": {"kind": "block", "regex": "^pass$"}},
    ),
    Rule(
        "swallowed-exception",
        "an error is swallowed",
        "try:\n    ...\nexcept Exception:\n    pass",
        ast_grep={**_HANDLER, "regex": "^except Exception:", "has": {"kind": "block", "regex": "^pass$"}},
    ),
    Rule(
        "handler-returns-none",
        "an error becomes None",
        "try:\n    ...\nexcept $E:\n    return None",
        ast_grep=_handler(1, {"kind": "return_statement", "regex": "^return None$"}),
    ),
    Rule(
        "handler-continues",
        "an error is passed over",
        "try:\n    ...\nexcept $E:\n    continue",
        ast_grep=_handler(1, {"kind": "continue_statement"}),
    ),
    Rule("sleep-in-async", "the event loop is stopped", "time.sleep(...)", inside=_ASYNC),
    Rule("requests-in-async", "the event loop is stopped", "requests.$M(...)", inside=_ASYNC),
    Rule("run-in-async", "the event loop is stopped", "subprocess.run(...)", inside=_ASYNC),
    Rule("yaml-load", "a page may run code", "yaml.load(...)", without="yaml.load(..., Loader=$L, ...)"),
    Rule("pickle-loads", "a message may run code", "pickle.loads(...)"),
    Rule("md5", "a weak digest", "hashlib.md5(...)"),
    Rule("eval", "a text is run", "eval(...)"),
    Rule("exec", "a text is run", "exec(...)"),
    Rule("system", "a shell is started", "os.system(...)"),
    Rule("shell", "a shell is started", "subprocess.$M(..., shell=True, ...)"),
    Rule("logged-password", "a secret is logged", "logger.$M(..., password, ...)"),
    Rule("logged-token", "a secret is logged", "logger.$M(..., token, ...)"),
    Rule("printed", "a server prints", "print(...)"),
    Rule("getattr-none", "an absent attribute is hidden", "getattr($O, $N, None)"),
)
assert len(RULES) == 40
