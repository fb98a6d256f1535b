"""The documentation says what the program does: every name that is read here is looked for there, and the other way round."""

import importlib
import re
from argparse import Action, ArgumentParser
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from baquiano.accounts.matrix import shipped
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.engine.danger import Danger, Level
from baquiano.engine.safety import KIND_ORDER
from baquiano.engine.said import Outcome
from baquiano.engine.universal import _BY_WORD, Universal, universal
from baquiano.lib import faults
from baquiano.packs.contents import BRANCHES, LANGUAGES, SECTIONS
from baquiano.safety.actions import WITHIN
from baquiano.terminal.loops import LOOPS
from baquiano.terminal.main import COMMANDS
from baquiano.territory.codes import POPULATIONS, STAGES
from tests.docs import roles, stored_data
from tests.house.stairs import PACKAGE, PROJECT

DOCS = PROJECT / "docs"
READMES = (PROJECT / "README.md", PROJECT / "README.es.md")
PAGES = sorted((*READMES, PROJECT / "CONTRIBUTING.md", *DOCS.rglob("*.md")))
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))

# Images the pages show that nobody has taken yet. Take the name off when the file is there.
PENDING_IMAGES: frozenset[str] = frozenset()  # images that a page may name before they exist

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_VARIABLE = re.compile(r"\"(BAQUIANO_[A-Z_]+|DATABASE_URL|SEMANTIC|\w+_NUM_THREADS|MALLOC_\w+)\"")
_DJANGOS_OWN = ("-h", "--help", "--version", "-v", "--settings", "--pythonpath", "--traceback", "--no-color",
                "--force-color", "--skip-checks")  # fmt: skip


def _name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def _text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def _rows(text: str, first_cell: str) -> list[list[str]]:
    """The rows of the table whose head begins with this cell, cells without blanks around them."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_cell} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def _words(cell: str) -> list[str]:
    """What stands between backticks; a line break in it is a blank."""
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", cell)]


def _firsts(text: str, first_cell: str) -> list[str]:
    return [_words(row[0])[0] for row in _rows(text, first_cell)]


def _anchor(heading: str) -> str:
    bare = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return bare.replace(" ", "-")


def _without_code(text: str) -> str:
    return _FENCE.sub("", text)


def _section(text: str, heading: str) -> str:
    """From a heading to the next one of its level or above."""
    level = heading.partition(" ")[0]
    _, _, after = f"\n{text}".partition(f"\n{heading}\n")
    assert after, f"there is no heading “{heading}”"
    return re.split(rf"^#{{1,{len(level)}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


# Settings ----------------------------------------------------------------------------------------------------------------


READERS = (
    "config/environment.py",
    "lib/faults.py",
    "terminal/keys.py",
    "terminal/main.py",
    "terminal/examination.py",
    "terminal/postgres_tools.py",
)


def _variables_read() -> set[str]:
    """Names of variables as they stand between quotes wherever the environment is read."""
    return {name for reader in READERS for name in _VARIABLE.findall((PACKAGE / reader).read_text(encoding="utf-8"))}


def _variables_documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", _text("docs/reference/settings.md"), re.MULTILINE))


def test_nothing_else_of_the_program_reads_the_environment() -> None:
    """A variable read in another file would escape the comparison below. `settings.py` hands it whole to `environment.py`."""
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\bos\.environ\b|\bgetenv\b", path.read_text(encoding="utf-8"))
    }
    assert readers - {"config/settings.py", "config/serving.py"} <= set(READERS)


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    read = _variables_read()
    assert {"BAQUIANO_MODE", "DATABASE_URL", "SEMANTIC", "BAQUIANO_KILL_AT", "BAQUIANO_SECRET_KEY"} <= read
    for_make = set(re.findall(r"^(?:export )?([A-Z]+) \?=", _text("Makefile"), re.MULTILINE))
    assert _variables_documented() == read | for_make


def test_every_refusal_of_the_surroundings_is_explained() -> None:
    """Whatever `check` says begins with words that stand in the table of refusals."""
    told = " ".join(re.sub(r"[`*]", "", " ".join(row)) for row in _rows(_text("docs/how-to/production.md"), "refusal"))
    source = (PACKAGE / "config" / "environment.py").read_text(encoding="utf-8").partition("def check")[2]
    production_only = source.partition("is_production")[2]
    for refusal in re.findall(r"append\(\"([^:.]+)", production_only):
        assert refusal.replace("must begin", "does not begin").removesuffix(" in production") in told, refusal


# Commands and recipes ----------------------------------------------------------------------------------------------------


def _parsers(command: ArgumentParser) -> list[ArgumentParser]:
    """The parser and those of its verbs."""
    nested = [
        parser for action in command._actions if isinstance(action.choices, dict) for parser in action.choices.values()
    ]
    return [command, *nested]


def _said(action: Action) -> str:
    return next((option for option in action.option_strings if option.startswith("--")), action.dest)


def _arguments(name: str) -> set[str]:
    command = load_command_class("baquiano.terminal", name)
    assert isinstance(command, BaseCommand)
    parser = command.create_parser("baquiano", name)
    actions = [action for one in _parsers(parser) for action in one._actions]
    own = {_said(action) for action in actions if not set(action.option_strings) & set(_DJANGOS_OWN)}
    verbs = {verb for action in parser._actions if isinstance(action.choices, dict) for verb in action.choices}
    return (own | verbs) - {"verb", "kind", "file"}


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_has_its_section_with_all_it_takes(name: str) -> None:
    section = _section(_text("docs/reference/commands.md"), f"## `baquiano {name}`")
    module = name.replace("-", "_")
    ours = get_commands().get(module) == "baquiano.terminal"
    before_the_house = {"keys": {"new", "sheet", "type", "--file", "--pdf"}}.get(name, set())
    wanted = before_the_house | (_arguments(module) if ours else set())
    told = set(re.findall(r"(?<![\w-])(?:--)?[a-z][\w-]*", section))
    assert wanted - told == set()


def test_no_command_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"^## `baquiano ([\w-]+)`", _text("docs/reference/commands.md"), re.MULTILINE))
    assert documented == {name for name, _ in COMMANDS}
    ours = {name for name, app in get_commands().items() if app == "baquiano.terminal"}
    assert ours <= {name.replace("-", "_") for name in documented}


def test_every_recipe_is_documented_and_every_documented_one_exists() -> None:
    recipes = set(re.findall(r"^([a-z]+):.*##", _text("Makefile"), re.MULTILINE)) | set(
        re.findall(r"^\.PHONY: ([a-z]+)", _text("Makefile"), re.MULTILINE)
    )
    assert {row.removeprefix("make ") for row in _firsts(_text("docs/reference/commands.md"), "recipe")} == recipes


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_names_only_commands_and_recipes_that_exist(page: Path) -> None:
    """In code and between backticks: prose may speak of the future."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join([*(body for _, body in _FENCE.findall(text)), *_words(_without_code(text))])
    commands = set(get_commands()) | {name for name, _ in COMMANDS}
    typed = re.findall(
        r"(?:^|[\s;]|/bin/)(?<!-[ugo] )(?<!--owner )baquiano ([a-z][\w-]+)", re.sub(r"#.*", "", code), re.MULTILINE
    )
    assert {name for name in typed if name not in commands} == set()
    recipes = set(re.findall(r"^([a-z]+):", _text("Makefile"), re.MULTILINE))
    assert (
        set(re.findall(r"(?:^|\s)make (?:-C \S+ )?([a-z]+)", re.sub(r"#.*", "", code), re.MULTILINE)) - {"git"}
        <= recipes
    )


# Roles, channels, kill points, words ------------------------------------------------------------------------------------


def test_roles_are_what_the_matrix_says() -> None:
    assert _text("docs/reference/roles.md") == roles.page(), (
        "write it again: python -m tests.docs.roles > docs/reference/roles.md"
    )


def test_every_relation_of_the_matrix_is_explained() -> None:
    assert {cell.relation for cell in shipped().cells} <= set(roles.RELATIONS)


def test_every_kind_of_channel_is_documented_and_whether_it_sends() -> None:
    rows = _rows(_text("docs/how-to/add-a-channel.md"), "kind")
    assert {_words(row[0])[0]: "nothing is sent" not in row[2] for row in rows} == {
        kind: sender_of(kind) is not None for kind in Channel.ChannelKind.values
    }
    assert all((PACKAGE / _words(row[1])[0]).is_dir() for row in rows)


def test_every_kill_point_is_documented_in_the_order_of_the_path() -> None:
    assert tuple(_firsts(_text("docs/reference/message-path.md"), "point")) == faults.POINTS


def test_the_times_of_the_path_are_those_of_the_code() -> None:
    for name, seconds, _ in _rows(_text("docs/reference/message-path.md"), "constant"):
        module, _, constant = _words(name)[0].rpartition(".")
        assert getattr(importlib.import_module(f"baquiano.{module}"), constant) == int(seconds), name


def test_every_loop_is_documented_with_its_pause() -> None:
    told = {
        _words(row[0])[0]: row[2].partition(" s")[0] for row in _rows(_text("docs/reference/message-path.md"), "loop")
    }
    assert told == {loop.name: f"{loop.pause:g}" for loop in LOOPS}


def test_every_universal_word_is_documented_under_its_meaning_and_works() -> None:
    told: dict[str, str] = {}
    for meaning, *cells in _rows(_text("docs/reference/engine.md"), "word"):
        assert len(cells) == len(LANGUAGES) + 1
        assert all(_words(cell) for cell in cells[:-1]), f"{meaning}: a language has no word for it"
        told |= {word: _words(meaning)[0] for cell in cells[:-1] for word in _words(cell)}
    assert told == {word: str(meaning) for word, meaning in _BY_WORD.items()}
    assert {word: universal(word) for word in told} == {word: Universal(meaning) for word, meaning in told.items()}


def _in_words(within: timedelta) -> str:
    minutes = int(within.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 60 else f"{minutes // 60} hours"


def test_levels_kinds_and_outcomes_are_those_of_the_engine() -> None:
    text = _text("docs/reference/engine.md")
    levels = {_words(row[0])[0]: row[1] for row in _rows(text, "level")}
    assert levels == {str(level): _in_words(WITHIN[level]) for level in Level}
    assert tuple(_firsts(text, "kind")) == tuple(str(kind) for kind in KIND_ORDER)
    assert set(KIND_ORDER) == set(Danger)
    for page in (text, _text("docs/reference/commands.md")):
        assert {str(outcome) for outcome in Outcome} <= set(_words(_without_code(page)))


def test_what_a_pack_may_hold_is_documented() -> None:
    told = set(_words(_without_code(_text("docs/how-to/write-a-pack.md"))))
    assert {*BRANCHES, *SECTIONS, *LANGUAGES, *POPULATIONS, *STAGES} <= told


def test_the_number_of_topics_told_to_newcomers_is_that_of_the_packs() -> None:
    topics = len(list((PROJECT / "packs").glob("*/topics/*.yaml")))
    assert [re.findall(r"\b(\d+) (?:topics|temas)\b", page.read_text(encoding="utf-8")) for page in READMES] == [
        [str(topics)],
        [str(topics)],
    ]


def test_stored_data_is_what_the_models_declare() -> None:
    assert _text("docs/reference/stored-data.md") == stored_data.page(), (
        "write it again: python -m tests.docs.stored_data > docs/reference/stored-data.md"
    )


# Pages ---------------------------------------------------------------------------------------------------------------------


def _targets(page: Path) -> list[tuple[Path, str]]:
    """(file, anchor) of every link and image that stays in the repository."""
    found = []
    for link in _LINK.findall(_without_code(page.read_text(encoding="utf-8"))):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, anchor = link.partition("#")
        found.append(((page.parent / file).resolve() if file else page, anchor))
    return found


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_and_image_leads_somewhere(page: Path) -> None:
    for file, anchor in _targets(page):
        if _name(file) in PENDING_IMAGES:
            continue
        assert file.exists(), f"{_name(page)} points to {_name(file)}"
        if anchor:
            headings = {
                _anchor(heading) for heading in _HEADING.findall(_without_code(file.read_text(encoding="utf-8")))
            }
            assert anchor in headings, f"{_name(page)}: {_name(file)} has no heading #{anchor}"


def test_no_image_is_pending_that_is_already_there_or_that_nobody_shows() -> None:
    shown = {_name(file) for page in PAGES for file, _ in _targets(page)}
    assert {name for name in PENDING_IMAGES if (PROJECT / name).exists()} == set()
    assert shown >= PENDING_IMAGES


def test_every_page_can_be_reached_from_the_index() -> None:
    index = DOCS / "index.md"
    reached, waiting = {index}, [index]
    while waiting:
        for file, _ in _targets(waiting.pop()):
            if file.suffix == ".md" and file not in reached and file.exists():
                reached.add(file)
                waiting.append(file)
    assert {_name(page) for page in DOCS.rglob("*.md")} <= {_name(page) for page in reached}


@pytest.mark.parametrize("page", DECISIONS, ids=_name)
def test_every_decision_has_its_three_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert all(_section(text, f"## {part}").strip() for part in ("Context", "Decision", "Consequences"))
    assert text.startswith(f"# {int(page.name[:4])}. ")


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def _commands(page: Path) -> list[str]:
    """What a reader would type, without the explanation behind it."""
    blocks = [body for language, body in _FENCE.findall(page.read_text(encoding="utf-8")) if language == "sh"]
    return [line.partition(" #")[0].strip() for body in blocks for line in body.splitlines() if line.strip()]


def test_both_readmes_carry_the_same_commands() -> None:
    english, spanish = map(_commands, READMES)
    assert english[:2] == ["make demo", "make test"]
    assert english == spanish


def test_both_readmes_show_the_same_pictures_and_lead_to_the_same_pages() -> None:
    english, spanish = ({file for file, _ in _targets(page)} for page in READMES)
    assert english - {READMES[1]} == spanish - {READMES[0]}
    assert READMES[1] in english
    assert READMES[0] in spanish
