"""Reading: texts in every encoding that Python reads, and one sentence for what can't be read."""

from __future__ import annotations

import io
import os
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcatalog_ls.workspace.files import UNSETTLED, ReadProblem, ReadResult
from bugcatalog_ls.workspace.reading import decode, read_file


def read(root: Path, raw: bytes, name: str = "a.py", max_size: int = 1000) -> ReadResult | ReadProblem:
    (root / name).write_bytes(raw)
    return read_file(root, name, max_size)


@pytest.mark.parametrize(
    ("raw", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        ("é = 1\r\n".encode(), "é = 1\r\n", "utf-8"),
        (b"\xef\xbb\xbf" + "é = 1\n".encode(), "é = 1\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\n# caf\xe9\n", "# -*- coding: latin-1 -*-\n# café\n", "iso-8859-1"),
        (b"#!/usr/bin/python\r# vim: set fileencoding=cp1251 :\r# \xe9", None, "cp1251"),
        (b"x = 1\n# coding: cp1251\n", None, "utf-8"),
        (b"\n\n# coding: nonsense\n", None, "utf-8"),
    ],
)
def test_reads_as_python_does(tmp_path: Path, raw: bytes, text: str | None, encoding: str) -> None:
    result = read(tmp_path, raw)
    assert isinstance(result, ReadResult)
    assert result.encoding == encoding
    assert text is None or result.text == text
    assert result.has_bom is raw.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("raw", "name", "message"),
    [
        (b"ok = 1\n\x7fELF\0\0", "a.py", "2 a.py is binary, in spite of its name."),
        (b"x\n# caf\xe9\n", "a.py", "2 a.py is not UTF-8 (byte 0xE9 in line 2), and no coding comment names "
                                    "its encoding."),
        (b"-- caf\xe9", "a.sql", "1 a.sql is not UTF-8 (byte 0xE9 in line 1)."),
        (b"# coding: utf-8\r\n\r\n# caf\xe9", "a.py", "3 a.py is not UTF-8 (byte 0xE9 in line 3), and no "
                                                  "coding comment names its encoding."),
        (b"# coding: ascii\n\xe9", "a.py",
         "2 a.py says that it is ascii, but is not (byte 0xE9 in line 2)."),
        (b"# coding: uft8\n", "a.py", "1 a.py names the unknown encoding `uft8`."),
        (b"# coding: rot13\n", "a.py", "1 a.py names `rot13`, which is not an encoding of text."),
        (b"\xef\xbb\xbf# coding: latin-1\n", "a.py",
         "1 a.py has a UTF-8 mark, but says that it is `latin-1`."),
        ("x = 1".encode("utf-16"), "a.py", "1 a.py is UTF-16; save it as UTF-8."),
        (b"x" * 1001, "a.py",
         "0 a.py is too large to be analysed (1001 bytes; `max-file-size` is 1000 bytes)."),
    ],
)  # fmt: skip
def test_says_why_not(tmp_path: Path, raw: bytes, name: str, message: str) -> None:
    result = read(tmp_path, raw, name)
    assert isinstance(result, ReadProblem)
    assert f"{result.line} {result.message}" == message


def test_a_large_file_is_not_even_read(tmp_path: Path) -> None:
    with open(tmp_path / "big.py", "wb") as file:
        file.truncate(10 * 1024 * 1024)
    result = read_file(tmp_path, "big.py")
    assert isinstance(result, ReadProblem)
    assert result.message == "big.py is too large to be analysed (10.0 MiB; `max-file-size` is 2.0 MiB)."


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    kinds = {}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        kinds["pipe.py"] = "special"
    os.symlink("self.py", tmp_path / "self.py")
    kinds |= {"folder.py": "special", "none.py": "vanished", "folder.py/x.py": "vanished", "self.py": "links"}
    for path, kind in kinds.items():
        result = read_file(tmp_path, path)
        assert isinstance(result, ReadProblem)
        assert result.kind == kind


def test_newline_kinds(tmp_path: Path) -> None:
    for raw, newline in (
        (b"a\n", "\n"),
        (b"a\r\nb\r\n", "\r\n"),
        (b"a\rb", "\r"),
        (b"a\r\nb\n", None),
        (b"a", None),
    ):
        result = read(tmp_path, raw)
        assert isinstance(result, ReadResult)
        assert result.newline == newline


def test_a_file_changed_just_now_has_no_stamp_to_trust(tmp_path: Path) -> None:
    result = read(tmp_path, b"x")
    assert isinstance(result, ReadResult)
    assert result.stamp == UNSETTLED


PIECES = st.sampled_from(
    [
        b"# coding: ",
        b"# -*- coding=",
        b"latin-1",
        b"utf-8",
        b"cp1251",
        b"nope",
        b"\n",
        b"\r\n",
        b"x",
        b"#",
        b"\x0c",
    ]
)
TAIL = st.sampled_from([b"", "é".encode(), b"\xe9", b"\xef\xbb\xbf"])


@given(st.sampled_from([b"", b"\xef\xbb\xbf"]), st.lists(PIECES, max_size=9).map(b"".join), TAIL)
def test_agrees_with_tokenize(mark: bytes, body: bytes, tail: bytes) -> None:
    raw = mark + body + tail
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        expected = raw.decode(encoding).encode()
    except (SyntaxError, UnicodeDecodeError):
        assert isinstance(decode("a.py", raw), ReadProblem)
    else:
        assert decode("a.py", raw) == (expected, encoding.removesuffix("-sig"))


@given(st.binary(max_size=60), st.sampled_from(["a.py", "b.sql"]))
def test_any_bytes_are_text_or_a_problem(raw: bytes, path: str) -> None:
    result = decode(path, raw)
    if isinstance(result, ReadProblem):
        assert result.message.endswith(".")
        assert 0 <= result.line <= raw.count(b"\n") + raw.count(b"\r") + 1
    else:
        result[0].decode("utf-8")
