"""Diagnostics for editors that wait for them."""

from pathlib import Path

from editor import PLAIN, at
from lsprotocol import types


async def test_a_text_is_diagnosed_when_opened_changed_and_closed(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "x = BUG\n")
    assert await editor.codes(uri, version=1) == ["BC201"]
    editor.change(uri, 2, "y = OK\n", at(0, 0, 7))
    assert await editor.codes(uri, version=2) == []
    editor.change(uri, 3, "BUG BUG")
    assert await editor.codes(uri, version=3) == ["BC201", "BC201"]
    editor.close(uri)
    await editor.expect(uri, [])


async def test_a_diagnostic_carries_what_the_editor_can_show(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "x = BUG\n")
    await editor.codes(uri)
    (shown,) = editor.client.diagnostics[uri]
    assert shown.range == at(0, 4, 7)
    assert shown.severity == types.DiagnosticSeverity.Warning
    assert (shown.code, shown.source, shown.message) == ("BC201", "bugcatalog", "A bug.")
    assert shown.code_description.href == "https://example.org/BC201"
    assert list(shown.tags) == [types.DiagnosticTag.Deprecated]
    assert shown.related_information[0].location.uri == uri
    assert shown.data == {"name": "missing-timeout", "k": "v"}


async def test_an_editor_of_few_words_gets_a_plain_diagnostic(start, tmp_path: Path) -> None:
    editor = await start(tmp_path, capabilities=PLAIN)
    uri = editor.open(tmp_path / "a.py", "x = BUG\n")
    assert await editor.codes(uri) == ["BC201"]
    (shown,) = editor.client.diagnostics[uri]
    assert (shown.code_description, shown.tags, shown.related_information, shown.data) == (None,) * 4
    assert editor.published[-1].version is None


async def test_only_the_latest_text_is_published(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "SLOW BUG\n")
    for version in range(2, 30):
        editor.change(uri, version, f"SLOW {'BUG ' * version}")
    assert await editor.codes(uri, version=29) == ["BC201"] * 29
    versions = [params.version for params in editor.published]
    assert versions == sorted(versions)
    assert len(versions) < 10
    for params in editor.published:
        assert len(params.diagnostics) == max(params.version, 1)


async def test_a_change_in_one_file_is_seen_in_another(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    needs = editor.open(tmp_path / "needs.py", "NEEDS users\n")
    await editor.expect(needs, ["BC703"])
    other = editor.open(tmp_path / "other.py", "# nothing\n")
    editor.change(other, 2, "DEFINES users\n")
    await editor.expect(needs, [])
    editor.close(other)
    await editor.expect(needs, ["BC703"])


async def test_closed_files_are_published_too(start, tmp_path: Path) -> None:
    (tmp_path / "closed.py").write_text("BUG\n")
    editor = await start(tmp_path)
    await editor.expect((tmp_path / "closed.py").as_uri(), ["BC201"])


async def test_a_defect_costs_one_answer(start, tmp_path: Path) -> None:
    editor = await start(tmp_path)
    uri = editor.open(tmp_path / "a.py", "FAIL\n")
    await editor.eventually(lambda: any("a defect" in m.message for m in editor.client.log_messages))
    editor.change(uri, 2, "BUG\n")
    assert await editor.codes(uri, version=2) == ["BC201"]
