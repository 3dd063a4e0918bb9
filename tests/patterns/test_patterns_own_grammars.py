"""Rules for SQL, which ast-grep has no grammar for: the same words with the same meaning."""

from __future__ import annotations

from typing import Any

import pytest

from bugcatalog_ls.patterns.languages import language_named
from bugcatalog_ls.patterns.matcher import RuleSet
from bugcatalog_ls.patterns.rule import RuleError, compile_rule
from bugcatalog_ls.text.source import Source

pytest.importorskip("tree_sitter_sql", reason="the grammar of SQL is not installed")

SQL = """-- größe
DELETE FROM users;
delete from orders where id = 3;
UPDATE t SET a = 1, b = 2 WHERE id = 4;
SELECT * FROM users WHERE email = 'ü' ORDER BY id;
SELECT a, a FROM t;
SELECT a, b FROM t;
INSERT INTO t VALUES (1, 2);
"""


def found(rule: dict[str, Any], **keys: Any) -> list[str]:
    language = language_named("sql")
    assert language is not None
    compiled = compile_rule({"language": "sql", "rule": rule, **keys})
    source = Source(SQL)
    outcome = RuleSet([compiled]).match(source, language)
    assert not outcome.quarantined
    return [source.slice(match.span) for match in outcome.matches]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"pattern": "DELETE FROM $T"}, ["DELETE FROM users"]),
        ({"pattern": "DELETE FROM $T WHERE $C"}, ["delete from orders where id = 3"]),
        ({"pattern": "UPDATE $T SET $$$A"}, ["UPDATE t SET a = 1, b = 2 WHERE id = 4"]),
        ({"pattern": "SELECT $X, $X FROM $T"}, ["SELECT a, a FROM t"]),
        ({"pattern": "INSERT INTO $T VALUES ($$$V)"}, ["INSERT INTO t VALUES (1, 2)"]),
        ({"kind": "all_fields"}, ["*"]),
        ({"kind": "literal", "regex": "^'"}, ["'ü'"]),
        ({"kind": "literal", "inside": {"kind": "where", "stopBy": "end"}}, ["3", "4", "'ü'"]),
        ({"kind": "where", "has": {"kind": "literal", "regex": "^4$", "stopBy": "end"}}, ["WHERE id = 4"]),
        ({"kind": "literal", "nthChild": 1, "inside": {"kind": "list"}}, ["1"]),
        ({"any": [{"pattern": "DELETE FROM users"}, {"kind": "all_fields"}]}, ["DELETE FROM users", "*"]),
        ({"kind": "from", "follows": {"kind": "delete"}, "not": {"has": {"kind": "where"}}}, ["FROM users"]),
        ({"matches": "star", "kind": "all_fields"}, ["*"]),
    ],
)
def test_rules(rule: dict[str, Any], expected: list[str]) -> None:
    assert found(rule, utils={"star": {"kind": "all_fields"}}) == expected


def test_constraints_judge_what_was_captured() -> None:
    rule = {"pattern": "DELETE FROM $T WHERE $C"}
    assert found(rule, constraints={"C": {"regex": "id"}}) == ["delete from orders where id = 3"]
    assert found(rule, constraints={"C": {"regex": "name"}}) == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"kind": "nonsense"}, "Kind `nonsense` is invalid"),
        ({"pattern": "DELETE FORM x y z ("}, "the pattern is no Sql"),
        ({"kind": "where", "regex": "("}, "invalid regular expression"),
        ({"kind": "where", "range": {"start": {"line": 1, "column": 1}}}, "`range` is not supported"),
    ],
)
def test_slips_are_told(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError, match=message.replace("`", ".").replace("(", r"\(")):
        found(rule)
