"""What surely holds where a node runs."""

from __future__ import annotations

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import Condition, always_leaves, conditions_at, implied, present
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.text.source import Source


def _held_at(code: str, mark: str = "HERE", *, beyond: bool = False) -> list[str]:
    file = PyFile("example.py", Source(code))
    offset = code.index(mark)
    node = file.root.named_descendant_for_byte_range(offset, offset + len(mark))
    assert node is not None
    parts = [part for held in conditions_at(node, beyond_functions=beyond) for part in implied(held)]
    return [("" if holds else "not ") + text_of(part) for part, holds in parts]


def test_branches_and_early_exits() -> None:
    code = """
def f(a, b, c):
    if not a:
        return
    if b is None or c is None:
        raise ValueError
    assert a.x
    if a.y:
        pass
    elif a.z and not b.z:
        HERE
"""
    assert _held_at(code) == ["a.z", "not b.z", "not a.y", "a.x", "not b is None", "not c is None", "a"]


def test_expressions() -> None:
    assert _held_at("x = [HERE for i in y if i if not z]") == ["i", "not z"]
    assert _held_at("x = a and (b or HERE)") == ["not b", "a"]
    assert _held_at("x = HERE if a else b") == ["a"]
    assert _held_at("x = b if a else HERE") == ["not a"]


def test_one_of_two_says_only_what_both_say() -> None:
    assert _held_at("if (a and b) or (a and c):\n    HERE\n") == ["a"]


def test_the_function_around_ends_the_search() -> None:
    code = "if a:\n    def f():\n        HERE\n"
    assert _held_at(code) == []
    assert _held_at(code, beyond=True) == ["a"]


def test_what_is_not_none() -> None:
    for written, expected in [("x is not None", "x"), ("x", "x"), ("None != x", "x"), ("x is None", None)]:
        file = PyFile("example.py", Source(f"if {written}:\n    HERE\n"))
        statement = file.nodes("if_statement")[0]
        body = statement.child_by_field_name("consequence")
        assert body is not None
        subjects = [present(part) for held in conditions_at(body.named_children[0]) for part in implied(held)]
        assert [text_of(subject) if subject else None for subject in subjects] == [expected]


def test_blocks_that_leave() -> None:
    for code, leaves in [
        ("return", True),
        ("sys.exit(1)", True),
        ("log()", False),
        ("if a:\n        return\n    else:\n        raise b", True),
        ("if a:\n        return", False),
        ("try:\n        return 1\n    except E:\n        pass", False),
        ("try:\n        return 1\n    except E:\n        raise", True),
    ]:
        file = PyFile("example.py", Source(f"def f():\n    {code}\n"))
        body = file.functions[0].node.child_by_field_name("body")
        assert body is not None
        assert always_leaves(body) is leaves, code


def test_chains_of_any_length_are_taken_apart() -> None:
    names = [f"a{number}" for number in range(3000)]
    every = parse(" and ".join(names).encode()).root_node.named_children[0].named_children[0]
    parts = list(implied(Condition(every, True)))
    assert [text_of(part.node) for part in parts] == names
    assert list(implied(Condition(every, False))) == []
