"""The paths through functions, drawn as text."""

from __future__ import annotations

from textwrap import dedent

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.flow import Flow, Step
from bugcatalog_ls.syntax.flow_paths import path_between, path_from
from bugcatalog_ls.syntax.nodes import text_of, walk
from bugcatalog_ls.text.source import Source

_MARKS = {"next": " > ", "true": " +> ", "false": " -> ", "raise": " !> "}


def flow_of(body: str, *, is_async: bool = False) -> Flow:
    code = "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())
    file = PyFile("example.py", Source(f"{'async ' if is_async else ''}def f():\n{code}"))
    return Flow(file.nodes("function_definition")[0])


def name_of(flow: Flow, step: Step) -> str:
    if step.node is None:
        return "end" if step is flow.end else "raised"
    return " ".join(text_of(step.node).split())


def drawn(flow: Flow, max_visits: int = 1) -> str:
    """All paths that pass each step at most so often, one a line; `!>` by an exception, `+>` and `->`
    by a condition that holds or does not."""
    lines: list[str] = []

    def follow(step: Step, text: str, visits: dict[int, int]) -> None:
        text += name_of(flow, step)
        if not step.edges:
            lines.append(text)
        for kind, following in step.edges:
            if visits.get(id(following), 0) < max_visits:
                seen = {**visits, id(following): visits.get(id(following), 0) + 1}
                follow(following, text + _MARKS[kind], seen)

    for step in flow.entry:
        follow(step, "", {id(step): 1})
    return "\n".join(lines)


def check(body: str, paths: str) -> None:
    assert drawn(flow_of(body)) == dedent(paths).strip()


def test_straight_line() -> None:
    check("a = b\nc = d", "a = b > c = d > end")


def test_call_may_raise() -> None:
    check(
        "a = f()\nb = a",
        """
        a = f() > b = a > end
        a = f() !> raised
        """,
    )


def test_branches() -> None:
    check(
        """
        if a:
            b = 1
        elif c:
            d = 1
        else:
            return e
        g = 1
        """,
        """
        a +> b = 1 > g = 1 > end
        a -> c +> d = 1 > g = 1 > end
        a -> c -> return e > end
        """,
    )


def test_loop_with_else() -> None:
    check(
        """
        while a:
            if b:
                break
            if c:
                continue
            d = 1
        else:
            e = 1
        g = 1
        """,
        """
        a +> b +> break > g = 1 > end
        a -> e = 1 > g = 1 > end
        """,
    )


def test_endless_loop_has_no_end_but_break() -> None:
    check(
        """
        while True:
            if a:
                break
        b = 1
        """,
        "True +> a +> break > b = 1 > end",
    )


def test_elements_of_a_loop_may_raise() -> None:
    check(
        """
        for a in b:
            pass
        """,
        """
        b -> end
        b !> raised
        """,
    )


def test_except_else_finally() -> None:
    check(
        """
        try:
            a()
        except ValueError:
            b = 1
        else:
            c = 1
        finally:
            d = 1
        """,
        """
        a() > c = 1 > d = 1 > end
        a() !> ValueError > b = 1 > d = 1 > end
        a() !> d = 1 > raised
        """,
    )


def test_broad_handler_catches_all() -> None:
    check(
        """
        try:
            a()
        except (KeyError, Exception) as error:
            b = 1
        """,
        """
        a() > end
        a() !> (KeyError, Exception) as error > b = 1 > end
        """,
    )


def test_finally_of_a_return_does_not_go_on() -> None:
    check(
        """
        try:
            if a:
                return b
        finally:
            c = 1
        d = 1
        """,
        """
        a +> return b > c = 1 > end
        a -> c = 1 > d = 1 > end
        """,
    )


def test_finally_of_break_and_continue() -> None:
    check(
        """
        while a:
            try:
                if b:
                    break
                continue
            finally:
                c = 1
        """,
        """
        a +> b +> break > c = 1 > end
        a -> end
        """,
    )


def test_nested_finally() -> None:
    check(
        """
        try:
            try:
                a()
            finally:
                b = 1
        finally:
            c = 1
        """,
        """
        a() > b = 1 > c = 1 > end
        a() !> b = 1 > c = 1 > raised
        """,
    )


def test_raise_in_a_handler_leaves() -> None:
    check(
        """
        try:
            a()
        except:
            raise
        """,
        """
        a() > end
        a() !> except > raise !> raised
        """,
    )


def test_with_and_suppress() -> None:
    check(
        """
        with open(a) as b, c:
            d = 1
        with suppress(Exception):
            e()
        """,
        """
        open(a) as b > c > d = 1 > suppress(Exception) > e() > end
        open(a) as b > c > d = 1 > suppress(Exception) > e() !> end
        open(a) as b > c > d = 1 > suppress(Exception) !> raised
        open(a) as b !> raised
        """,
    )


def test_match() -> None:
    check(
        """
        match a:
            case 1:
                b = 1
            case c if d:
                e = 1
            case _:
                return
        g = 1
        """,
        """
        a > 1 +> b = 1 > g = 1 > end
        a > 1 -> if d +> e = 1 > g = 1 > end
        a > 1 -> if d -> _ +> return > end
        """,
    )


def test_exit_of_the_program() -> None:
    check("sys.exit(1)\na = 1", "sys.exit(1) !> raised")


def test_yield_may_raise() -> None:
    check(
        "yield a\nb = 1",
        """
        yield a > b = 1 > end
        yield a !> raised
        """,
    )


def test_async_statements() -> None:
    flow = flow_of(
        """
        async with a as b:
            async for c in b:
                d = 1
        """,
        is_async=True,
    )
    assert drawn(flow) == "a as b > b -> end\na as b > b !> raised"


def test_nested_functions_are_elsewhere() -> None:
    flow = flow_of(
        """
        def g():
            a()
        b = [c() for c in d]
        """
    )
    found = {
        text_of(node): len(flow.at(node))
        for node in PyFile("x.py", Source(text_of(flow.function))).nodes("call")
    }
    assert set(found) == {"a()", "c()"}
    body = flow.function.child_by_field_name("body")
    assert body is not None
    nested, plain = body.named_children
    inner = nested.child_by_field_name("body")
    assert inner is not None
    assert flow.at(inner.named_children[0]) == []
    assert len(flow.at(plain.named_children[0])) == 1


def test_a_finally_is_several_steps() -> None:
    flow = flow_of("try:\n    a()\nfinally:\n    b = 1")
    [last] = [node for node in walk(flow.function) if text_of(node) == "b = 1"][-1:]
    steps = flow.at(last)
    assert [name_of(flow, step) for step in steps] == ["b = 1", "b = 1"]


def steps_named(flow: Flow, name: str) -> list[Step]:
    found: dict[int, Step] = {}

    def visit(step: Step) -> None:
        if id(step) not in found:
            found[id(step)] = step
            for _, following in step.edges:
                visit(following)

    for step in flow.entry:
        visit(step)
    return [step for step in found.values() if name_of(flow, step) == name]


def test_path_that_passes_no_check() -> None:
    flow = flow_of(
        """
        r = get()
        if quick:
            check = r
        use = r
        """
    )
    path = path_between(
        steps_named(flow, "r = get()"),
        lambda step: name_of(flow, step) == "use = r",
        lambda step: name_of(flow, step) == "check = r",
    )
    assert path is not None
    assert [name_of(flow, step) for step in path] == ["quick", "use = r"]


def test_no_path_around_a_check_in_both_branches() -> None:
    flow = flow_of(
        """
        r = get()
        if quick:
            check = r
        else:
            check = r
        use = r
        """
    )
    assert not path_between(
        steps_named(flow, "r = get()"),
        lambda step: name_of(flow, step) == "use = r",
        lambda step: name_of(flow, step) == "check = r",
    )


def test_edges_that_are_not_taken() -> None:
    flow = flow_of("if a:\n    b = 1\nc = 1")
    path = path_from(
        flow.entry,
        lambda step: step is flow.end,
        takes=lambda step, kind: not (name_of(flow, step) == "a" and kind == "false"),
    )
    assert path is not None
    assert [name_of(flow, step) for step in path] == ["a", "b = 1", "c = 1", "end"]
