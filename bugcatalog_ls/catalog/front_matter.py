"""The front matter of a page, judged: its values, their lines, and what is said of wrong ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, get_type_hints

import msgspec

from bugcatalog_ls.catalog.entry import Case, Variant
from bugcatalog_ls.catalog.keys import ErrorSymptom, FrontMatter, Rule
from bugcatalog_ls.catalog.page_error import PageError, nearest
from bugcatalog_ls.catalog.yaml_text import YamlError, locate, parse_mapping


class Parsed(msgspec.Struct):
    """A front matter as far as it is right, the plain objects it was made of, and its errors."""

    values: dict[str, Any]
    raw: dict[str, Any]
    lines: dict[str, int]
    errors: list[PageError]


def parse_front_matter(path: str, text: str, first_line: int) -> Parsed:
    """Parse and judge the YAML `text`, which begins at line `first_line` (from 1) of the page."""
    parsed = Parsed({}, {}, {}, [])
    try:
        parsed.raw = parse_mapping(text)
    except YamlError as error:
        line, column = first_line + error.row, error.column + 1
        parsed.errors.append(PageError(path, line, column, str(error), error.expected))
        return parsed
    # Finding a place takes a walk through the text, so a page wrong all over is not told whole.
    for problem in islice(chain(_wrong_values(parsed), _unsound(parsed)), _MAX_PROBLEMS):
        row, column = locate(text, problem.keys)
        error_at = (path, first_line + row, column + 1)
        parsed.errors.append(PageError(*error_at, problem.message, problem.expected))
    parsed.lines = _lines(parsed.raw, text, first_line)
    return parsed


_TYPES: dict[str, Any] = get_type_hints(FrontMatter, include_extras=True)
_EXPECTED = {
    "code": "capital letters and a number, such as `BC201`",
    "name": "lower-case words with hyphens, such as `missing-timeout`",
    "severity": "one of `error`, `warning`, `information`, `hint`",
    "extends": "`true` or `false`",
    "analyzer": "the name of an analyzer, such as `missing_timeout`",
    "error": "an RE2 expression of at most 2000 characters",
    "symptoms": "a text in quotes, or `error: '<RE2 expression>'`",
    "tags": "a list of texts",
    "references": "a web address that begins with `https://`",
    "cases": "a list of `{id: …, title: …, url: …}`, `url` being optional",
    "rules": "a list of ast-grep rule objects",
    "variants": "`name: {severity: …}`",
    "data": "tables by their names",
    "applicability": "`safe` or `suggested`",
    "at": "the name of a metavariable without its `$`, such as `FN`",
    "resolves": "`METAVARIABLE: [qualified.name, …]`",
    "imports": "a list of import statements",
}
_LISTS = {"tags", "symptoms", "rules", "cases", "references"}
_MAX_PROBLEMS = 40
# Lines are kept for so many places; what comes later is located by the list that it is in.
_MAX_LOCATED = 400
_KEYS_INSIDE = {
    "rules": list(Rule.__struct_fields__),
    "cases": list(Case.__struct_fields__),
    "variants": list(Variant.__struct_fields__),
    "symptoms": list(ErrorSymptom.__struct_fields__),
}
_PATH = re.compile(r"^(?P<said>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")
_UNKNOWN = re.compile(r"unknown field `(.*)`$")
_MISSING = re.compile(r"required field `(.*)`$")
_METAVARIABLE = re.compile(r"\$+([A-Z_][A-Z0-9_]*)")


class _Problem(msgspec.Struct):
    message: str
    keys: tuple[str | int, ...]
    expected: str


def _wrong_values(parsed: Parsed) -> Iterator[_Problem]:
    """Fill in the values that have their key's type; yield what is wrong with the others."""
    for key, value in parsed.raw.items():
        if key not in _TYPES:
            yield _Problem(f"unknown key `{key:.60}`", (key,), _nearest_key(key, list(_TYPES)))
            continue
        if value is None:
            # A key that is written but not yet filled in, as while a page is being typed.
            yield _Problem(f"`{key}` has no value", (key,), _EXPECTED[key])
            continue
        try:
            parsed.values[key] = msgspec.convert(value, _TYPES[key])
        except msgspec.ValidationError as error:
            n_problems = 0
            for problem in _item_problems(key, value):
                n_problems += 1
                yield problem
            if n_problems == 0:
                yield _explain(str(error), key, (key,), value)


def _item_problems(key: str, value: Any) -> Iterator[_Problem]:
    """A problem for each wrong item of a list or mapping, since msgspec stops at the first."""
    alone: list[tuple[str | int, Any, Any]] = []
    if key in _LISTS and isinstance(value, list):
        alone = [(index, item, [item]) for index, item in enumerate(value)]
    elif key == "variants" and isinstance(value, dict):
        alone = [(name, item, {name: item}) for name, item in value.items()]
    for place, item, judged in alone:
        try:
            msgspec.convert(judged, _TYPES[key])
        except msgspec.ValidationError as error:
            yield _explain(str(error), key, (key, place), item)


def _explain(error: str, key: str, keys: tuple[str | int, ...], value: Any) -> _Problem:
    """Say a msgspec error in the words of the page's writer; `value` is what stands at `keys`."""
    match = _PATH.match(error)
    said = match["said"] if match else error
    # An item was judged as the only one of its list or mapping; `keys` tell its place.
    for step in list(_STEP.finditer((match and match["path"]) or ""))[len(keys) - 1 :]:
        if step[0] == "[...]":
            # msgspec does not name the key of a mapping whose value is wrong.
            break
        inner: str | int = step[1] or int(step[2])
        keys, value = (*keys, inner), value[inner]
    shown = _shown(keys)
    unknown, missing = _UNKNOWN.search(said), _MISSING.search(said)
    if unknown:
        expected = _nearest_key(unknown[1], _KEYS_INSIDE.get(key, []))
        return _Problem(f"unknown key `{unknown[1]:.60}` in `{shown}`", (*keys, unknown[1]), expected)
    if missing:
        return _Problem(f"`{shown}` has no `{missing[1]}`", keys, _EXPECTED[key])
    names = [step for step in keys if isinstance(step, str)]
    expected = _EXPECTED.get(names[-1]) or _EXPECTED[key]
    if names[-1] == "severity" and isinstance(value, str):
        close = nearest(value, ["error", "warning", "information", "hint"])
        expected = f"{expected}; nearest is `{close}`" if close else expected
    return _Problem(f"`{shown}` can't be {_described(value)}", keys, expected)


def _described(value: Any) -> str:
    if isinstance(value, str):
        return f"`{value:.60}`" if value else "an empty text"
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a mapping"
    return f"the number {value}"


def _unsound(parsed: Parsed) -> Iterator[_Problem]:
    """What the types can't say: required keys, expressions, metavariables."""
    required = ("code",) if parsed.raw.get("extends") is True else ("code", "name", "severity")
    for key in required:
        if key not in parsed.raw:
            yield _Problem(f"the front matter has no `{key}`", (), f"`{key}:`, {_EXPECTED[key]}")
    for index, symptom in enumerate(_list(parsed.raw.get("symptoms"))):
        if _is(symptom, ErrorSymptom):
            problem = _expression_problem(symptom["error"])
            if problem:
                yield _Problem(problem, ("symptoms", index), "an RE2 expression for an error message")
    for index, rule in enumerate(_list(parsed.raw.get("rules"))):
        if _is(rule, Rule):
            yield from _unsound_rule(rule, ("rules", index))


def _expression_problem(expression: str) -> str | None:
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        compiled = re2.compile(expression, options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"the expression does not compile: {reason:.200}"
    if compiled.search("") is not None:
        return "the expression matches every text"
    return None


def _unsound_rule(rule: dict[str, Any], keys: tuple[str | int, ...]) -> Iterator[_Problem]:
    patterns = {key: rule.get(key) for key in ("rule", "constraints", "utils")}
    bound = sorted(set(_METAVARIABLE.findall(json.dumps(patterns))))
    expected = "one of " + ", ".join(f"`{name}`" for name in bound) if bound else "a metavariable in the rule"
    wanted: list[tuple[tuple[str | int, ...], str]] = [
        ((*keys, "resolves", name), name) for name in rule.get("resolves", {})
    ]
    if isinstance(rule.get("at"), str):
        wanted.append(((*keys, "at"), rule["at"]))
    for place, name in wanted:
        if name not in bound:
            yield _Problem(f"the rule has no metavariable `${name}`", place, expected)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is(value: Any, type_: Any) -> bool:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError:
        return False
    return True


def _nearest_key(word: str, known: list[str]) -> str:
    close = nearest(word, known)
    if close or len(known) == 1:
        return f"`{close or known[0]}`"
    return "one of " + ", ".join(f"`{key}`" for key in known)


def _shown(keys: tuple[str | int, ...]) -> str:
    steps = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return "".join(steps).removeprefix(".")


def _lines(raw: dict[str, Any], text: str, first_line: int) -> dict[str, int]:
    places: list[tuple[str | int, ...]] = [(key,) for key in raw]
    for key, value in raw.items():
        if isinstance(value, list) and key in _KEYS_INSIDE:
            for index, item in enumerate(value):
                places.append((key, index))
                if key == "rules" and isinstance(item, dict):
                    places += [(key, index, inner) for inner in item]
        elif isinstance(value, dict):
            places += [(key, inner) for inner in value]
    return {".".join(map(str, keys)): first_line + locate(text, keys)[0] for keys in places[:_MAX_LOCATED]}
