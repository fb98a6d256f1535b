"""The reference of stored data, written from what every model declares in `PRIVACY`: no second list to keep in step.

python -m tests.docs.stored_data > docs/reference/stored-data.md
"""

from collections.abc import Iterator
from itertools import groupby

from baquiano.lib.privacy import Keeping, Kind

HEAD = """# Stored data

Written by `python -m tests.docs.stored_data`; a test compares it with the code. Every field of every table declares what it is, why it is kept and for how long. Below are
those that could lead to a person (**personal**) or harm one (**sensitive**). They are encrypted or kept as keyed hashes; the one exception is the user name of staff, who choose it.
Those marked **counted** stay readable, so that people can be counted and found again by them; [what that reveals](../explanation/privacy.md).

“while of use” means: as long as the row it belongs to is (accounts of staff).
"""

FOOT = """## What erases it

The loop `background`, within the hour: raw webhooks after their days, once they have been read; conversations with their messages, letters and address after their days without a
word; statuses of unknown letters after seven days; unanswered questions after their days, whatever became of them;
the door of a reported problem after its days. [What deleting does and does not reach](../explanation/privacy.md#borrar).

## What nothing erases yet

The audit trail (its days are declared; no loop acts on them), alerts, recoveries of staff. None of them holds a word that was said or a number.

## Tables of others

allauth keeps second factors of staff (`mfa_authenticator`: encrypted here). Its tables for e-mail addresses stay empty:
nobody is asked for one.
"""


def page() -> str:
    """The whole page. The registry must be ready (`django.setup`)."""
    return "\n".join((HEAD, *_tables(), FOOT))


def _tables() -> Iterator[str]:
    for (label, doc), rows in groupby(_fields(), key=lambda row: row[:2]):
        yield f"## {label}\n\n{doc}\n"
        yield "| field | kind | why | days |\n|---|---|---|---|"
        yield from (_line(name, keeping) for _, _, name, keeping in rows)
        yield ""


def _line(name: str, keeping: Keeping) -> str:
    return f"| `{name}` | {keeping.kind} | {keeping.purpose} | {keeping.days or 'while of use'} |"


def _fields() -> Iterator[tuple[str, str, str, Keeping]]:
    """Label of the model, the first line of its docstring, field, what it declares; in the order of the labels."""
    ours = (m for m in apps.get_models() if m.__module__.startswith("baquiano.") and not m._meta.proxy)
    for model in sorted(ours, key=lambda model: model._meta.label):
        declared: dict[str, Keeping] = getattr(model, "PRIVACY", {})
        first_line = (model.__doc__ or "").strip().splitlines()[0]
        for name, keeping in declared.items():
            if keeping.kind is not Kind.NONE:
                yield model._meta.label, first_line, name, keeping


if __name__ == "__main__":
    import tests.conftest  # noqa: F401 - moves the house to a temporary folder, so that nothing in var/ is touched

from django.apps import apps  # noqa: E402 - the settings must be named before

if __name__ == "__main__":
    print(page(), end="")
