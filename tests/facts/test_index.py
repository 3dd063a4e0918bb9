"""The fact index wakes the readers of what changed, and nobody else; runs are counted."""

from __future__ import annotations

import pytest

from bugcatalog_ls.facts import exports
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import CyclicDerivation, FactIndex, derived
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source


class Paint(Fact, frozen=True):
    """A fact for these tests: a wall and its colour."""

    wall: str
    colour: str

    @property
    def key(self) -> str:
        return self.wall


@derived
def is_red(index: FactIndex, wall: str) -> bool:
    return any(fact.colour == "red" for _, fact in index.get(Paint, wall))


@derived
def all_red(index: FactIndex, *walls: str) -> bool:
    return all(is_red(index, wall) for wall in walls)


@derived
def needs_itself(index: FactIndex, wall: str) -> bool:
    return needs_itself(index, wall)


def colours(index: FactIndex, wall: str, *, name: str = "colours") -> list[str]:
    """Run a join that reads one key."""
    return index.join((name, wall), lambda: [fact.colour for _, fact in index.get(Paint, wall)])


def painted(**walls: str) -> list[Paint]:
    return [Paint(wall, colour) for wall, colour in walls.items()]


def test_only_the_readers_of_a_key_run_again() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="red", south="blue"))
    assert colours(index, "north", name="north") == ["red"]
    assert colours(index, "south", name="south") == ["blue"]
    index.set_file("a.py", painted(north="red", south="green"))
    assert ("north", "north") not in index.stale()
    assert ("south", "south") in index.stale()
    assert set(index.stale()) == {("south", "south")}
    assert colours(index, "north", name="north") == ["red"]
    assert colours(index, "south", name="south") == ["green"]
    assert index.n_runs == {"north": 1, "south": 2}
    assert not list(index.stale())


def test_equal_facts_wake_nobody() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="red", south="blue"))
    colours(index, "north")
    index.set_file("a.py", painted(south="blue", north="red"))
    assert ("colours", "north") not in index.stale()


def test_a_miss_is_a_read() -> None:
    index = FactIndex()
    assert colours(index, "north") == []
    index.set_file("a.py", painted(south="red"))
    assert ("colours", "north") not in index.stale()
    index.set_file("b.py", painted(north="red"))
    assert colours(index, "north") == ["red"]
    assert index.n_runs["colours"] == 2


def test_facts_of_several_files_come_by_path() -> None:
    index = FactIndex()
    index.set_file("b.py", painted(north="blue"))
    index.set_file("a.py", painted(north="red"))
    assert [path for path, _ in index.get(Paint, "north")] == ["a.py", "b.py"]
    assert index.one(Paint, "north") is None
    index.remove_file("b.py")
    assert index.one(Paint, "north") == ("a.py", Paint("north", "red"))


def test_a_removed_file_takes_its_facts_along() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="red"))
    assert colours(index, "north") == ["red"]
    index.remove_file("a.py")
    index.remove_file("a.py")
    assert colours(index, "north") == []
    assert not index.keys(Paint)
    assert not index.files()


def test_keys_wake_when_one_comes_or_goes() -> None:
    index = FactIndex()

    def keys() -> frozenset[str]:
        return index.join(("keys",), lambda: index.keys(Paint))

    index.set_file("a.py", painted(north="red"))
    assert keys() == {"north"}
    index.set_file("a.py", painted(north="blue"))
    index.set_file("b.py", painted(north="blue"))
    assert ("keys",) not in index.stale()
    index.set_file("b.py", painted(south="blue"))
    assert keys() == {"north", "south"}
    assert index.n_runs["keys"] == 2


def test_files_and_modules_are_reads() -> None:
    index = FactIndex()

    def seen() -> tuple[bool, tuple[str, ...]]:
        return index.join(("seen",), lambda: (index.has_file("a/b.py"), index.module_paths("b")))

    assert seen() == (False, ())
    index.set_file("c.py", [])
    assert ("seen",) not in index.stale()
    index.set_file("a/b.py", [])
    assert seen() == (True, ("a/b.py",))
    index.set_file("d/b.py", [])
    assert seen() == (True, ("a/b.py", "d/b.py"))
    index.remove_file("a/b.py")
    assert seen() == (False, ("d/b.py",))


def test_a_derived_value_that_comes_out_equal_stops_the_change() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="blue"))

    def report() -> str:
        return index.join(("report",), lambda: "red" if is_red(index, "north") else "other")

    assert report() == "other"
    index.set_file("a.py", painted(north="green"))
    assert ("report",) in index.stale()
    assert report() == "other"
    assert index.n_runs["report"] == 1
    index.set_file("a.py", painted(north="red"))
    assert report() == "red"
    assert index.n_runs["report"] == 2
    assert index.n_runs[f"{__name__}.is_red"] == 3


def test_a_change_passes_through_two_derived_values() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="red", south="red"))

    def report() -> bool:
        return index.join(("report",), lambda: all_red(index, "north", "south"))

    assert report()
    index.set_file("a.py", painted(north="red", south="blue"))
    assert not report()
    index.set_file("a.py", painted(north="green", south="blue"))
    assert not report()
    # `all_red` stopped at the north wall and came out as before.
    assert index.n_runs["report"] == 2
    index.set_file("a.py", painted(north="green", south="red"))
    assert ("report",) not in index.stale()


def test_a_derived_value_is_shared_by_its_readers() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="red"))

    def report(name: str) -> bool:
        return index.join((name,), lambda: is_red(index, "north"))

    assert report("first")
    assert report("second")
    index.set_file("a.py", painted(north="blue"))
    assert not report("first")
    assert ("second",) in index.stale()
    assert not report("second")
    assert index.n_runs == {"first": 2, "second": 2, f"{__name__}.is_red": 2}


def test_reads_are_those_of_the_last_run() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(switch="on", north="red"))

    def report() -> bool | None:
        def compute() -> bool | None:
            return is_red(index, "north") if index.get(Paint, "switch") else None

        return index.join(("report",), compute)

    assert report()
    index.set_file("a.py", painted(north="red"))
    assert report() is None
    index.set_file("a.py", painted(north="blue"))
    assert ("report",) not in index.stale()


def test_a_forgotten_join_is_woken_no_more() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="red"))
    colours(index, "north")
    index.forget_join(("colours", "north"))
    index.set_file("a.py", painted(north="blue"))
    assert not list(index.stale())


def test_a_cycle_is_an_error_and_leaves_the_index_sound() -> None:
    index = FactIndex()
    for _ in range(2):
        with pytest.raises(CyclicDerivation):
            needs_itself(index, "north")
    index.set_file("a.py", painted(north="red"))
    assert is_red(index, "north")


def test_a_join_that_raises_runs_again() -> None:
    index = FactIndex()
    index.set_file("a.py", painted(north="red"))

    def report() -> str:
        return index.join(("report",), lambda: {"blue": "fine"}[index.get(Paint, "north")[0][1].colour])

    with pytest.raises(KeyError):
        report()
    index.set_file("a.py", painted(north="blue"))
    assert report() == "fine"


def set_text(index: FactIndex, path: str, text: str) -> None:
    facts = Facts()
    exports.VOCABULARY.collect(PyFile(path, Source(text)), facts)
    index.set_file(path, facts.facts)


USER = """\
from .types import Text


class User(Base):
    name = Text(20)

    def greet(self):
        return 1
"""


@pytest.mark.parametrize(
    ("text", "wakes"),
    [
        ("# A comment.\n" + USER, False),
        (USER.replace("return 1", "return 1  # why"), False),
        (USER + "\n\n\n", False),
        (USER.replace("return 1", "x = 1\n        return 1"), False),
        (USER.replace("name =", "title ="), False),
        (USER.replace("import Text", "import Text, Number"), True),
        (USER.replace("class User", "class Users"), True),
    ],
)
def test_typing_wakes_the_readers_of_what_it_changes(text: str, wakes: bool) -> None:
    index = FactIndex()
    set_text(index, "app/models.py", USER)

    def names() -> list[str]:
        return index.join(
            ("names",),
            lambda: [name for _, fact in index.get(ModuleExports, "app.models") for name in fact.names],
        )

    names()
    set_text(index, "app/models.py", text)
    assert (("names",) in index.stale()) == wakes


def test_resolving_runs_again_for_its_own_names_only() -> None:
    index = FactIndex()
    set_text(index, "app/a.py", "from app.b import x\n")
    set_text(index, "app/b.py", "from c import x\n")

    def target() -> str:
        return index.join(("target",), lambda: resolve(index, "app.b.x", "app/a.py"))

    assert target() == "c.x"
    set_text(index, "app/b.py", "from c import x, y\n")
    assert target() == "c.x"
    assert index.n_runs["target"] == 1
    set_text(index, "app/b.py", "from d import x\n")
    assert target() == "d.x"
