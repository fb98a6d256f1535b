"""The nearest that are open now and accept people without documents, over 20,000 service locations, beside the plain loop over the same rows.

In one process, question by question in turn, the answers compared. The questions are spread over one working day, two minutes apart: what
was remembered of the hours grows old on the way, as it does in real life. Once a day, and after each change of the directory, a question
pays for reading it again: that is the first question, told apart.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench._load import BIN


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="baquiano-bench-") as folder:
        home = Path(folder)
        (home / "data" / "static").mkdir(parents=True)  # whitenoise warns of a missing folder
        around = {**os.environ, "BAQUIANO_HOME": str(home), "SEMANTIC": "0", "DATABASE_URL": "", "OMP_NUM_THREADS": "1"}
        around |= {"BAQUIANO_MODE": "demo", "DJANGO_SETTINGS_MODULE": "baquiano.config.settings"}
        subprocess.run([BIN / "django-admin", "migrate", "--verbosity", "0"], env=around, check=True)
        subprocess.run([sys.executable, "-m", "tests.bench._nearby"], env=around, check=True)


if __name__ == "__main__":
    main()
