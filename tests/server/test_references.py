"""Codes and incidents in comments lead to their entries."""

import sys
from pathlib import Path

from bugcatalog_ls.catalog.builtin import builtin_folder

SERVER = [sys.executable, "-c", "from bugcatalog_ls.server.start import serve; raise SystemExit(serve())"]
PAGE = """---
code: SHOP-7
name: stale-price
severity: warning
cases:
  - {id: BUG-078, title: Prices of yesterday}
  - {id: INC-2025-01-03, title: The sale that never ended}
---
# Stale price
The price is old.
"""
TEXT = """import os  # see BC201 and BUG-078
NAME = "BC201"  # INC-2025-01-03: not "BC9999" and not BUG-079
URL = "https://x.example/#BC201 # BC201"
x = 1 # http://x.example/BC201 a/BC201.txt BC201.md XBC201 BC201x BC2010 bc201
"""


async def test_links_and_hovers_in_python(start, tmp_path: Path) -> None:
    (tmp_path / ".bugcatalog").mkdir()
    page = tmp_path / ".bugcatalog" / "SHOP-7.md"
    page.write_text(PAGE)
    editor = await start(tmp_path, command=SERVER)
    uri = editor.open(tmp_path / "a.py", TEXT)
    code = next(builtin_folder().rglob("BC201-*.md")).as_uri()
    assert await editor.links(uri) == [
        (0, 17, code),
        (0, 27, f"{page.as_uri()}#L6"),
        (1, 18, f"{page.as_uri()}#L7"),
    ]
    assert "**BC201 missing-timeout**" in await editor.hover(uri, 0, 18)
    hover = await editor.hover(uri, 0, 30)
    assert "**BUG-078** · Prices of yesterday" in hover
    assert "SHOP-7 stale-price" in hover
    assert await editor.hover(uri, 1, 10) == ""
    assert await editor.hover(uri, 2, 30) == ""


async def test_links_in_other_languages(start, tmp_path: Path) -> None:
    (tmp_path / ".bugcatalog").mkdir()
    (tmp_path / ".bugcatalog" / "SHOP-7.md").write_text(PAGE)
    editor = await start(tmp_path, command=SERVER)
    texts = {
        "a.ts": "const a = 'BUG-078 // BUG-078'; // BUG-078\n/* two\nSHOP-7 */ const b = `BUG-078`;\n",
        "a.go": "package a // SHOP-7\nvar a = `// BUG-078`\n",
        "a.sql": "SELECT 'SHOP-7 -- BUG-078' -- SHOP-7\n/* BUG-078 */\n",
        "a.yaml": "a: SHOP-7\nb: 'x # SHOP-7' # BUG-078\nc: x#SHOP-7\n",
        "a.html": "<p>SHOP-7</p><!-- BUG-078 -->\n",
        "a.md": "See SHOP-7.\n\n```\nBUG-078\n```\n",
        "a.rs": "fn f<'a>(x: &'a str) {} // SHOP-7 isn't\n",
        "a.bin": "// SHOP-7\n",
    }
    expected = {
        "a.ts": [(0, 35), (2, 0)],
        "a.go": [(0, 13)],
        "a.sql": [(0, 30), (1, 3)],
        "a.yaml": [(1, 18)],
        "a.html": [(0, 18)],
        "a.md": [(0, 4)],
        "a.rs": [(0, 27)],
        "a.bin": [],
    }
    for name, text in texts.items():
        uri = editor.open(tmp_path / name, text, language="x")
        assert [link[:2] for link in await editor.links(uri)] == expected[name], name
    uri = (tmp_path / "a.go").as_uri()
    assert "stale-price" in await editor.hover(uri, 0, 15)
    assert await editor.hover(uri, 1, 14) == ""
