"""Words, identifiers and keyword arguments found without a look at every node."""

from __future__ import annotations

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.keyword_arguments import calls_given, keyword_arguments
from bugcatalog_ls.syntax.words import has_word, identifiers_named, is_named_in, word_offsets
from bugcatalog_ls.text.source import Source


def parsed(text: str) -> PyFile:
    return PyFile("app.py", Source(text))


def test_words_are_whole() -> None:
    data = b"get get_x xget get.get (get)"
    assert word_offsets(data, b"get") == [0, 15, 19, 24]
    assert word_offsets(data, b"get", 1, 20) == [15]
    assert word_offsets(data, b"absent") == []
    assert has_word(data, b"get_x")
    assert not has_word(data, b"x")


def test_identifiers_are_neither_texts_nor_comments() -> None:
    file = parsed('name = 1\nprint("name")  # name\ndef f(name):\n    return other(name)\n')
    found = identifiers_named(file.root, file.source.data, b"name")
    assert [node.start_point[0] for node in found] == [0, 2, 3]
    function = file.nodes("function_definition")[0]
    assert is_named_in(function, file.source.data, b"other")
    assert not is_named_in(function, file.source.data, b"print")


def test_keyword_arguments_come_by_name_in_order() -> None:
    file = parsed("f(default=1, x=default)\nif default == 2: g(onupdate = h(default=3))\ndefault = 4\n")
    found = keyword_arguments(file, ("onupdate", "default"))
    assert [file.text(node) for node in found] == ["default=1", "onupdate = h(default=3)", "default=3"]
    calls = calls_given(file, ("onupdate", "default"))
    assert [file.text(call)[0] for call in calls] == ["f", "g", "h"]
