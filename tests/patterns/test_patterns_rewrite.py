"""Fixes: the file before and after."""

from __future__ import annotations

import pytest
from rules_at_work import check_mended, matches

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import apply_edits

TIMEOUT = {"rule": {"pattern": "requests.get($$$ARGS)"}, "fix": "requests.get($$$ARGS, timeout=10)"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("requests.get(u)\n", "requests.get(u, timeout=10)\n"),
        ("requests.get(u,)\n", "requests.get(u, timeout=10)\n"),
        ("requests.get()\n", "requests.get(timeout=10)\n"),
        ("requests . get(u , v)\n", "requests . get(u , v, timeout=10)\n"),
        ("requests.get(\n    u,\n    v,\n)\n", "requests.get(\n    u,\n    v,\n    timeout=10,\n)\n"),
        ("requests.get(\n    u,\n    v\n)\n", "requests.get(\n    u,\n    v,\n    timeout=10\n)\n"),
        ("requests.get(u,\n             v)\n", "requests.get(u,\n             v, timeout=10)\n"),
        ("x = '🐍'; requests.get('é')\r\n", "x = '🐍'; requests.get('é', timeout=10)\r\n"),
        ('    requests.get("""a\nb""")\n', '    requests.get("""a\nb""", timeout=10)\n'),
    ],
)
def test_an_argument_is_added_in_the_layout_that_is_there(before: str, after: str) -> None:
    source = Source(before)
    edits = [edit for match in matches(TIMEOUT, before) for edit in match.rewrites[0].edits]
    assert apply_edits(source.data, edits).decode() == after


def test_an_edit_is_no_larger_than_the_change() -> None:
    (match,) = matches(TIMEOUT, "requests.get(u)\n")
    assert match.rewrites[0].edits == (((14, 14), ", timeout=10"),)


def test_words_are_replaced_whole() -> None:
    rule = {"rule": {"pattern": "get_item($A)"}, "fix": "set_item($A)"}
    (match,) = matches(rule, "get_item(1)\n")
    assert match.rewrites[0].edits == (((0, 8), "set_item"),)


def test_captures_may_change_places() -> None:
    check_mended({"rule": {"pattern": "f($A, $B)"}, "fix": "g($B, $A)"}, "f(1, [2])\n", "g([2], 1)\n")


def test_a_statement_is_indented_for_its_new_place() -> None:
    check_mended(
        {
            "rule": {"pattern": "for $X in $L:\n    $$$BODY"},
            "fix": "with guard():\n    for $X in $L:\n        $$$BODY",
        },
        '''
        def f():
            for x in xs:
                if x:
                    say("""a
          b""")

                g(x)
        ''',
        '''
        def f():
            with guard():
                for x in xs:
                    if x:
                        say("""a
          b""")

                    g(x)
        ''',
    )


def test_tabs_and_carriage_returns_are_kept() -> None:
    rule = {"rule": {"pattern": "g($A)"}, "fix": "h(\n    $A,\n)"}
    before = "def f():\r\n\tg(1)\r\n"
    (match,) = matches(rule, before)
    after = apply_edits(before.encode(), match.rewrites[0].edits).decode()
    assert after == "def f():\r\n\th(\r\n\t    1,\r\n\t)\r\n"


def test_an_item_is_deleted_with_its_comma() -> None:
    rule = {
        "rule": {"kind": "pair", "has": {"field": "key", "regex": "old"}},
        "fix": {"template": "", "expandEnd": {"regex": "^,$"}},
    }
    check_mended(rule, "{'old': 1, 'b': 2}\n", "{ 'b': 2}\n")


def test_expansion_to_the_start_with_an_end_of_the_search() -> None:
    rule = {
        "rule": {"pattern": "$A = 3"},
        "fix": {"template": "", "expandStart": {"kind": "integer", "stopBy": {"regex": "^y"}}},
    }
    check_mended(rule, "x = 3\n", "\n")


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ({"substring": {"source": "$A", "startChar": 1, "endChar": -1}}, "üb"),
        ({"replace": {"source": "$A", "replace": "(ü)b", "by": "${1}x"}}, "aüxc"),
        ({"convert": {"source": "$A", "toCase": "upperCase"}}, "AÜBC"),
        ("substring($A, startChar=2)", "bc"),
    ],
)
def test_transformed_texts(step: object, after: str) -> None:
    rule = {"rule": {"pattern": "f($A)"}, "transform": {"NEW": step}, "fix": "f($NEW)"}
    check_mended(rule, "f(aübc)\n", f"f({after})\n")


def test_alternatives_have_titles() -> None:
    rule = {
        "rule": {"pattern": "f($A)"},
        "fix": [{"title": "Call g", "template": "g($A)"}, {"title": "Call h", "template": "h($A)"}],
        "imports": ["from lib import g"],
        "applicability": "safe",
    }
    (match,) = matches(rule, "f(1)\n")
    assert [rewrite.title for rewrite in match.rewrites] == ["Call g", "Call h"]
    assert (match.imports, match.applicability) == (("from lib import g",), "safe")
    check_mended(rule, "f(1)\n", "h(1)\n", choice=1)


def test_a_fix_that_changes_nothing_is_none() -> None:
    (match,) = matches({"rule": {"pattern": "f($A)"}, "fix": "f($A)"}, "f( 1 )\n")
    assert match.rewrites == ()


def test_blocks_that_stay_in_place_keep_their_layout() -> None:
    check_mended(
        {
            "rule": {"pattern": "try:\n    $$$BODY\nexcept:\n    $$$HANDLER"},
            "fix": "try:\n    $$$BODY\nexcept Exception:\n    $$$HANDLER",
        },
        """
        if a:
            try:
                f(1,
                  2)
                # why
                g()
            except:
                h()

                i()
        """,
        """
        if a:
            try:
                f(1,
                  2)
                # why
                g()
            except Exception:
                h()

                i()
        """,
    )


def test_blocks_of_another_width_are_indented_as_the_template_is() -> None:
    check_mended(
        {
            "rule": {"pattern": "try:\n    $$$BODY\nexcept:\n    $$$HANDLER"},
            "fix": "try:\n    $$$BODY\nexcept Exception:\n    $$$HANDLER",
        },
        """
        try:
          f()
          g()
        except:
          h()
          i()
        """,
        """
        try:
            f()
            g()
        except Exception:
            h()
            i()
        """,
    )
