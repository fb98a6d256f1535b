"""The reference of roles, written from accounts/matrix.yaml: no second list to keep in step.

python -m tests.docs.roles > docs/reference/roles.md
"""

from collections.abc import Iterable, Iterator

HEAD = """# Roles

Written by `python -m tests.docs.roles`; a test compares it with the code. Who may do what stands in one place, `src/baquiano/accounts/matrix.yaml`: role × relation × area ×
resource × action. Every door asks there: a route that the matrix does not name cannot be built, a refusal is written down and looks like “there is no such page”. A
director may lay changes over it, on screen; [how the walls stand](../explanation/walls.md) says how.
"""

RELATIONS = {
    "any": "no condition, or a thing without rows",
    "granted": "people they were given access to: a row of `people.Access` that holds now",
    "own_area": "things of the area of their membership, about people to whom they have access in that same area",
    "no_area": "things that belong to no area, about people they were given access to",
    "risk": "a risk to somebody's safety, whatever its area, about people they were given access to",
    "territory": "people of the part of the country of their membership, except those to be found only by who has access",
    "ownerless": "people to whom nobody who works here has access any more",
    "sealed": "conversations that tell of abuse by somebody of the team",
    "nobody_else": "complaints, when everybody else who handles them is concerned",
    "others": "done by somebody else: nobody reviews themselves",
}

FOOT = """## What to know

- **Permissions are not screens.** A permission may stand here before its screen does.
- **Two people.** Publishing a text or a translation needs somebody who did not write it, also when one person holds two roles; a danger text needs two
  signatures. Taking back needs one person and a reason. The answer to a rumour and an alert about a scam need two people as well; one alone
  takes them back, at once.
- **Only what was handed over.** Whoever may read conversations sees those that the assistant put before a person, not the others.
- **Complaints** about how people are treated are seen only by roles with `complaint.read`, until they are closed.
- **A role is for a time.** Ending a membership dates it; nothing deletes it. A volunteer is a membership with an end. A coordinator cannot end her own: somebody must remain.
- **A partner** has no role: they get a link, later. **A clinical supervisor** is a relation to one psychologist, later.
- **Nobody signs up.** The first coordinator is invited from the terminal (`baquiano invite coordinator`), the others by a coordinator or a director.
- Everybody who works here may see “what may I do”, change the password and the second factor. Whoever sees the team sees what each colleague may do, and why.
"""


def page() -> str:
    """The whole page. The registry must be ready (`django.setup`)."""
    return "\n".join((HEAD, *_roles(), *_relations(), *_permissions(), *_special(), FOOT))


def _roles() -> Iterator[str]:
    yield "| role | who |\n|---|---|"
    with translation.override("en"):
        yield from (f"| `{role.value}` | {SENTENCES[role]} |" for role in Role)
    yield ""


def _relations() -> Iterator[str]:
    yield "## On which rows\n\n| relation | means |\n|---|---|"
    yield from (f"| `{name}` | {means} |" for name, means in RELATIONS.items())
    yield ""


def _permissions() -> Iterator[str]:
    """One row per permission and condition: a table of twenty columns could not be read."""
    yield "## What each may do\n\nAreas between brackets bound it to things of those areas.\n\n| may | which rows | roles |\n|---|---|---|"
    held: dict[tuple[str, str], list[str]] = {}
    for cell in sorted(shipped().cells):
        held.setdefault((cell.permission, _which(cell.relation, cell.areas)), []).append(cell.role)
    for (permission, which), roles in sorted(held.items()):
        yield f"| `{permission}` | {which} | {_codes(role for role in Role.values if role in roles)} |"
    yield ""


def _which(relation: str, areas: tuple[str, ...]) -> str:
    return f"`{relation}[{', '.join(areas)}]`" if areas else f"`{relation}`"


def _special() -> Iterator[str]:
    held = shipped()
    yield f"## Shut until a second factor is on\n\nIn production, whatever the role: {_codes(sorted(held.second_factor))}. A demo does not ask. [How it works](../explanation/signing-in.md).\n"
    yield f"## Asked again\n\nFor these the password (and the code) must have been typed within the last five minutes: {_codes(sorted(held.step_up))}.\n"
    yield "## What no change can give\n\n| never | resources |\n|---|---|"
    yield from (f"| `{role}` | {_codes(sorted(held.never[role]))} |" for role in sorted(held.never))
    yield ""


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    import tests.conftest  # noqa: F401 - moves the house to a temporary folder, so that nothing in var/ is touched

from django.utils import translation  # noqa: E402 - the settings must be named before

from baquiano.accounts.matrix import shipped  # noqa: E402
from baquiano.accounts.models import Role  # noqa: E402
from baquiano.workspace.setup.words import SENTENCES  # noqa: E402

if __name__ == "__main__":
    print(page(), end="")
