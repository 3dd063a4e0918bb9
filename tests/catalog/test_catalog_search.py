import pytest
from catalog_pages import load, page

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.search import ErrorSignatures, match_errors, search


def entry(code: str, name: str, keys: str = "", body: str = "") -> Entry:
    text = page(keys, body, code).replace("missing-timeout", name)
    return load(text.replace("Outbound call without a timeout", "A title"))


TIMEOUT = entry(
    "BC201",
    "missing-timeout",
    """\
tags: [http]
symptoms:
  - API hangs now and then
  - error: 'QueuePool limit of size (?P<size>\\d+) overflow'
""",
)
COLUMN = entry(
    "BC703",
    "column-without-migration",
    """\
tags: [schema]
symptoms:
  - a migration is missing
  - error: Unknown column '(?:(?P<table>\\w+)\\.)?(?P<column>\\w+)'
  - error: '^no such column: (?P<column>\\w+)$'
""",
    "## Root cause\nModel and revision are two files.\n",
)
TABLE = entry("BC708", "table-without-migration", "tags: [schema]\n")
ENTRIES = [TABLE, COLUMN, TIMEOUT]


def check_search(query: str, *expected: str) -> None:
    """Each expectation is `CODE reason`, best first."""
    hits = search(ENTRIES, query)
    assert [f"{hit.entry.code} {hit.reason}" for hit in hits] == list(expected)
    assert all(0 < hit.score <= 1 for hit in hits)


def test_codes_and_their_beginnings() -> None:
    check_search("bc201", "BC201 code BC201")
    check_search("BC70", "BC703 code BC703", "BC708 code BC708")


def test_names_and_tags() -> None:
    check_search("missing-timeout", "BC201 name missing-timeout")
    check_search("column", "BC703 name column-without-migration")
    check_search("schema", "BC703 tag schema", "BC708 tag schema")


def test_words_of_symptoms_and_sections() -> None:
    check_search("the api hangs", "BC201 symptom: API hangs now and then")
    check_search("revision", "BC703 in its section root cause")


def test_slips_find_the_nearest() -> None:
    check_search("mising migratoin", "BC703 similar to a migration is missing")


def test_nothing_fits_nonsense() -> None:
    check_search("zzz qqq")
    check_search("   ")
    assert search([], "x") == []


def test_error_messages_are_matched_with_what_they_name() -> None:
    text = "é 1\nERROR (1054, \"Unknown column 'chats.meta_data' in 'field list'\")\nno such column: size\n"
    assert [(m.entry.code, text[m.start : m.end], m.captures) for m in match_errors(ENTRIES, text)] == [
        ("BC703", "Unknown column 'chats.meta_data'", {"table": "chats", "column": "meta_data"}),
        ("BC703", "no such column: size", {"column": "size"}),
    ]


def test_a_text_may_name_several_entries_and_one_twice() -> None:
    text = "QueuePool limit of size 5 overflow\nUnknown column 'a'\nQueuePool limit of size 6 overflow"
    matches = match_errors(ENTRIES, text)
    assert [(m.entry.code, m.captures) for m in matches] == [
        ("BC201", {"size": "5"}),
        ("BC703", {"column": "a"}),
        ("BC201", {"size": "6"}),
    ]
    assert len(ErrorSignatures(ENTRIES).match(text, limit=2)) == 2


def test_a_catalog_without_error_messages_matches_nothing() -> None:
    assert match_errors([TABLE], "anything") == []


def test_an_unknown_message_matches_nothing() -> None:
    assert match_errors(ENTRIES, "all is well") == []


def test_expressions_too_many_for_one_automaton_still_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bugcatalog_ls.catalog.search._SET_MEMORY", 1000)
    assert [match.entry.code for match in match_errors(ENTRIES, "no such column: size")] == ["BC703"]
