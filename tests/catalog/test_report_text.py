"""Reports in whatever encoding: read right, and mended where they were read wrong before."""

from __future__ import annotations

import pytest

from bugcatalog_ls.catalog.report_dates import date_in
from bugcatalog_ls.catalog.report_text import decode_report

TEXT = "# 🚨 Störung – “grüne” Häkchen ✅ und Pfeile →\n\nÜberall größer.\n"
CHINESE = "# 故障：支付回调丢失\n\n根因：事务未提交，消息已经确认。\n"


def test_utf_8_is_left_alone() -> None:
    for text in (TEXT, CHINESE, "naïve café – ©\n", "Ð Ñ × ÷\n", ""):
        assert decode_report(text.encode()) == (text, "utf-8", ())


def test_marks_of_byte_order() -> None:
    assert decode_report(b"\xef\xbb\xbfx\r\ny\r") == ("x\ny\n", "utf-8", ())
    assert decode_report(CHINESE.encode("utf-16")) == (CHINESE, "utf-16", ())


@pytest.mark.parametrize(
    ("text", "encoding"), [(CHINESE, "gb18030"), ("Größe über alles, naïve Café\n", "cp1252")]
)
def test_other_encodings(text: str, encoding: str) -> None:
    assert decode_report(text.encode(encoding)) == (text, encoding, ())


def mangled(text: str, codec: str) -> str:
    if codec != "cp1252":
        return text.encode().decode(codec)
    undefined = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    return "".join(
        chr(byte) if byte in undefined else bytes([byte]).decode("cp1252") for byte in text.encode()
    )


@pytest.mark.parametrize(
    ("codec", "name"), [("mac_roman", "Mac Roman"), ("cp1252", "Windows-1252"), ("cp437", "code page 437")]
)
def test_utf_8_that_was_read_wrong(codec: str, name: str) -> None:
    for text in (TEXT, CHINESE):
        assert decode_report(mangled(text, codec).encode()) == (
            text,
            "utf-8",
            (f"UTF-8 that was read as {name}",),
        )


def test_twice_mangled() -> None:
    twice = mangled(mangled("größer ✅\n", "cp1252"), "cp1252")
    assert decode_report(twice.encode()).text == "größer ✅\n"


def test_only_what_is_mangled_is_mended() -> None:
    assert decode_report("gr\u00c3\u00bc\u00c3\u0178e und Grüße\n".encode()).text == "grüße und Grüße\n"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("**Date**: 2026-02-21 20:37", "2026-02-21"),
        ("January 3, 2025", "2025-01-03"),
        ("on 4 March 2025", "2025-03-04"),
        ("am 21. März 2025", "2025-03-21"),
        ("21.01.2025", "2025-01-21"),
        ("2025年3月14日", "2025-03-14"),
        ("version 2025.99.1", ""),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert date_in(text) == date
