"""The `baquiano` command: our own recipes first, Django's behind them."""

import os
import sys
from pathlib import Path

from baquiano.terminal import keys

COMMANDS = (
    ("serve", "the web pages, the webhooks and the loops, on one address"),
    ("work", "only the loops (PostgreSQL: as many as you like)"),
    ("demo", "fill this installation with packs and clearly fictional people"),
    ("seed-load", "many people who do not exist, to see how it does with them"),
    ("chat", "talk with the assistant here in the terminal"),
    ("ask", "one question, or a file of questions, and what would be answered"),
    ("pack", "check and load what a country or an organisation knows"),
    ("hsds", "bring a directory of services in, write ours out, check a server"),
    ("evaluate", "how often the right topic is found, on your own file of questions"),
    ("learn", "fit the search again after topics or examples have changed"),
    ("channel", "set up a channel; replay a webhook body"),
    ("organisation", "who serves here: name, countries, hours"),
    ("safety", "how well danger is noticed, on labelled messages"),
    ("number", "emergency numbers, and who called them"),
    ("golive", "where the public is answered, and what is missing where it is not"),
    ("invite", "a link for the first coordinator"),
    ("audit", "whether the trail of who did what is as it was written"),
    ("doctor", "what is configured, what is missing, what to do"),
    ("keys", "make the key file; print the key sheet; replace the key"),
    ("backup", "everything here in one encrypted file, while it runs"),
    ("restore", "a backup put back, with the keys it was made with"),
    ("migrate", "bring the database up to date"),
)


def main() -> None:
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return
    if arguments[0] == "keys" and not keys.needs_the_house(arguments[1:]):
        sys.exit(keys.run(arguments[1:]))
    if arguments[0] == "restore" and "--help" not in arguments and not keys.are_at_hand():
        refusal = keys.ask_for_restore()  # the settings would make demo keys, and nothing would open
        if refusal:
            sys.exit(refusal)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baquiano.config.settings")
    # Set before numpy or the vector model is loaded: two threads were far slower on a busy machine.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # For the server this command becomes: what building the index needed for a moment goes back to the system.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", "131072")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - only once settings are named

    if arguments[0] == "seed-load":
        arguments[0] = "seed_load"  # a module cannot have a hyphen in its name
    execute_from_command_line([Path(sys.argv[0]).name, *arguments])


def overview() -> str:
    width = max(len(name) for name, _ in COMMANDS)
    rows = "\n".join(f"  baquiano {name:<{width}}  {what}" for name, what in COMMANDS)
    return f"Baquiano: someone who knows the paths.\n\n{rows}\n\nEach has --help with an example."
