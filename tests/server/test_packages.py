"""Packages of the environment in the editor: compared in the background, told later."""

from __future__ import annotations

import sys
from pathlib import Path

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
TEXT = "import shop\nimport requests\n\n\ndef use():\n    client = shop.Client()\n    client.gett()\n"
SLOW = "    requests.get('x')\n"


def install(folder: Path) -> None:
    package = folder / ".venv/lib/python3.10/site-packages/shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("class Client:\n    def get(self): ...\n")


async def test_a_finding_comes_later_and_moves_with_the_text(start, tmp_path: Path) -> None:
    install(tmp_path)
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / "a.py", TEXT + SLOW)
    await editor.expect(uri, ["BC901", "BC201"])
    # A keystroke's answer waits for nothing that packages say, and keeps what they said.
    editor.change(uri, 2, "\n" + TEXT + SLOW)
    assert await editor.codes(uri, 2) == ["BC901", "BC201"]
    [kept, _] = editor.client.diagnostics[uri]
    assert kept.range.start.line == 7
    editor.change(uri, 3, TEXT.replace("gett", "get"))
    await editor.expect(uri, [])


async def test_a_first_answer_does_not_wait(start, tmp_path: Path) -> None:
    install(tmp_path)
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / "a.py", TEXT + SLOW)
    assert await editor.codes(uri) == ["BC201"]
    await editor.expect(uri, ["BC901", "BC201"])
