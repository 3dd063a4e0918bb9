import os
from pathlib import Path

import pytest
from catalog_pages import page

from bugcatalog_ls.catalog import cache, loader
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.entry import Entry, LayerSource, Symptom, Variant
from bugcatalog_ls.catalog.loader import Catalog, Layer, load_catalog, load_page
from bugcatalog_ls.catalog.page_error import PageError


def layer(source: LayerSource, **pages: str) -> Layer:
    return Layer(source, pages={f"{source}/{name}.md": text for name, text in pages.items()})


def errors_of(catalog: Catalog) -> list[str]:
    return [str(error) for error in catalog.errors]


def write_pages(folder: Path, **pages: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)
    return folder


def test_the_built_in_catalog_has_no_errors() -> None:
    catalog = load_catalog([Layer("built-in", builtin_folder())])
    assert errors_of(catalog) == []
    assert catalog.entries
    for code, entry in catalog.entries.items():
        assert Path(entry.path).stem == f"{code}-{entry.name}"


def test_entries_stand_in_the_order_of_their_codes() -> None:
    pages = {code: page(code=code) for code in ("BC1000", "BC99", "ABC-7", "BC201")}
    assert list(load_catalog([layer("settings", **pages)]).entries) == ["ABC-7", "BC99", "BC201", "BC1000"]


def test_a_later_layer_wins_whole() -> None:
    catalog = load_catalog(
        [
            layer("built-in", a=page("tags: [a]\n"), b=page(code="BC9")),
            layer("workspace", a=page("analyzer: own\n")),
        ]
    )
    entry = catalog.entries["BC201"]
    assert (entry.path, entry.source, entry.tags, entry.analyzer) == (
        "workspace/a.md",
        "workspace",
        (),
        "own",
    )
    assert catalog.entries["BC9"].source == "built-in"


BASE = page(
    keys="""\
tags: [http]
symptoms: [it hangs]
analyzer: missing_timeout
variants: {wait: {severity: hint}, stream: {severity: hint}}
""",
    body="""\
## Fix
Add one.
## Verify
Unplug it.
## Flagged
```python
get()
# <-- BC201
```
## Accepted
```python
get(timeout=1)
```
""",
)


def test_an_extension_changes_only_what_it_gives() -> None:
    extension = """---
code: BC201
extends: true
severity: error
variants: {wait: {severity: warning}}
cases: [{id: PAY-7, title: The till stood still}]
---
## Fix
Add `TIMEOUT`.
## Flagged
```python
post()
# <--- BC201.stream
```
"""
    catalog = load_catalog([layer("built-in", a=BASE), layer("workspace", x=extension)])
    assert errors_of(catalog) == []
    base, entry = load_page("built-in/a.md", BASE, "built-in"), catalog.entries["BC201"]
    assert isinstance(base, Entry)
    assert entry.severity == "error"
    assert (entry.name, entry.title, entry.summary, entry.tags, entry.analyzer) == (
        base.name,
        base.title,
        base.summary,
        base.tags,
        base.analyzer,
    )
    assert entry.symptoms == (Symptom("it hangs"),)
    assert entry.variants == {"wait": Variant("warning"), "stream": Variant("hint")}
    assert [case.id for case in entry.cases] == ["PAY-7"]
    assert entry.sections == {"fix": "Add `TIMEOUT`.", "verify": "Unplug it."}
    assert [(x.kind, x.files[0].text.split()[0], x.page) for x in entry.examples] == [
        ("accepted", "get(timeout=1)", "built-in/a.md"),
        ("flagged", "post()", "workspace/x.md"),
    ]
    assert (entry.path, entry.extended_by, entry.extends) == ("built-in/a.md", ("workspace/x.md",), False)


def test_an_extension_needs_an_entry() -> None:
    catalog = load_catalog([layer("workspace", x="---\ncode: BC7\nextends: true\n---\n")])
    assert catalog.entries == {}
    assert errors_of(catalog) == [
        "workspace/x.md:3:1: there is no entry `BC7` to extend;"
        " expected the code of an entry of an earlier catalog"
    ]


def test_an_extension_with_a_wrong_mark_leaves_the_entry_as_it_was() -> None:
    extension = "---\ncode: BC201\nextends: true\nseverity: error\n---\n"
    extension += "## Flagged\n```\nget()\n# <-- BC201.old\n```\n"
    catalog = load_catalog([layer("built-in", a=BASE), layer("workspace", x=extension)])
    assert catalog.entries["BC201"].severity == "warning"
    assert errors_of(catalog) == [
        "workspace/x.md:9:1: the entry has no variant `old`;"
        " expected a variant that the front matter declares"
    ]


def test_a_code_stands_once_in_a_layer() -> None:
    catalog = load_catalog([layer("workspace", a=page(), b=page("tags: [b]\n"))])
    assert catalog.entries["BC201"].path == "workspace/a.md"
    assert errors_of(catalog) == [
        "workspace/b.md:2:1: `BC201` is the code of another page too: workspace/a.md;"
        " expected a code of its own"
    ]


def test_a_wrong_page_costs_only_itself() -> None:
    catalog = load_catalog(
        [layer("built-in", a=page()), layer("workspace", a=page("x: 1\n"), b=page(code="BC202"), c="---\n")]
    )
    assert [(entry.code, entry.source) for entry in catalog.entries.values()] == [
        ("BC201", "built-in"),
        ("BC202", "workspace"),
    ]
    assert {error.path for error in catalog.errors} == {"workspace/a.md", "workspace/c.md"}


def test_pages_lie_in_folders(tmp_path: Path) -> None:
    write_pages(tmp_path / "1-api", one=page(code="BC101"))
    write_pages(tmp_path / "1-api" / "more", two=page(code="BC102"))
    write_pages(tmp_path / ".drafts", three=page(code="BC103"))
    write_pages(tmp_path, README="# Our bugs\n", BC104="# No front matter\n")
    (tmp_path / "notes.txt").write_text("---\n")
    catalog = load_catalog([Layer("workspace", tmp_path)])
    assert list(catalog.entries) == ["BC101", "BC102"]
    assert [Path(error.path).name for error in catalog.errors] == ["BC104.md"]


def test_an_unsaved_text_wins_over_its_file(tmp_path: Path) -> None:
    folder = write_pages(tmp_path, a=page())
    path = (folder / "a.md").as_posix()
    catalog = load_catalog([Layer("workspace", folder, {path: page(code="BC9")})])
    assert list(catalog.entries) == ["BC9"]


@pytest.mark.parametrize(("source", "n_errors"), [("settings", 1), ("built-in", 1), ("workspace", 0)])
def test_a_folder_that_is_not_there(tmp_path: Path, source: LayerSource, n_errors: int) -> None:
    assert len(load_catalog([Layer(source, tmp_path / "none")]).errors) == n_errors


def test_what_cannot_be_read_is_one_error_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pages(tmp_path, a=page())
    (tmp_path / "BC7.md").write_bytes(b"---\n\xff\xfe\0")
    (tmp_path / "BC8.md").write_bytes(b"---\n" + b"x" * 10_000_000)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.md")
    catalog = load_catalog([Layer("settings", tmp_path)])
    assert list(catalog.entries) == ["BC201"]
    assert [(Path(error.path).name, error.message) for error in catalog.errors] == [
        ("BC7.md", "the page is not UTF-8 text"),
        ("BC8.md", "the page is too large"),
    ]


def test_a_folder_without_permission_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: str = "r") -> None:
        raise PermissionError(13, "Permission denied", str(self))

    write_pages(tmp_path, a=page())
    monkeypatch.setattr(Path, "open", refuse)
    assert [error.message for error in load_catalog([Layer("settings", tmp_path)]).errors] == [
        "can't be read: Permission denied"
    ]


class TestCache:
    """Pages are parsed once; what the cache holds never shows in the result."""

    @pytest.fixture
    def parsed(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The names of the pages that were parsed."""
        names: list[str] = []
        load = load_page

        def count(path: str, text: str | bytes, source: LayerSource) -> Entry | list[PageError]:
            names.append(Path(path).stem)
            return load(path, text, source)

        monkeypatch.setattr(loader, "load_page", count)
        return names

    def test_only_changed_pages_are_parsed_again(self, tmp_path: Path, parsed: list[str]) -> None:
        folder = write_pages(
            tmp_path / "bugs", a=BASE, b=page(code="BC9", keys="rules: [{language: go, rule: {}}]\n")
        )
        layers = [Layer("workspace", folder)]
        first = load_catalog(layers, tmp_path / "cache")
        assert parsed == ["a", "b"]
        assert load_catalog(layers, tmp_path / "cache") == first == load_catalog(layers)
        assert parsed == ["a", "b", "a", "b"]
        write_pages(folder, b=page("tags: [b]\n", code="BC9"))
        assert load_catalog(layers, tmp_path / "cache").entries["BC9"].tags == ("b",)
        assert parsed[4:] == ["b"]

    def test_a_wrong_page_is_told_again(self, tmp_path: Path) -> None:
        layers = [Layer("workspace", write_pages(tmp_path / "bugs", a=page("x: 1\n"), b=BASE))]
        assert load_catalog(layers, tmp_path) == load_catalog(layers, tmp_path)

    def test_a_page_that_is_gone_leaves_the_cache(self, tmp_path: Path) -> None:
        folder = write_pages(tmp_path / "bugs", a=page(), b=page(code="BC9"))
        load_catalog([Layer("workspace", folder)], tmp_path)
        (folder / "b.md").unlink()
        load_catalog([Layer("workspace", folder)], tmp_path)
        assert len(cache.read(cache.cache_file(tmp_path, folder))) == 1

    @pytest.mark.parametrize("damage", [b"", b"\x00", b"\xc1garbage", b"\x82", b"\x91" * 5000])
    def test_a_damaged_cache_is_written_anew(self, tmp_path: Path, damage: bytes, parsed: list[str]) -> None:
        folder = write_pages(tmp_path / "bugs", a=page())
        file = cache.cache_file(tmp_path, folder)
        file.write_bytes(damage)
        assert list(load_catalog([Layer("workspace", folder)], tmp_path).entries) == ["BC201"]
        assert len(cache.read(file)) == 1

    def test_a_cache_of_another_format_is_not_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = write_pages(tmp_path / "bugs", a=page())
        load_catalog([Layer("workspace", folder)], tmp_path)
        monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
        assert cache.read(cache.cache_file(tmp_path, folder)) == {}

    def test_a_cache_that_cannot_be_written_is_done_without(self, tmp_path: Path) -> None:
        folder = write_pages(tmp_path / "bugs", a=page())
        (tmp_path / "cache").write_text("a file where the folder would be")
        assert list(load_catalog([Layer("workspace", folder)], tmp_path / "cache").entries) == ["BC201"]

    def test_writing_leaves_no_other_file(self, tmp_path: Path) -> None:
        folder = write_pages(tmp_path / "bugs", a=page())
        load_catalog([Layer("workspace", folder)], tmp_path / "cache")
        assert list((tmp_path / "cache").iterdir()) == [cache.cache_file(tmp_path / "cache", folder)]


def test_an_empty_file_is_no_page_yet(tmp_path: Path) -> None:
    (tmp_path / "TEAM-1-old-call.md").write_text("\n", encoding="utf-8")
    assert load_catalog([Layer("workspace", tmp_path)]).errors == ()
