"""The user's code is never imported, though the command is run where it stands."""

from __future__ import annotations

import pytest
from trees import Tree

from bugcatalog_ls.workspace.scanning import MIN_FILES_PER_JOB

# Modules that we, the engines or a new interpreter for a part of the files would import.
SHADOWS = ("msgspec", "jedi", "re2", "sqlglot", "rich", "multiprocessing", "socket", "selectors", "signal")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_modules_in_the_working_folder_are_not_imported(tree: Tree, jobs: str) -> None:
    for name in SHADOWS:
        tree.put(f"{name}.py", "open('imported', 'a').write(__name__)\nprint(1)\n")
    for number in range(2 * MIN_FILES_PER_JOB):
        tree.put(f"app/m{number}.py", "print(1)\n")
    result = tree.run("check", "--no-cache", "--jobs", jobs, "--output-format", "jsonl")
    assert (result.code, result.err) == (1, "")
    assert len(result.out.splitlines()) == 2 * MIN_FILES_PER_JOB + len(SHADOWS)
    assert not (tree.folder / "imported").exists()
