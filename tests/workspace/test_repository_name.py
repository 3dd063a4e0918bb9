"""A repository has one name on every machine, and no login in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugcatalog_ls.workspace.repository_name import person_at, repository_name


def with_remote(root: Path, url: str, name: str = "origin") -> Path:
    (root / ".git").mkdir(parents=True, exist_ok=True)
    (root / ".git" / "config").write_text(f'[core]\n\tbare = false\n[remote "{name}"]\n\turl = {url}\n')
    return root


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop.git",
        "https://bob:geheim@GitHub.com/acme/shop",
        "https://x-access-token:ghs_1@github.com/acme/shop.git/",
        "git@github.com:acme/shop.git",
        "ssh://git@github.com:22/acme/shop.git",
        "git://github.com/acme/shop.git",
    ],
)
def test_every_spelling_of_a_remote_is_the_same_repository(tmp_path: Path, url: str) -> None:
    assert repository_name(with_remote(tmp_path, url)) == "github.com/acme/shop"


def test_a_folder_of_a_repository_and_a_work_tree_of_it(tmp_path: Path) -> None:
    main = with_remote(tmp_path / "shop", "git@github.com:acme/shop.git", "upstream")
    service = main / "services" / "api"
    service.mkdir(parents=True)
    assert repository_name(service) == "github.com/acme/shop/services/api"
    linked = main / ".git" / "worktrees" / "other"
    linked.mkdir(parents=True)
    (linked / "commondir").write_text("../..\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").write_text(f"gitdir: {linked}\n")
    assert repository_name(other) == "github.com/acme/shop"


@pytest.mark.parametrize("url", ["/srv/git/shop.git", "file:///srv/git/shop.git", "../shop", "C:\\git\\shop"])
def test_a_remote_on_this_machine_names_nothing_elsewhere(tmp_path: Path, url: str) -> None:
    name = repository_name(with_remote(tmp_path / "shop", url))
    assert "/" not in name
    assert ":shop-" in name


def test_who_works_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("USER", "LOGNAME", "USERNAME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    root = with_remote(tmp_path / "shop", "git@github.com:acme/shop.git")
    assert person_at(root) == ""
    monkeypatch.setenv("USER", "anna")
    assert person_at(root) == "anna"
    (tmp_path / ".gitconfig").write_text("[user]\n\temail = a@example.org\n\tname = Anna Weber\n")
    assert person_at(root) == "Anna Weber"
    (root / ".git" / "config").write_text('[user]\n\tname = "Anna at work"\n')
    assert person_at(root) == "Anna at work"
