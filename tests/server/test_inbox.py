"""What the analysis process drops unread, and what it must not."""

from bugcatalog_ls.ide.api import requests
from bugcatalog_ls.server.frames import Ask, Cancel, Failure, Tell, decode_to_analysis, encode
from bugcatalog_ls.server.inbox import Inbox


def text(version: int, path: str = "/a.py") -> Tell:
    return Tell(requests.SetText(path, "", "python", version))


def diagnose(id: int, path: str = "/a.py") -> Ask:
    return Ask(id, requests.Diagnose(path))


def check(*frames: Ask | Tell | Cancel, left: list[Ask | Tell], refused: list[Failure]) -> None:
    inbox = Inbox()
    for frame in frames:
        inbox.put(frame)
    taken = []
    while (frame := inbox.take()) is not None:
        taken.append(frame)
    assert taken == left
    assert inbox.take_refused() == refused


def test_the_latest_text_wins() -> None:
    check(
        text(1), diagnose(1), text(2), diagnose(2),
        left=[text(2), diagnose(2)],
        refused=[Failure(1, "superseded")],
    )  # fmt: skip


def test_other_documents_are_left_alone() -> None:
    check(
        text(1), text(1, "/b.py"), diagnose(1, "/b.py"), text(2),
        left=[text(1, "/b.py"), diagnose(1, "/b.py"), text(2)],
        refused=[],
    )  # fmt: skip


def test_a_question_about_an_older_text_keeps_that_text() -> None:
    hover = Ask(1, requests.HoverAt("/a.py", 3))
    check(text(1), hover, text(2), text(3), left=[text(1), hover, text(3)], refused=[])
    resolve = Ask(1, requests.ResolveAction("x"))
    check(text(1), resolve, text(2), left=[text(1), resolve, text(2)], refused=[])


def test_closing_and_settings_stay_in_order() -> None:
    close = Tell(requests.CloseText("/a.py"))
    check(text(1), close, text(2), left=[text(1), close, text(2)], refused=[])


def test_a_cancelled_question_is_answered() -> None:
    check(diagnose(1), diagnose(2), Cancel(1), left=[diagnose(2)], refused=[Failure(1, "cancelled")])


def test_frames_survive_the_pipe() -> None:
    frame = Ask(7, requests.Command("x", ("/a", 1, {"k": [None]})))
    assert decode_to_analysis(encode(frame)[4:]) == frame
