"""Where a key stands in SQL."""

from __future__ import annotations

import pytest

from bugcatalog_ls.analysis.sql_places import references, with_rule

SQL = """
CREATE TABLE films (id INT, maker_id INT REFERENCES makers ON DELETE RESTRICT ON UPDATE CASCADE, user_id INT);
ALTER TABLE films ADD FOREIGN KEY (part_id) REFERENCES parts (id),
    ADD FOREIGN KEY (user_id) REFERENCES users (id);
"""


@pytest.mark.parametrize(
    ("column", "clause"),
    [
        ("maker_id", "REFERENCES makers ON DELETE RESTRICT ON UPDATE CASCADE"),
        ("part_id", "REFERENCES parts (id)"),
        ("user_id", "REFERENCES users (id)"),
        ("id", ""),
    ],
)
def test_references_of_a_column(column: str, clause: str) -> None:
    part = references(SQL, "films", column)
    assert (SQL[part.start : part.end] if part is not None else "") == clause


def test_another_rule_takes_the_place_of_the_one_that_is_there() -> None:
    clause = "REFERENCES makers (id) ON DELETE SET NULL ON UPDATE CASCADE"
    assert with_rule(clause, "CASCADE") == "REFERENCES makers (id) ON UPDATE CASCADE ON DELETE CASCADE"
