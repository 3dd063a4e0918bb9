"""What a run changes of what was known: a finding stays itself while its file is edited."""

from __future__ import annotations

from store_runs import scope, sighting

from bugcatalog_ls.workspace.history import Change, Known, compare, identities


def told(changes: list[Change]) -> list[str]:
    return [f"{each.code} {each.state}{' again' if each.was else ''}" for each in changes]


FIRST: Known = {"a.py": (sighting("BC1", 3, 7), sighting("BC1", 9, 7), sighting("BC2", 5, 8))}


def test_what_is_seen_for_the_first_time_is_told_once() -> None:
    known, changes = compare({}, FIRST, scope())
    assert told(changes) == ["BC1 open", "BC1 open", "BC2 open"]
    assert len({each.identity for each in changes}) == 3
    again, changes = compare(known, dict(FIRST), scope())
    assert changes == []
    assert again is known


def test_lines_that_move_change_nothing() -> None:
    moved = {"a.py": (sighting("BC1", 13, 7), sighting("BC1", 19, 7), sighting("BC2", 15, 8))}
    assert compare(FIRST, moved, scope())[1] == []


def test_what_is_gone_is_mended() -> None:
    known, changes = compare(FIRST, {"a.py": FIRST["a.py"][1:]}, scope())
    assert told(changes) == ["BC1 mended"]
    known, changes = compare(known, {}, scope())
    assert told(changes) == ["BC1 mended", "BC2 mended"]
    assert known == {}


def test_an_edited_line_is_the_same_finding() -> None:
    edited = {"a.py": (*FIRST["a.py"][:2], sighting("BC2", 6, 99))}
    _, changes = compare(FIRST, edited, scope())
    assert told(changes) == ["BC2 open again"]
    assert changes[0].was in set(identities(FIRST))


def test_another_message_on_the_same_line_is_the_same_finding() -> None:
    other = {"a.py": (*FIRST["a.py"][:2], sighting("BC2", 300, 8, message="is wrong in two ways"))}
    assert told(compare(FIRST, other, scope())[1]) == ["BC2 open again"]


def test_a_new_finding_far_from_a_mended_one_is_another() -> None:
    other = {"a.py": (*FIRST["a.py"][:2], sighting("BC2", 300, 99))}
    assert told(compare(FIRST, other, scope())[1]) == ["BC2 open", "BC2 mended"]


def test_a_renamed_file_takes_its_findings_along() -> None:
    renamed = {"b.py": FIRST["a.py"]}
    _, changes = compare(FIRST, renamed, scope(gone=("a.py",)))
    assert told(changes) == ["BC1 open again", "BC1 open again", "BC2 open again"]
    # A file that is still there was mended, and the other one has findings of its own.
    _, changes = compare(FIRST, renamed, scope())
    assert sorted(told(changes)) == ["BC1 mended"] * 2 + ["BC1 open"] * 2 + ["BC2 mended", "BC2 open"]


def test_suppressions_and_their_reasons_are_told() -> None:
    quiet = {"a.py": (*FIRST["a.py"][:2], sighting("BC2", 5, 8, "suppressed", reason="by hand"))}
    known, changes = compare(FIRST, quiet, scope())
    assert [(each.state, each.reason) for each in changes] == [("suppressed", "by hand")]
    reworded = {"a.py": (*FIRST["a.py"][:2], sighting("BC2", 5, 8, "suppressed", reason="by machine"))}
    assert [each.reason for each in compare(known, reworded, scope())[1]] == ["by machine"]


def test_a_run_tells_nothing_of_what_it_did_not_look_at() -> None:
    assert compare(FIRST, {}, scope(looked_at="other/"))[1] == []
    known, changes = compare(FIRST, {}, scope(codes="BC1"))
    assert told(changes) == ["BC1 mended", "BC1 mended"]
    assert [each.code for each in known["a.py"]] == ["BC2"]
    # Where an analyzer has failed, its silence says nothing.
    known, changes = compare(FIRST, {"a.py": FIRST["a.py"][:1]}, scope(is_whole=False))
    assert changes == []
    assert len(known["a.py"]) == 3


def test_what_settings_switch_off_is_ignored_not_mended() -> None:
    off = scope(codes="BC1")._replace(is_switched_off=lambda code, path: True)
    known, changes = compare(FIRST, {"a.py": FIRST["a.py"][:2]}, off)
    assert told(changes) == ["BC2 ignored"]
    assert compare(known, {"a.py": FIRST["a.py"][:2]}, off)[1] == []
    assert told(compare(known, FIRST, scope())[1]) == ["BC2 open"]
