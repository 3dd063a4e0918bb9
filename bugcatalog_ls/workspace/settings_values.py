"""The keys of the settings: how each raw value is read, and what is said of one that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from bugcatalog_ls.workspace.path_patterns import is_pattern
from bugcatalog_ls.workspace.settings_secrets import Database, Secret

Severity = Literal["error", "warning", "information", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "information", "hint")


class Remarks:
    """What is noticed while one value is read: faults, and the codes (or variants of one) that it names."""

    def __init__(self) -> None:
        self.faults: list[tuple[tuple[str | int, ...], str]] = []
        self.selectors: list[tuple[tuple[str | int, ...], str]] = []

    def fault(self, message: str, *at: str | int) -> None:
        self.faults.append((at, message))

    def selector(self, text: str, *at: str | int) -> None:
        self.selectors.append((at, text))


Reader = Callable[[Any, Remarks], Any]
"""Returns what the settings hold, or None (after a fault) where nothing of the value can be used."""


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean …?` for the nearest of `names`, or nothing where none is near."""
    # Most settings are right, and then this import is saved.
    from rapidfuzz import fuzz, process

    candidates = list(names)
    begun = [each for each in candidates if len(name) > 2 and each.startswith(name)]
    found = process.extractOne(name, begun or candidates, scorer=fuzz.ratio, score_cutoff=0 if begun else 60)
    return f"; did you mean `{found[0]}`?" if found else ""


def read_codes(value: Any, remarks: Remarks) -> tuple[str, ...] | None:
    words = _list(value, remarks, "codes such as `BC201` or `BC2`")
    if words is None:
        return None
    codes: list[str] = []
    for number, word in words:
        code = word.strip().upper()
        if _SELECTOR.fullmatch(code):
            codes.append(code)
            remarks.selector(code, number)
        elif _LIKE_A_CODE.fullmatch(code):
            # No entry has it, and the catalog knows which code is near.
            remarks.selector(code, number)
        else:
            remarks.fault(f"`{word}` is not a code or the beginning of one", number)
    return tuple(codes) if codes or not words else None


def read_severities(value: Any, remarks: Remarks) -> dict[str, Severity] | None:
    table = _table(value, remarks, "codes with a severity each")
    if table is None:
        return None
    severities: dict[str, Severity] = {}
    for name, given in table.items():
        variants = {f"{name}.{key}": each for key, each in given.items()} if isinstance(given, dict) else None
        for key, each in (variants or {name: given}).items():
            at = tuple(key.split(".", 1)) if variants else (key,)
            code, _, variant = key.partition(".")
            if not _SELECTOR.fullmatch(code.upper()) and _LIKE_A_CODE.fullmatch(code.upper()):
                remarks.selector(code.upper(), *at)
            elif not _SELECTOR.fullmatch(code.upper()) or (variant and not code[-1:].isdigit()):
                remarks.fault(f"`{key}` is not a code, the beginning of one, or a code and its variant", *at)
            elif each not in SEVERITIES:
                remarks.fault(_not_a_severity(each, SEVERITIES), *at)
            else:
                named = f"{code.upper()}.{variant}" if variant else code.upper()
                remarks.selector(named, *at)
                severities[named] = each
    return severities


def read_fail_on(value: Any, remarks: Remarks) -> str | None:
    if value in (*SEVERITIES, "never"):
        return str(value)
    remarks.fault(_not_a_severity(value, (*SEVERITIES, "never")))
    return None


def read_per_file(value: Any, remarks: Remarks) -> dict[str, tuple[str, ...]] | None:
    table = _table(value, remarks, "patterns of paths with the codes to ignore there")
    if table is None:
        return None
    ignores: dict[str, tuple[str, ...]] = {}
    for pattern, given in table.items():
        inner = Remarks()
        codes = read_codes(given, inner)
        remarks.faults += [((pattern, *at), message) for at, message in inner.faults]
        remarks.selectors += [((pattern, *at), code) for at, code in inner.selectors]
        if not is_pattern(pattern):
            remarks.fault(f"`{pattern}` is not a pattern of paths", pattern)
        elif codes:
            ignores[pattern] = codes
    return ignores


def read_patterns(value: Any, remarks: Remarks) -> tuple[str, ...] | None:
    words = _list(value, remarks, "patterns of paths, written as in `.gitignore`")
    if words is None:
        return None
    for number, word in words:
        if not is_pattern(word):
            remarks.fault(f"`{word}` is not a pattern of paths", number)
    return tuple(word for _, word in words if is_pattern(word))


def read_folders(value: Any, remarks: Remarks) -> tuple[str, ...] | None:
    words = _list(value, remarks, "folders")
    return None if words is None else tuple(word for _, word in words if word)


def read_databases(value: Any, remarks: Remarks) -> dict[str, Database] | None:
    if isinstance(value, list):
        words = _list(value, remarks, "") or []
        read = [(word, _database(word, remarks, number)) for number, word in words]
        return {database.dialect: database for _, database in read if database is not None}
    table = _table(value, remarks, "dialects, or names with a dialect or a table each")
    if table is None:
        return None
    databases = {name: _database(given, remarks, name) for name, given in table.items()}
    return {name: database for name, database in databases.items() if database is not None}


def read_python(value: Any, remarks: Remarks) -> tuple[int, int] | None:
    match = re.fullmatch(r"(?:py)?3\.?(\d{1,2})(?:\.\d+)?", value) if isinstance(value, str) else None
    if match is None:
        remarks.fault(f"expected a version of Python such as `3.12`, not {_shown(value)}")
        return None
    return 3, int(match[1])


def read_store(value: Any, remarks: Remarks) -> Secret | None:
    text = read_text(value, remarks)
    if text and not text.startswith("env:") and "://" not in text:
        remarks.fault("expected a URL such as `postgresql+psycopg://host/name`, or `env:NAME`")
        return None
    return Secret(text) if text else None


def read_text(value: Any, remarks: Remarks) -> str | None:
    if isinstance(value, str):
        return value
    remarks.fault(f"expected text, not {_shown(value)}")
    return None


def read_flag(value: Any, remarks: Remarks) -> bool | None:
    if isinstance(value, bool):
        return value
    remarks.fault(f"expected `true` or `false`, not {_shown(value)}")
    return None


def read_count(value: Any, remarks: Remarks) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    remarks.fault(f"expected a whole number from 0, not {_shown(value)}")
    return None


def read_mode(value: Any, remarks: Remarks) -> str | None:
    modes = ("open-files", "workspace")
    if value in modes:
        return str(value)
    remarks.fault(f"expected `open-files` or `workspace`, not {_shown(value)}")
    return None


READERS: Mapping[str, Reader] = {
    "select": read_codes,
    "ignore": read_codes,
    "severity": read_severities,
    "per-file-ignores": read_per_file,
    "exclude": read_patterns,
    "extend-exclude": read_patterns,
    "respect-gitignore": read_flag,
    "max-file-size": read_count,
    "catalogs": read_folders,
    "databases": read_databases,
    "migrations": read_folders,
    "newest-migrations": read_count,
    "target-python": read_python,
    "fail-on": read_fail_on,
    "baseline": read_text,
    "store": read_store,
    "history": read_flag,
    "diagnostic-mode": read_mode,
    "require-reason": read_flag,
}

_SELECTOR = re.compile(r"[A-Z]+(?:-?[0-9]+|-)?")
_LIKE_A_CODE = re.compile(r"[A-Z]+-?[A-Z]*[0-9][A-Z0-9]*")
_DIALECTS = {
    **{name: name for name in ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")},
    **{name: name for name in ("bigquery", "clickhouse", "databricks", "duckdb", "redshift", "snowflake")},
    "postgres": "postgresql",
    "cockroachdb": "postgresql",
    "sqlserver": "mssql",
    "tsql": "mssql",
}


def _database(given: Any, remarks: Remarks, at: str | int) -> Database | None:
    if isinstance(given, str):
        given = {"url" if "://" in given or given.startswith("env:") else "dialect": given}
    if not isinstance(given, dict):
        remarks.fault("expected a dialect, or a table with `dialect`, `url` and `version`", at)
        return None
    for key in sorted(given.keys() - {"dialect", "url", "version"}, key=str):
        remarks.fault(f"unknown key `{key}`{nearest(key, ('dialect', 'url', 'version'))}", at, key)
    url, dialect = given.get("url"), given.get("dialect")
    if url is not None and not (isinstance(url, str) and url):
        remarks.fault("expected a URL, or `env:NAME`", at, "url")
        url = None
    if dialect is None and url:
        dialect = re.split(r"[+:]", url, maxsplit=1)[0]
        if dialect == "env":
            remarks.fault("a URL from the environment needs a `dialect` next to it", at)
            return None
    if str(dialect).lower() not in _DIALECTS:
        near = nearest(str(dialect), _DIALECTS)
        remarks.fault(f"unknown dialect {_shown(dialect)}{near}" if dialect else "a `dialect` is missing", at)
        return None
    version = given.get("version", "")
    if not isinstance(version, (str, int, float)) or isinstance(version, bool):
        remarks.fault(f"expected a version, not {_shown(version)}", at, "version")
        version = ""
    return Database(_DIALECTS[str(dialect).lower()], Secret(url) if url else None, str(version))


def _not_a_severity(value: Any, names: tuple[str, ...]) -> str:
    if value in ("off", "none", "ignore", False):
        return "a severity can't switch an entry off; name its code in `ignore`"
    return f"{_shown(value)} is not a severity ({', '.join(names)}){nearest(str(value), names)}"


def _list(value: Any, remarks: Remarks, of: str) -> list[tuple[int, str]] | None:
    if not isinstance(value, (list, tuple)):
        remarks.fault(f"expected a list of {of}, not {_shown(value)}")
        return None
    for number, item in enumerate(value):
        if not isinstance(item, str):
            remarks.fault(f"expected text, not {_shown(item)}", number)
    return [(number, item) for number, item in enumerate(value) if isinstance(item, str)]


def _table(value: Any, remarks: Remarks, of: str) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return {str(key): each for key, each in value.items()}
    remarks.fault(f"expected a table of {of}, not {_shown(value)}")
    return None


def _shown(value: Any) -> str:
    """What kind of thing a value is; its text too where it is short and cannot be a secret."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"`{value}`" if len(value) <= 40 and "://" not in value else "this text"
    if isinstance(value, (int, float)):
        return f"`{value}`"
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "a list"
    return "a date"
