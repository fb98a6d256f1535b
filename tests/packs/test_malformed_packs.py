"""Whatever a pack's files hold, `baquiano pack load` refuses it line by line, and what is said here stays as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from baquiano.knowledge.models import ArticleVersion, Translation, shelf_number
from tests.packs.small_pack import ARTICLE, TOPIC
from tests.packs.test_pack_loading import _all_rows

pytestmark = pytest.mark.django_db

Spoil = Callable[[Path], object]

ANOTHER_SOURCE = "\n  - {title: La prensa, code: B, says: Cuesta $20.000.}"


def _replaced(name: str, before: str, after: str) -> Spoil:
    def spoil(pack: Path) -> None:
        text = (pack / name).read_text(encoding="utf-8")
        assert before in text
        (pack / name).write_text(text.replace(before, after, 1), encoding="utf-8")

    return spoil


def _linked(pack: Path) -> None:
    (pack.parent / "elsewhere.md").write_text(ARTICLE, encoding="utf-8")
    (pack / "articles/permiso.md").unlink()
    (pack / "articles/permiso.md").symlink_to(pack.parent / "elsewhere.md")


MALFORMED: dict[str, tuple[Spoil, str]] = {
    "broken YAML": (
        _replaced("topics/permiso.yaml", "fichas: [CO-01]", "fichas: [CO-01"),
        "topics/permiso.yaml:5: YAML cannot be read",
    ),
    "a wrong date": (
        _replaced("articles/permiso.md", "known_on: 2025-10-01", "known_on: 2025-02-30"),
        "articles/permiso.md:7: known_on: should be a day that exists",
    ),
    "an unknown topic": (
        _replaced("articles/permiso.md", "topic: permiso", "topic: nada"),
        "articles/permiso.md:3: topic: there is no topic nada",
    ),
    "five megabytes": (
        lambda pack: (pack / "articles/permiso.md").write_text(ARTICLE + "x" * 5_000_000, encoding="utf-8"),
        "articles/permiso.md: is larger than 1000 kB",
    ),
    "an invented fact": (
        _replaced("articles/permiso.md", "cuesta $20.000", "cuesta $21.000"),
        "articles/permiso.md:28: CO-01 and the corrections do not give “$21.000”",
    ),
    "an invented fact in a translation": (
        _replaced("translations/permiso.yaml", "$20,000", "$21,000"),
        "translations/permiso.yaml:2: en: the Spanish article does not give “$21,000”",
    ),
    "an invented fact in what a source says": (
        _replaced("articles/permiso.md", "code: M}", f"code: M,\n     says: Cuesta $21.000.}}{ANOTHER_SOURCE}"),
        "articles/permiso.md:12: CO-01 and the corrections do not give “$21.000”",
    ),
    "a source that says too much": (
        _replaced("articles/permiso.md", "code: M}", f"code: M,\n     says: {'x' * 201}}}{ANOTHER_SOURCE}"),
        "articles/permiso.md:12: says has 201 characters; at most 200",
    ),
    "one source alone that says something": (
        _replaced(
            "articles/permiso.md", "code: M}", "code: M}\n  - {title: La prensa, code: B,\n     says: Es gratis.}"
        ),
        "articles/permiso.md:13: says: no other source says anything",
    ),
    "a way across, in what a source says": (
        _replaced("articles/permiso.md", "code: M}", f"code: M,\n     says: Pregunta a un coyote.}}{ANOTHER_SOURCE}"),
        "articles/permiso.md:12: “coyote” tells of a way",
    ),
    "a translation of nothing": (
        lambda pack: (pack / "translations/otro.yaml").write_text(
            "article: otro\nen: {title: a, first: b, short: c}\n", encoding="utf-8"
        ),
        "translations/otro.yaml: there is no article otro in this pack",
    ),
    "a hundred thousand lists": (
        lambda pack: (pack / "topics/permiso.yaml").write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8"),
        "topics/permiso.yaml:1: YAML cannot be read",
    ),
    "ten lines that unfold into a million": (
        lambda pack: (pack / "topics/permiso.yaml").write_text(f"a: &a [x]\nb: [*a, *a]\n{TOPIC}", encoding="utf-8"),
        "topics/permiso.yaml:1: YAML cannot be read: anchors",
    ),
    "a link out of the pack": (_linked, "articles/permiso.md: is a link"),
    "bytes that are no text": (
        lambda pack: (pack / "articles/permiso.md").write_bytes(b"---\nid: \xff\n---\n"),
        "articles/permiso.md: is not UTF-8",
    ),
    "an empty file": (
        lambda pack: (pack / "articles/permiso.md").write_text("", encoding="utf-8"),
        "articles/permiso.md:1: an article begins with",
    ),
    "a folder where a file should be": (
        lambda pack: (pack / "articles/otro.md").mkdir(),
        "articles/otro.md: cannot be opened",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_it_is_refused_with_its_line_and_nothing_changes(pack: Path, name: str) -> None:
    call_command("pack", "load", str(pack))
    before, shelf = _all_rows(), shelf_number()
    spoil, said = MALFORMED[name]
    spoil(pack)
    with pytest.raises(CommandError) as refusal:
        call_command("pack", "load", str(pack))
    assert refusal.value.returncode == 1
    assert f"norte/{said}" in str(refusal.value)
    assert _all_rows() == before
    assert shelf_number() == shelf
    assert ArticleVersion.objects.get().first_sentence == "El permiso cuesta $20.000."
    assert Translation.objects.count() == 4
