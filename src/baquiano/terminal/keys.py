"""`baquiano keys new|sheet`: works before anything else does, because production does not start without keys."""

import argparse
import os
from pathlib import Path

from baquiano.lib import crypto

SHEET = """
KEY SHEET OF THIS INSTALLATION
==============================
Whoever holds this sheet and the database can read everything. Whoever loses it loses everything.
Print it twice, keep the copies in two places under lock, and never beside a backup.

{lines}

Written from: {file}
To restore: put these lines into a file and name it in BAQUIANO_KEYS_FILE.
"""


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="baquiano keys", description="Keys of this installation", epilog="Example: baquiano keys new"
    )
    parser.add_argument("what", choices=("new", "sheet"))
    parser.add_argument("--file", default=os.environ.get("BAQUIANO_KEYS_FILE", ""), help="where the keys are kept")
    given = parser.parse_args(arguments)
    file = Path(given.file or _default_file()).expanduser()
    return new(file) if given.what == "new" else sheet(file)


def _default_file() -> Path:
    home = os.environ.get("BAQUIANO_HOME") or str(Path(__file__).resolve().parents[3] / "var")
    return Path(home) / "keys" / "baquiano.keys"


def new(file: Path) -> int:
    if file.exists():
        print(
            f"There is already a key file at {file}: it is not overwritten. What it encrypted opens with nothing else."
        )
        return 1
    crypto.write_key_file(file, is_demo=False)
    print(f"Made {file} (readable by you only). Now print the sheet: baquiano keys sheet")
    return 0


def sheet(file: Path) -> int:
    if not file.exists():
        print(f"There is no key file at {file}. Make one with: baquiano keys new")
        return 1
    lines = "\n".join(line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    print(SHEET.format(lines=lines, file=file))
    print("When it is printed and put away, say so: baquiano doctor --key-sheet-printed")
    return 0
