"""Keys on paper and in their file: what is printed can be typed again, and nothing is overwritten or half written."""

import base64
import io
import os
import stat
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from hypothesis import assume, given
from hypothesis import strategies as st
from pypdf import PdfReader

from baquiano.config import environment
from baquiano.config.environment import CannotStart
from baquiano.lib import crypto, key_file, keys_check
from baquiano.terminal import keys
from baquiano.terminal.key_words import WORDS, NotTheWords, from_words, to_words

KEY = "yQ2k0mA5cTzvTqvJv0mBq8m1o8pJ8k3nQk4m7d2r5xE="
LINES = (KEY, "hash:dKI0qswt7WMab098SyllvMjfikUB5eAlqbe9SaBr6LY", "secret:" + "XwmoUzfBubsNAXuA" * 4)


@pytest.fixture(autouse=True)
def the_keys_of_the_tests() -> Iterator[None]:
    yield
    crypto.hand_over(settings.KEYS.encryption, settings.KEYS.hash)
    crypto.look_again_with(lambda: False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "keys" / "baquiano.keys"
    key_file.make(file, "# keys of this installation\n" + "\n".join(LINES) + "\n")
    return file


def _type(monkeypatch: pytest.MonkeyPatch, file: Path, text: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    return keys.run(["type", "--file", str(file)])


# Words ---------------------------------------------------------------------------------------------------------------------


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def test_there_is_one_plain_word_for_each_byte() -> None:
    assert len(WORDS) == len(set(WORDS)) == 256
    assert all(word.isascii() and word.isalpha() and word.islower() and 4 <= len(word) <= 8 for word in WORDS)


def test_no_word_passes_for_another_after_one_wrong_letter_or_from_its_beginning() -> None:
    assert len({word[:4] for word in WORDS}) == 256
    assert all(_distance(one, other) > 1 for one, other in combinations(WORDS, 2))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=1, max_size=60), st.text(min_size=1, max_size=50))
def test_every_line_comes_back_from_its_words(key: bytes, random: bytes, text: str) -> None:
    for line in (
        base64.urlsafe_b64encode(key).decode(),
        f"hash:{random.hex()}",
        f"secret:{text}",
    ):
        assert from_words(to_words(line)) == line


@given(st.sampled_from(LINES), st.data())
def test_one_wrong_word_is_always_noticed(line: str, data: st.DataObject) -> None:
    words = to_words(line)
    at = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(st.sampled_from(WORDS))
    assume(other != words[at])
    with pytest.raises(NotTheWords):
        from_words([*words[:at], other, *words[at + 1 :]])


@pytest.mark.parametrize("line", LINES)
def test_two_words_that_changed_places_are_always_noticed(line: str) -> None:
    words = to_words(line)
    for one, other in combinations(range(len(words)), 2):
        if words[one] == words[other]:
            continue
        swapped = list(words)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        with pytest.raises(NotTheWords):
            from_words(swapped)


def test_a_misspelt_word_is_named_with_what_it_may_be() -> None:
    words = to_words(KEY)
    with pytest.raises(NotTheWords, match=rf"Word 7, “{words[6]}x”.* Perhaps: .*{words[6]}"):
        from_words([*words[:6], f"{words[6]}x", *words[7:]])


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_words_are_a_line_or_refused(words: list[str]) -> None:
    try:
        line = from_words(words)
    except NotTheWords:
        return
    assert isinstance(line, str)


# The sheet -----------------------------------------------------------------------------------------------------------------


def test_the_printed_sheet_typed_again_is_the_key_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keys.run(["sheet", "--file", str(file)]) == 0
    printed = capsys.readouterr().out
    assert all(line in printed for line in LINES)
    rows = "\n".join(row for row in printed.splitlines() if row.startswith("    "))
    assert _type(monkeypatch, tmp_path / "again", rows.upper()) == 0
    assert key_file.parse((tmp_path / "again").read_text()) == key_file.parse(file.read_text())
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o600


def test_lines_may_be_typed_as_they_are_and_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = Fernet.generate_key().decode()
    assert (
        _type(monkeypatch, tmp_path / "again", "\n".join((LINES[2], newer, *to_words(KEY), LINES[1], "", "never read")))
        == 0
    )
    found = key_file.parse((tmp_path / "again").read_text())
    assert (found.encryption, "hash:" + found.hash, "secret:" + found.secret) == ((newer, KEY), LINES[1], LINES[2])


def test_a_line_that_went_wrong_is_typed_again_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = to_words(KEY)
    wrong = [words[1], words[0], *words[2:]]
    assert (
        _type(monkeypatch, tmp_path / "again", f"{LINES[1]}\n{' '.join(wrong)}\n{' '.join(words)}\n{LINES[2]}\n") == 0
    )
    assert "again from its first word" in capsys.readouterr().out
    assert key_file.parse((tmp_path / "again").read_text()).encryption == (KEY,)


@pytest.mark.parametrize("left_out", range(3))
def test_an_incomplete_sheet_writes_nothing_and_says_what_is_missing(
    left_out: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _type(monkeypatch, tmp_path / "again", "\n".join(LINES[:left_out] + LINES[left_out + 1 :])) == 1
    assert ("an encryption key", "hash:…", "secret:…")[left_out] in capsys.readouterr().out
    assert not (tmp_path / "again").exists()


def test_typing_never_overwrites_a_key_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_text()
    assert _type(monkeypatch, file, "\n".join((Fernet.generate_key().decode(), *LINES[1:]))) == 1
    assert file.read_text() == before


def test_the_page_to_print_holds_every_line_and_every_word_and_is_for_its_owner_only(
    file: Path, tmp_path: Path
) -> None:
    page = tmp_path / "sheet.pdf"
    assert keys.run(["sheet", "--file", str(file), "--pdf", str(page)]) == 0
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(page).pages)
    for line in LINES:
        assert line in text
        assert set(to_words(line)) <= set(text.split())
    assert crypto.fingerprint(KEY) in text
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert keys.run(["sheet", "--file", str(file), "--pdf", str(page)]) == 1  # never over another


# The file ------------------------------------------------------------------------------------------------------------------


def test_a_new_key_comes_first_and_nothing_else_changes(file: Path) -> None:
    changed = key_file.with_new_first_key(file.read_text())
    found = key_file.parse(changed)
    assert found.encryption[1:] == (KEY,)
    assert key_file.is_encryption_key(found.encryption[0])
    assert key_file.with_first_key_only(changed).splitlines() == [
        "# keys of this installation", found.encryption[0], *LINES[1:]
    ]  # fmt: skip


def test_a_key_file_is_replaced_whole_and_stays_for_its_owner_only(file: Path) -> None:
    with file.open() as old:
        key_file.replace(file, "one\n")
        assert KEY in old.read()  # whoever was reading it read all of the old one: it was not written over
    assert file.read_text() == "one\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_replacement_that_fails_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_text()

    def full_disk(_descriptor: int) -> None:
        raise OSError("no room")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no room"):
        key_file.replace(file, "one\n")
    assert file.read_text() == before
    monkeypatch.undo()
    key_file.replace(file, "two\n")  # what the failure left behind is in nobody's way
    assert file.read_text() == "two\n"


# Do they fit? ---------------------------------------------------------------------------------------------------------------


def test_the_check_says_nothing_and_knows_its_keys(tmp_path: Path) -> None:
    keys_check.make(tmp_path)
    assert keys_check.check(tmp_path)
    assert not keys_check.check(tmp_path / "elsewhere")
    crypto.hand_over([Fernet.generate_key().decode()], settings.KEYS.hash)
    with pytest.raises(keys_check.KeysDoNotFit, match="encryption keys are not those"):
        keys_check.check(tmp_path)
    crypto.hand_over(settings.KEYS.encryption, "another hash key")
    with pytest.raises(keys_check.KeysDoNotFit, match="hash:"):
        keys_check.check(tmp_path)


def test_with_a_wrong_key_the_check_is_not_written_over(tmp_path: Path) -> None:
    keys_check.make(tmp_path)
    before = (tmp_path / keys_check.NAME).read_bytes()
    crypto.hand_over([Fernet.generate_key().decode()], settings.KEYS.hash)
    keys_check.make(tmp_path)
    with pytest.raises(keys_check.KeysDoNotFit):
        keys_check.renew(tmp_path)
    assert (tmp_path / keys_check.NAME).read_bytes() == before


def test_no_process_starts_with_the_keys_of_other_data(tmp_path: Path) -> None:
    here = environment.read({"BAQUIANO_HOME": str(tmp_path)})
    environment.check_fit(here)  # nothing there yet
    here.data.mkdir()
    keys_check.make(here.data)
    environment.check_fit(here)
    crypto.hand_over([Fernet.generate_key().decode()], settings.KEYS.hash)
    with pytest.raises(CannotStart, match="not those of the data"):
        environment.check_fit(here)


# A process that was started before --------------------------------------------------------------------------------------------


def _following(file: Path) -> None:
    here = environment.read({"BAQUIANO_HOME": str(file.parents[1])})
    found = environment.keys(here, {})
    crypto.hand_over(found.encryption, found.hash)
    environment.follow_key_file(here, found, {})


def test_a_process_with_the_old_keys_reads_what_is_written_with_the_new_one(file: Path) -> None:
    _following(file)
    changed = key_file.with_new_first_key(file.read_text())
    newer = Fernet(key_file.parse(changed).encryption[0]).encrypt(b"after")
    with pytest.raises(crypto.WrongKey):
        crypto.decrypt(newer)
    key_file.replace(file, changed)
    assert crypto.decrypt(newer) == b"after"
    assert crypto.decrypt(Fernet(KEY).encrypt(b"before")) == b"before"


@pytest.mark.parametrize("broken", ["", "not a key\nhash:x\nsecret:y\n", f"{KEY}\nhash:another\nsecret:y\n"])
def test_a_key_file_that_was_spoilt_changes_nothing_for_who_is_running(file: Path, broken: str) -> None:
    _following(file)
    file.write_text(broken)
    with pytest.raises(crypto.WrongKey):
        crypto.decrypt(Fernet(Fernet.generate_key()).encrypt(b"x"))
    assert crypto.decrypt(crypto.encrypt(b"still")) == b"still"
    assert crypto.fingerprints() == (crypto.fingerprint(KEY),)
