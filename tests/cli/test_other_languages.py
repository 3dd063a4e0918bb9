"""Entries for other languages on the command line: found, suppressed, mended and verified."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from trees import Tree

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.text.annotations import parse_annotations

TEAM = Path(__file__).parents[1] / "samples" / "team-catalog"
HAS_SQL = importlib.util.find_spec("tree_sitter_sql") is not None
LANGUAGES = ("TS", "GO", "JAVA", "YAML", *(("SQL",) if HAS_SQL else ()))


def entries(language: str) -> list[Entry]:
    found = []
    for page in sorted(TEAM.glob(f"{language}-*.md")):
        entry = load_page(str(page), page.read_text("utf-8"), "settings")
        assert isinstance(entry, Entry)
        found.append(entry)
    return found


@pytest.fixture
def team(tree: Tree) -> Tree:
    tree.put("bugcatalog.toml", f'catalogs = ["{TEAM.as_posix()}"]\nfail-on = "information"\n')
    return tree


def test_there_are_three_entries_for_each_language() -> None:
    assert [len(entries(language)) for language in ("TS", "GO", "JAVA", "YAML", "SQL")] == [3] * 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_are_checked_suppressed_and_mended(team: Tree, language: str) -> None:
    own = entries(language)
    wanted: dict[str, tuple[str, int]] = {}
    for entry in own:
        for example in entry.examples:
            (file,) = example.files
            parsed = parse_annotations(file.text)
            path = f"src/{entry.name}-{example.kind}.{file.path.rpartition('.')[2]}"
            if example.kind != "fixed":
                team.put(path, parsed.text)
            if example.kind == "flagged":
                row = parsed.text[: parsed.marks[0].span.start].count("\n") + 1
                wanted[path] = (entry.code, row)
    found = team.run("check", "--output-format", "json")
    assert found.code == 1, found.err
    assert {each["filename"]: (each["code"], each["location"]["row"]) for each in found.json} == wanted
    # On the line above, in the language's own comment.
    kept = {path: team.read(path) for path in wanted}
    for path, (code, row) in wanted.items():
        kind = file_type(path)
        assert kind is not None
        lines = kept[path].splitlines(keepends=True)
        indent = lines[row - 1][: len(lines[row - 1]) - len(lines[row - 1].lstrip())]
        lines.insert(row - 1, f"{indent}{kind.language.line_comment} bugcatalog: ignore[{code}] it is so\n")
        team.put(path, "".join(lines))
    assert team.run("check", "--output-format", "json").json == []
    for path, text in kept.items():
        team.put(path, text)
    team.run("fix", "--fixes", "all")
    for entry in own:
        fixed = next((each for each in entry.examples if each.kind == "fixed"), None)
        if fixed is not None:
            suffix = fixed.files[0].path.rpartition(".")[2]
            mended = team.read(f"src/{entry.name}-flagged.{suffix}")
            assert mended.rstrip() == fixed.files[0].text.rstrip()


def test_the_samples_do_what_they_say(team: Tree) -> None:
    done = team.run("catalog", "verify", *LANGUAGES)
    assert (done.code, done.out.splitlines()[-1]) == (
        0,
        f"{3 * len(LANGUAGES)} entries: {26 if HAS_SQL else 22} validated, "
        "0 reported, 0 noisy, 0 missing, 0 unmended.",
    )
