"""Every dependency says why it is there, and everything pinned can be checked."""

import re

import pytest

from tests.house.stairs import PROJECT

SECTIONS = ("run.in", "semantic.in", "dev.in")


def _asked(name: str) -> set[str]:
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    asked = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line.strip() and not line.startswith(("#", "-")))
    return {found[0].lower() for found in asked if found}


def _explained(name: str) -> set[str]:
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    section = next(part for part in text.split("\n## ") if f"(`{name}`" in part.splitlines()[0])
    rows = re.findall(r"^\| ([A-Za-z0-9._-]+) \| (.+) \|$", section, re.MULTILINE)
    return {package.lower() for package, why in rows if package != "package" and why.strip()}


def _pins(name: str) -> list[tuple[str, str]]:
    """(package, version) of every line of a lock; numpy has one per version of Python."""
    lock = (PROJECT / name).with_suffix(".lock").read_text(encoding="utf-8")
    return [
        (package.lower(), version) for package, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock, re.MULTILINE)
    ]


@pytest.mark.parametrize("name", SECTIONS)
def test_every_dependency_says_why_it_is_there(name: str) -> None:
    assert _explained(name) == _asked(name)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_file_that_is_installed_is_checked_against_its_hash(name: str) -> None:
    lock = (PROJECT / name).with_suffix(".lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert _asked(name) <= {package for package, _ in _pins(name)}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_lock_holds_no_address_and_no_path_of_a_machine(name: str) -> None:
    lock = (PROJECT / name).with_suffix(".lock").read_text(encoding="utf-8")
    assert [line for line in lock.splitlines() if "://" in line or "--index" in line or "--find-links" in line] == []


def test_what_the_tests_install_is_what_people_run() -> None:
    """A version that only the tests have would prove nothing."""
    pins = {name: dict(_pins(name)) for name in ("run.in", "dev.in")}
    assert {package: pins["dev.in"].get(package) for package in pins["run.in"]} == pins["run.in"]
