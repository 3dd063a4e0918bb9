"""Packages that a project's own files demand, so that what they bring can always be imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source

_NAME = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?=[<>=!~^@(]|$)")
# Lists for a part of the users or of the work only.
_PARTIAL = re.compile(
    r"dev|test|doc|lint|opt|extra|example|contrib|\bci\b|build|setup_|full|(?<![a-z])all|bench", re.IGNORECASE
)
_FOR_SOME = re.compile(r"platform|os_name|extra|implementation")
_LISTS = re.compile(
    r"\b(?:\w*requires?|\w*requirements|\w*dependencies|\w*deps)\s*=\s*\[([^\]]*)\]", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"']([^\"'\n]+)[\"']")
_INSTALLED = re.compile(r"^install_requires\s*=((?:.*\n?(?:[ \t]+.*\n?|\n)*))", re.MULTILINE)
_PIPFILE = re.compile(r"^\[packages\]\n((?:(?!\[).*\n?)*)", re.MULTILINE)
# Folders that many packages put modules into.
_NAMESPACES = frozenset({"azure", "google", "ruamel", "zope"})
# What is installed under another name than that of its modules.
_INSTALLED_AS = {
    "attr": "attrs", "bs4": "beautifulsoup4", "corsheaders": "django-cors-headers", "Crypto": "pycryptodome",
    "cv2": "opencv-python", "dns": "dnspython", "fitz": "pymupdf", "git": "gitpython", "gi": "pygobject",
    "MySQLdb": "mysqlclient", "nacl": "pynacl", "PIL": "pillow", "pkg_resources": "setuptools",
    "rest_framework": "djangorestframework", "skimage": "scikit-image", "sklearn": "scikit-learn",
    "socks": "pysocks", "telegram": "python-telegram-bot",
    "dateutil": "python-dateutil", "docx": "python-docx", "dotenv": "python-dotenv", "jose": "python-jose",
    "jwt": "pyjwt", "ldap": "python-ldap", "magic": "python-magic", "multipart": "python-multipart",
    "OpenSSL": "pyopenssl", "pptx": "python-pptx", "serial": "pyserial", "slugify": "python-slugify",
    "google-oauth2": "google-auth", "google-protobuf": "protobuf",
    "googleapiclient": "google-api-python-client", "mysql": "mysql-connector-python",
    "usb": "pyusb", "yaml": "pyyaml", "zmq": "pyzmq",
}  # fmt: skip


class RequiredPackage(Fact, frozen=True):
    """A package that the project of a folder does not go without."""

    package: str
    folder: str

    @property
    def key(self) -> str:
        return self.package


@derived
def is_required(index: FactIndex, target: str, path: str) -> bool:
    """Whether the project around a file demands the package that an imported name is of."""
    return any(
        not fact.folder or path.startswith(f"{fact.folder}/")
        for package in _packages_of(target)
        for _, fact in index.get(RequiredPackage, package)
    )


def installed_as(target: str) -> str:
    """The name under which what an import names is most likely installed."""
    parts = target.split(".")
    if len(parts) > 1 and parts[0] in _NAMESPACES:
        modules = [part for part in parts if part.islower()]
        is_deep = parts[0] != "google" or parts[1] == "cloud"
        package = re.sub(r"_v\d+\w*$", "", "-".join(modules[: 3 if is_deep else 2]))
        return _INSTALLED_AS.get(package, package)
    return _INSTALLED_AS.get(parts[0], parts[0])


def _packages_of(target: str) -> Iterator[str]:
    """The names under which a module may be installed, the likeliest first."""
    parts = target.split(".")
    top = _canonical(parts[0])
    if (other := _INSTALLED_AS.get(parts[0])) is not None:
        yield other
    yield top
    yield from (
        "-".join(_canonical(part) for part in parts[:count]) for count in (2, 3) if len(parts) >= count
    )
    yield from (f"python-{top}", f"{top}-python", f"py{top}", f"py-{top}", f"{top}-py", f"{top}-binary")


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower().strip("-")


def _read(path: str, source: Source, facts: Facts) -> None:
    folder, _, name = path.rpartition("/")
    text = source.text
    if name == "pyproject.toml":
        found = _of_project(text)
    elif name == "setup.cfg":
        found = [line for match in _INSTALLED.findall(text) for line in match.splitlines()]
    elif name == "Pipfile":
        found = [
            line.partition("=")[0].strip("\" '")
            for match in _PIPFILE.findall(text)
            for line in match.splitlines()
        ]
    else:
        in_folder = folder.rpartition("/")[2].lower().startswith("require")
        if _PARTIAL.search(name) or not (in_folder or name.startswith("require")):
            return
        folder = folder.rpartition("/")[0] if in_folder else folder
        found = text.splitlines()
    _add(found, folder, facts)


def _collect(file: PyFile, facts: Facts) -> None:
    if file.path.rpartition("/")[2] == "setup.py":
        lists = (
            match
            for match in _LISTS.finditer(file.source.text)
            if not _PARTIAL.search(match[0].partition("=")[0])
        )
        found = [item for match in lists for item in _QUOTED.findall(match[1])]
        _add(found, file.path.rpartition("/")[0], facts)


VOCABULARY = Vocabulary(
    _collect,
    literals=(b"install_requires",),
    read=_read,
    names=(
        "requirements*.txt", "requirements*.in", "base.txt", "common.txt", "prod*.txt", "main.txt",
        "default.txt", "pyproject.toml", "setup.cfg", "Pipfile",
    ),
)  # fmt: skip


def _add(requirements: list[str], folder: str, facts: Facts) -> None:
    for package in dict.fromkeys(_demanded(requirements)):
        facts.add(RequiredPackage(package, folder))


def _demanded(requirements: list[str]) -> Iterator[str]:
    for written in requirements:
        line, _, marker = written.strip().partition(" #")[0].partition(";")
        found = _NAME.match(line)
        if found is not None and not _FOR_SOME.search(marker):
            yield _canonical(found[1])


def _of_project(text: str) -> list[str]:
    import sys
    from importlib import import_module

    toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        data = toml.loads(text)
    except ValueError:
        return []
    project, tool = _table(data, "project"), _table(data, "tool")
    listed = project.get("dependencies")
    found = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    for package, version in _table(_table(tool, "poetry"), "dependencies").items():
        is_partial = isinstance(version, dict) and (version.get("optional") or version.get("markers"))
        if not is_partial:
            found.append(package)
    return found


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}
