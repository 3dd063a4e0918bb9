"""What statements name, with aliases, subqueries and holes resolved."""

import pytest

from bugcatalog_ls.facts.sql_names import statement_names
from bugcatalog_ls.syntax.sql_tokens import HOLE, is_statement


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT INTO t (a, b) VALUES (?, :b)", "a@t b@t"),
        ("REPLACE INTO t (a) VALUES (%s)", "a@t"),
        ("UPDATE t SET a = b + 1 WHERE c = %(c)s", "a@t b@t c@t"),
        ("DELETE FROM t WHERE x IN (SELECT y FROM u)", "x@t y@t,u"),
        ("SELECT x.a, b AS z FROM t AS x JOIN u ON x.c = u.d ORDER BY z", "a@t b@t,u c@t d@u"),
        ("WITH n AS (SELECT a FROM t) SELECT b FROM n", "a@t"),
        ("SELECT q.a FROM (SELECT b AS a FROM t) q", "b@t"),
        ("SELECT t FROM t", ""),
        (f"SELECT a FROM {HOLE} WHERE b = 1", ""),
        (f"SELECT a FROM t_{HOLE}", ""),
        (f"SELECT a FROM t WHERE b IN ({HOLE}) ORDER BY {HOLE} {HOLE}", "a@t b@t"),
        (f"SELECT t.a, b FROM t {HOLE} WHERE c = 1", "a@t"),
        ("SELECT extract(year FROM a), b::date, interval '1 day' FROM t", "a@t b@t"),
        ("SELECT p.a FROM t p FOR UPDATE OF p SKIP LOCKED", "a@t"),
        ("not SQL at all", ""),
    ],
)
def test_columns_with_the_tables_that_may_have_them(sql: str, expected: str) -> None:
    found = statement_names(sql).columns
    assert " ".join(f"{each.name}@{','.join(each.tables)}" for each in found) == expected
    assert all(sql[each.start : each.end].strip('"`') == each.name for each in found)


def test_a_lock_names_no_table_of_its_own() -> None:
    assert [each.name for each in statement_names("SELECT p.a FROM t p FOR UPDATE OF p").tables] == ["t"]


def test_rows_of_another_length_than_their_columns() -> None:
    sql = "INSERT INTO t (a, b) VALUES (1), (1, 2)"
    (count,) = statement_names(sql).counts
    assert (count.n_columns, count.n_values, sql[count.start : count.end]) == (2, 1, "a, b")
    assert not statement_names("INSERT INTO t (a, b) VALUES %s").counts
    assert not statement_names(f"INSERT INTO t (a, b) VALUES ({HOLE})").counts


def test_literals_that_cannot_be_written_again_are_read() -> None:
    """The parser takes an empty hexadecimal literal, and its own generator fails on it."""
    assert statement_names("SELECT f(x'', name) FROM users", "") is not None
    assert statement_names("INSERT INTO users (name) VALUES (x'')", "") is not None


def test_a_text_behind_many_comments_is_judged_at_once() -> None:
    comments = "/* a rule */\n" * 200
    assert is_statement(f"{comments}-- why\nSELECT 1")
    assert not is_statement(f"{comments}p {{ color: red }}")
