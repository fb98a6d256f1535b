"""From the tables to folders that can be reviewed, compared and loaded elsewhere.

What was written here and came with no pack goes out as a pack of its own (`own_texts`).

A file whose values the tables still hold is copied from the pack's folder as people wrote it, comments and all; one that differs here is
written from the tables. What no table holds (search, heard sayings, FACTS.md, an invented organisation) is copied.
"""

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

from baquiano.accounts.audit import audit
from baquiano.knowledge.models import Article
from baquiano.lib.turnstile import writing
from baquiano.packs import own_texts, reading
from baquiano.packs.contents import PackFile
from baquiano.packs.held import held
from baquiano.packs.models import PackLoad
from baquiano.packs.rendering import files_of, said_in

BESIDE = ("FACTS.md", "LICENSE-NOTE.md")
"""Files beside the packs, which go with them."""


class CannotExport(Exception):
    """Nothing was written; says why."""


def export(target: Path, names: Sequence[str], *, progress: Callable[[str], None]) -> None:
    """Writes each pack (all that were loaded, when none is named) into a folder of its name, and what was written here beside them.

    Raises `CannotExport` before it writes.
    """
    own = own_texts.own_texts() if not names or own_texts.NAME in names else None
    loads = [load for load in _loads(names, own) if own is None or load.name != own.name]
    for name in [load.name for load in loads] + ([own.name] if own else []):
        if (target / name).exists():
            raise CannotExport(f"{target / name} is there already: name an empty folder.")
    target.mkdir(parents=True, exist_ok=True)
    for load in loads:
        from_tables, copied = _write(load, target / load.name)
        progress(f"{load.name}: {copied} files as they were, {from_tables} written from what is said here")
    for source in dict.fromkeys(_source(load).parent for load in loads):
        for name in BESIDE:
            if (source / name).is_file() and not (target / name).exists():
                shutil.copyfile(source / name, target / name)
    if own:
        _write_own(own, target / own.name)
        progress(f"{own.name}: {len(own.articles)} articles that were written here")
    with writing():
        for load in loads:
            audit(None, "pack.exported", load)
        for article in Article.objects.filter(pk__in=[file.id for file in own.articles] if own else []):
            audit(None, "article.exported", article)


def _write_own(own: PackFile, folder: Path) -> None:
    for name, text in files_of(own).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _loads(names: Sequence[str], own: PackFile | None) -> list[PackLoad]:
    loads = {load.name: load for load in PackLoad.objects.order_by("name")}
    if not loads and own is None:
        raise CannotExport("No pack was loaded here.")
    wanted = [name for name in names if own is None or name != own.name]
    for name in wanted:
        if name not in loads:
            raise CannotExport(f"{name} was never loaded here. There are: {', '.join(loads)}")
    found = [loads[name] for name in (wanted if names else loads)]
    for load in found:
        if not load.aside:
            raise CannotExport(f"{load.name} was loaded by an older program: load it once more, then export it.")
    return found


def _write(load: PackLoad, folder: Path) -> tuple[int, int]:
    """How many files were written from the tables, and how many copied."""
    here = held(load)
    rendered, said = files_of(here), said_in(here)
    source = _source(load)
    as_written = _as_written(source)
    for name, text in rendered.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if as_written.get(name) == said[name]:
            shutil.copyfile(source / name, path)
        else:
            path.write_text(text, encoding="utf-8")
    from_tables = sum(as_written.get(name) != said[name] for name in rendered)
    untabled = _untabled(source)
    for path in untabled:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, folder / path)
    return from_tables, len(rendered) - from_tables + len(untabled)


def _source(load: PackLoad) -> Path:
    """Where it was read last; if that is gone, where packs of this name are."""
    folder = Path(load.aside["folder"])
    return folder if (folder / "pack.yaml").is_file() else Path(settings.PACKS) / load.name


def _as_written(source: Path) -> dict[str, str]:
    """What the files of the pack's folder say, each file that can be read; nothing when the folder is not there."""
    pack = reading.read(source).pack if (source / "pack.yaml").is_file() else None
    said = said_in(pack) if pack else {}
    return {name: text for name, text in said.items() if (source / name).is_file()}


def _untabled(source: Path) -> list[Path]:
    paths = (path.relative_to(source) for path in source.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in paths if re.fullmatch(reading.UNTABLED, str(path)))
