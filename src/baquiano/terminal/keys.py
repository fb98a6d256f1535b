"""`baquiano keys new|sheet|type`: works before anything else does, because production does not start without keys.

The other verbs (rotate, reencrypt, drop-old) need the database: `management/commands/keys.py`.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from baquiano.lib import crypto, key_file
from baquiano.terminal import key_words, sheet_pdf
from baquiano.terminal.sheet_pdf import Entry

BEFORE_THE_HOUSE = ("new", "sheet", "type")
WITH_THE_HOUSE = ("rotate", "reencrypt", "drop-old")
ACROSS = 4  # words in a row of the sheet

SHEET = """
KEY SHEET OF THIS INSTALLATION
==============================
Whoever holds this sheet and the database can read everything. Whoever loses it loses everything.
Print it twice, keep the copies in two places under lock, and never beside a backup.

{lines}
Written from: {file}
To have the key file again: baquiano keys type, and type the lines or the words.
"""

LOST_WITHOUT = """Without the keys a backup is lost for good, and nobody can open it: not its author, not who wrote this program.
Lost would be: names, contacts and documents of people, what they wrote and what was answered, notes and consents, names of the staff,
the secrets of the channels, attached files. There is no other way in."""


class NotAllTyped(ValueError):
    """Shown as it is written: what is missing."""


def needs_the_house(arguments: list[str]) -> bool:
    """Is this a verb that opens the database?"""
    return any(argument in WITH_THE_HOUSE for argument in arguments[:1])


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="baquiano keys",
        description="Keys of this installation: make them, keep them on paper, replace them (rotate, reencrypt, drop-old, in this order)",
        epilog="Example: baquiano keys new",
    )
    parser.add_argument("what", choices=(*BEFORE_THE_HOUSE, *WITH_THE_HOUSE))
    parser.add_argument("--file", default=os.environ.get("BAQUIANO_KEYS_FILE", ""), help="where the keys are kept")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="of sheet: a page to print, with squares and words")
    given = parser.parse_args(arguments)
    file = Path(given.file or _default_file()).expanduser()
    if given.what == "new":
        return new(file)
    if given.what == "type":
        return type_again(file)
    return sheet(file, given.pdf)


def _default_file() -> Path:
    home = os.environ.get("BAQUIANO_HOME") or str(Path(__file__).resolve().parents[3] / "var")
    return Path(home).expanduser() / "keys" / "baquiano.keys"


def new(file: Path) -> int:
    if file.exists():
        print(
            f"There is already a key file at {file}: it is not overwritten. What it encrypted opens with nothing else."
        )
        return 1
    crypto.write_key_file(file, is_demo=False)
    print(f"Made {file} (readable by you only). Now print the sheet: baquiano keys sheet")
    return 0


# The sheet ---------------------------------------------------------------------------------------------------------------


def sheet(file: Path, pdf: Path | None) -> int:
    if not file.exists():
        print(f"There is no key file at {file}. Make one with: baquiano keys new")
        return 1
    entries = _entries(file.read_text(encoding="utf-8"))
    if pdf is None:
        print(SHEET.format(lines="\n".join(_in_letters(entry) for entry in entries), file=file))
    elif not _draw(entries, pdf):
        return 1
    print("When it is printed and put away, say so: baquiano doctor --key-sheet-printed")
    return 0


def _entries(text: str) -> list[Entry]:
    lines = key_file.parse(text)
    keys = [
        Entry(f"{number}", "key", line, tuple(key_words.to_words(line)), crypto.fingerprint(line))
        for number, line in enumerate(lines.encryption, 1)
    ]
    others = ((key_file.HASH, lines.hash, "hash"), (key_file.SECRET, lines.secret, "secret"))
    return keys + [
        Entry("", kind, prefix + value, tuple(key_words.to_words(prefix + value)), "")
        for prefix, value, kind in others
        if value
    ]


def _in_letters(entry: Entry) -> str:
    title = {
        "key": f"Encryption key {entry.number} ({entry.fingerprint})",
        "hash": "Look-up key",
        "secret": "Session key",
    }
    rows = "\n".join("    " + " ".join(f"{word:<8}" for word in row).rstrip() for row in entry.rows(ACROSS))
    return f"{title[entry.kind]}\n{entry.line}\n{rows}\n"


def _draw(entries: list[Entry], pdf: Path) -> bool:
    try:
        descriptor = os.open(pdf, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{pdf} exists already: it is not written over. Give another name.")
        return False
    except OSError as problem:
        print(f"{pdf} cannot be written ({problem.strerror}). Give another name.")
        return False
    with os.fdopen(descriptor, "wb") as out:
        out.write(sheet_pdf.draw(entries))
    print(f"Made {pdf}. Print it twice, then delete it: this file opens everything.")
    return True


# Typing it again -----------------------------------------------------------------------------------------------------------


def are_at_hand() -> bool:
    """Would the program start with keys that somebody gave it, rather than make its own?"""
    file = Path(os.environ.get("BAQUIANO_KEYS_FILE") or _default_file()).expanduser()
    return bool(os.environ.get("BAQUIANO_KEYS", "").split()) or file.exists()


def ask_for_restore() -> int:
    """Before a restore where there is no key file: says what hangs on it, and takes the keys if somebody is there to type them."""
    print(f"There are no keys here yet, and a backup opens only with the keys it was made with.\n\n{LOST_WITHOUT}\n")
    if not sys.stdin.isatty():
        print("Put the key file in its place, or type it from the key sheet (baquiano keys type). Then restore again.")
        return 1
    return type_again(Path(os.environ.get("BAQUIANO_KEYS_FILE") or _default_file()).expanduser())


def type_again(file: Path) -> int:
    if file.exists():
        print(
            f"There is already a key file at {file}: it is not overwritten. Move it away first, if it is the wrong one."
        )
        return 1
    print(
        "Type the sheet, line by line: the key itself, or its words, as many in a row as you like. An empty line ends."
    )
    try:
        text = typed(sys.stdin)
    except NotAllTyped as missing:
        print(f"Nothing was written. {missing}")
        return 1
    key_file.make(file, text)
    print(f"Made {file} (readable by you only).")
    return 0


def typed(rows: Iterable[str]) -> str:
    """The text of a key file. Says at each row what is wrong with it; raises NotAllTyped."""
    lines: list[str] = []
    words: list[str] = []
    for row in rows:
        row = row.strip()
        if not row and not words:
            break
        if not row:
            words = _started_again("This line has words missing. Type it again from its first word.")
        elif not words and _is_line(row):
            _add(lines, row)
        elif not row.startswith("#"):
            words = _more_words(lines, words, [token for token in row.split() if any(c.isalpha() for c in token)])
    if words:
        raise NotAllTyped("The last line has words missing.")
    return _whole(lines)


def _is_line(row: str) -> bool:
    return row.startswith((key_file.HASH, key_file.SECRET)) or key_file.is_encryption_key(row)


def _more_words(lines: list[str], words: list[str], more: list[str]) -> list[str]:
    """The words of a line so far; empty when the line is whole, or has to begin again."""
    words = [*words, *more]
    try:
        if len(words) < (key_words.wanted(words) or key_words.AROUND):
            _refuse_unknown(more)
            return words
        _add(lines, key_words.from_words(words))
    except key_words.NotTheWords as reason:
        return _started_again(f"{reason} Type this line again from its first word.")
    return []


def _refuse_unknown(more: list[str]) -> None:
    for word in more:
        if not key_words.is_word(word):
            key_words.from_words([*more[: more.index(word) + 1]])


def _started_again(why: str) -> list[str]:
    print(why)
    return []


def _add(lines: list[str], line: str) -> None:
    if line.startswith((key_file.HASH, key_file.SECRET)):
        lines[:] = [other for other in lines if other.partition(":")[0] != line.partition(":")[0]]
        print(f"  {line.partition(':')[0]}: taken")
    elif not key_file.is_encryption_key(line):
        print("This is not a key. Type it again.")
        return
    else:
        print(f"  encryption key {crypto.fingerprint(line)}: taken")
    if line not in lines:
        lines.append(line)


def _whole(lines: list[str]) -> str:
    text = "\n".join(("# keys of this installation, typed from the key sheet", *lines)) + "\n"
    found = key_file.parse(text)
    missing = [
        name
        for name, there in (("an encryption key", found.encryption), ("hash:…", found.hash), ("secret:…", found.secret))
        if not there
    ]
    if missing:
        raise NotAllTyped(f"Missing: {', '.join(missing)}.")
    return text
