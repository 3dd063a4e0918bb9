"""What may stand in a page's front matter, and what each key means: from the types and the grammars."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import bugcatalog_ls.analyzers
from bugcatalog_ls.analysis.loading import GROUP
from bugcatalog_ls.catalog.entry import Entry, code_order
from bugcatalog_ls.catalog.page_view import PageView
from bugcatalog_ls.catalog.schema import front_matter_schema
from bugcatalog_ls.catalog.yaml_cursor import YamlPlace
from bugcatalog_ls.patterns.kinds import CONDITIONS, RELATIONAL, fields_of, kinds_of
from bugcatalog_ls.patterns.languages import LANGUAGES, Language, language_named


class Word(NamedTuple):
    """What may be written at a place; `insert` is a snippet."""

    label: str
    detail: str = ""
    insert: str = ""


def words_at(place: YamlPlace, view: PageView, row: int, entries: Mapping[str, Entry]) -> Iterator[Word]:
    """The keys or values that fit a place of the front matter, which is at a row."""
    keys, rule = place.keys, _rule_at(view, row)
    if place.is_value or (keys and keys[-1] in ("tags", "references", "imports")) or keys[:1] == ("tags",):
        yield from _values(keys, view, rule, entries)
    else:
        yield from _keys(keys, view, rule)


def meaning(keys: tuple[str, ...]) -> str:
    """What a key says, in Markdown; empty for none of ours."""
    if keys[:1] == ("rules",) and len(keys) > 2 and keys[-1] in CONDITIONS:
        return f"`{keys[-1]}`: {CONDITIONS[keys[-1]]}"
    table = _tables()["" if len(keys) == 1 else keys[0] if len(keys) == 2 else "?"] if keys else {}
    if len(keys) == 3 and keys[0] == "variants":
        table = _tables()["variants"]
    description = table.get(keys[-1], "") if keys else ""
    return f"`{keys[-1]}`: {description}" if description else ""


def _keys(keys: tuple[str, ...], view: PageView, rule: Mapping[str, Any]) -> Iterator[Word]:
    tables = _tables()
    if not keys:
        for name, description in tables[""].items():
            if name not in view.front:
                yield Word(name, description, _SNIPPETS.get(name, f"{name}: "))
    elif keys == ("rules",):
        for name, description in tables["rules"].items():
            if name != "id":
                yield Word(name, description, _SNIPPETS.get(f"rules.{name}", f"{name}: "))
    elif keys[0] == "rules":
        yield from _keys_of_rule(keys, rule)
    elif keys in (("cases",), ("symptoms",)) or (keys[0] == "variants" and len(keys) == 2):
        for name, description in tables[keys[0]].items():
            yield Word(name, description, f"{name}: ")


def _keys_of_rule(keys: tuple[str, ...], rule: Mapping[str, Any]) -> Iterator[Word]:
    if keys[1:] in (("constraints",), ("resolves",)):
        yield from (Word(name, "a metavariable of the rule", f"{name}: ") for name in _metavariables(rule))
    elif keys[1] in ("rule", "constraints", "utils") and (keys[1] == "rule" or len(keys) > 2):
        related = any(relation in keys[-2:] for relation in ("inside", "has", "precedes", "follows"))
        for name, description in CONDITIONS.items():
            if name not in RELATIONAL or related:
                yield Word(name, description, f"{name}: ")
    elif keys[1] == "transform" and len(keys) == 3:
        yield from (Word(name, "ast-grep: a transformation", f"{name}: ") for name in _TRANSFORMS)
    elif keys[1] == "fix":
        yield from (Word(name, "ast-grep: a part of a fix", f"{name}: ") for name in _FIX_KEYS)


def _values(
    keys: tuple[str, ...], view: PageView, rule: Mapping[str, Any], entries: Mapping[str, Entry]
) -> Iterator[Word]:
    last = keys[-1] if keys else ""
    language = _language(rule)
    if last == "severity":
        yield from (Word(name, f"weight: {name}") for name in ("error", "warning", "information", "hint"))
    elif keys == ("extends",):
        yield Word("true", "changes an entry of another catalog")
        yield Word("false")
    elif keys == ("analyzer",):
        yield from (Word(name, "an installed analyzer") for name in _analyzers())
    elif keys == ("code",):
        yield from _codes(view, entries)
    elif keys == ("tags",):
        known = {tag for entry in entries.values() for tag in entry.tags}
        yield from (Word(tag, "a tag of the catalog") for tag in sorted(known))
    elif keys == ("rules", "language"):
        yield from (Word(each.name, "a language that rules may be for") for each in LANGUAGES)
    elif keys == ("rules", "applicability"):
        yield Word("safe", "keeps the program's meaning")
        yield Word("suggested", "changes behaviour, to be read first")
    elif keys == ("rules", "at"):
        yield from (Word(name, "a metavariable of the rule") for name in _metavariables(rule))
    elif keys in (("rules", "fix"), ("rules", "message"), ("rules", "fix", "template")):
        yield from (Word(f"${name}", "a metavariable of the rule") for name in _metavariables(rule))
    elif keys[:1] == ("rules",) and last == "kind" and language is not None:
        yield from (Word(kind, f"a kind of node in {language.name}") for kind in kinds_of(language))
    elif keys[:1] == ("rules",) and last == "field" and language is not None:
        yield from (Word(name, f"a field of nodes in {language.name}") for name in fields_of(language))
    elif keys[:1] == ("rules",) and last == "stopBy":
        yield Word("neighbor", "looks at the next node only")
        yield Word("end", "looks as far as there are nodes")
    elif keys[:1] == ("rules",) and last == "matches":
        utils = rule.get("utils")
        yield from (Word(str(name), "a rule under `utils`") for name in utils or ())


def _codes(view: PageView, entries: Mapping[str, Entry]) -> Iterator[Word]:
    """The next free code of each family; with `extends`, the codes that there are."""
    if view.front.get("extends") is True:
        yield from (Word(code, entry.name) for code, entry in entries.items())
        return
    highest: dict[str, int] = {"TEAM-": 0}
    for code in entries:
        prefix, number = code_order(code)
        highest[prefix] = max(highest.get(prefix, 0), number)
    yield from (Word(f"{prefix}{number + 1}", "the next free code") for prefix, number in highest.items())


def _rule_at(view: PageView, row: int) -> Mapping[str, Any]:
    """The rule that a row belongs to; read line by line where the front matter is no YAML at the moment."""
    before = [rule for first, rule in view.rules() if first <= row]
    if before:
        return before[-1]
    begin = row
    while begin > 1 and not re.match(r"\s*-\s", view.rows[begin]):
        begin -= 1
    text = "\n".join(view.rows[begin : view.end_of_front])
    named = re.search(r"""\blanguage\s*:\s*["']?([\w+#]+)""", text)
    found: dict[str, Any] = {"rule": {"pattern": text}}
    return {**found, "language": named[1]} if named else found


def _language(rule: Mapping[str, Any]) -> Language | None:
    named = rule.get("language")
    return language_named(named) if isinstance(named, str) else None


def _metavariables(rule: Mapping[str, Any]) -> list[str]:
    said = repr([rule.get(key) for key in ("rule", "constraints", "utils")])
    return sorted(set(re.findall(r"\$+([A-Z_][A-Z0-9_]*)", said)))


@cache
def _analyzers() -> tuple[str, ...]:
    from importlib.metadata import entry_points

    built_in = (info.name for info in pkgutil.iter_modules(bugcatalog_ls.analyzers.__path__))
    return tuple(sorted({*built_in, *(point.name for point in entry_points(group=GROUP))}))


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    """The keys by where they stand, each with its description."""
    schema = front_matter_schema()
    tables = {"": schema["properties"], "?": {}}
    for name, definition in (("rules", "Rule"), ("cases", "Case"), ("variants", "Variant")):
        tables[name] = schema["$defs"][definition]["properties"]
    tables["symptoms"] = schema["$defs"]["ErrorSymptom"]["properties"]
    return {
        where: {name: str(value.get("description", "")) for name, value in table.items()}
        for where, table in tables.items()
    }


_TRANSFORMS = ("substring", "replace", "convert")
_FIX_KEYS = ("template", "expandStart", "expandEnd", "title")
_SNIPPETS = {
    "code": "code: ${1:TEAM-1}",
    "severity": "severity: ${1|warning,error,information,hint|}",
    "extends": "extends: true",
    "tags": "tags: [$1]",
    "symptoms": "symptoms:\n  - ${1:what people see}\n  - error: '${2:expression}'",
    "rules": "rules:\n  - language: ${1:Python}\n    rule:\n      pattern: ${2:code}\n"
    "    message: ${3:what is wrong}",
    "variants": "variants:\n  ${1:name}: {severity: ${2:hint}}",
    "cases": "cases:\n  - {id: ${1:BUG-1}, title: ${2:what happened}}",
    "references": "references:\n  - https://$1",
    "rules.rule": "rule:\n  $1",
    "rules.constraints": "constraints:\n  $1",
    "rules.utils": "utils:\n  $1",
    "rules.resolves": "resolves: {${1:FN}: [$2]}",
    "rules.imports": "imports: [$1]",
}
