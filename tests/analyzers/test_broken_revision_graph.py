"""BC005 beyond the page: shortened ids, labels, dependencies, self-loops, the merge it writes."""

import pytest

from bugcatalog_ls.testing.checks import apply_all_fixes, check_findings


def _revision(
    name: str, down: str, more: str = "", *, mark: str = "", folder: str = "migrations/versions"
) -> str:
    return f'#- {folder}/{name}.py\nrevision = "{name}"\n{mark}down_revision = {down}\n{more}'


@pytest.mark.parametrize(
    "fixture",
    [
        _revision("a", "None"),
        _revision("a", "None")
        + _revision("b", '["a"]')
        + _revision("c", '"a"')
        + _revision("d", '("c", "b")'),
        # Dependencies may shorten an id or name a label.
        _revision("abcdef12", "None", 'branch_labels = "one"\n')
        + _revision("b", "None", 'branch_labels = "two"\ndepends_on = "abcd"\n')
        + _revision("c", '"b"', 'depends_on = ("one",)\n'),
        # Other environments may use the same ids.
        _revision("a", "None") + _revision("a", "None", folder="other/versions"),
        # Ids that are not written down say nothing of the graph.
        _revision("a", "None") + _revision("b", "parent()"),
        # A revision's copy in the tests' data.
        _revision("a", "None") + _revision("a", '"gone"', folder="tests/data/versions"),
        # Files that only look like revisions.
        '#- app/versions/model.py\nrevision = "a"\nother = 1\n',
    ],
)
def test_whole_graphs(fixture: str) -> None:
    check_findings("BC005", fixture)


def test_a_revision_that_follows_itself() -> None:
    check_findings(
        "BC005", _revision("a", '"a"', "              # ^^^ BC005 the revision a builds upon itself\n")
    )


def test_a_missing_dependency() -> None:
    check_findings(
        "BC005",
        _revision("a", "None", 'depends_on = "zz"\n           # ^^^^ BC005 no revision has the id zz\n'),
    )


def test_three_heads() -> None:
    mark = "         # ^^^ BC005 is a second head beside b\n"
    check_findings(
        "BC005",
        _revision("a", "None")
        + _revision("b", '"a"')
        + _revision("c", '"a"', mark=mark)
        + _revision("d", '"a"', mark=mark),
    )


def test_what_hangs_behind_a_cycle_is_not_part_of_it() -> None:
    check_findings(
        "BC005",
        _revision("a", '"c"')
        + _revision("b", '"c"', "              # ^^^ BC005 builds upon itself by way of c\n")
        + _revision("c", '"b"'),
    )


def test_one_merge_mends_all_heads() -> None:
    files = {
        f"db/versions/{name}.py": f'revision = "{name}"\ndown_revision = {down}\n'
        for name, down in (("a", "None"), ("b", '"a"'), ("c", '"a"'), ("d", '"a"'))
    }
    after = apply_all_fixes("BC005", files, lambda fix: True)
    (path,) = after.keys() - files.keys()
    assert 'down_revision = ("b", "c", "d")' in after[path]
