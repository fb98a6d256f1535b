"""The compiled messages are those of the sources, and Spanish, which is complete first, is complete."""

from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from tests.house.stairs import PACKAGE

SOURCES = sorted(PACKAGE.rglob("LC_MESSAGES/*.po"))


def _said(catalog: Catalog) -> dict[object, object]:
    """Plurals come as lists or as tuples, contexts as bytes or as text, according to who read them."""
    said = ((_text(message.context), _forms(message.id), _forms(message.string)) for message in catalog if message.id)
    return {(context, words): strings for context, words, strings in said if any(strings)}


def _text(context: object) -> object:
    return context.decode() if isinstance(context, bytes) else context


def _forms(words: object) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, list | tuple) else (str(words),)


def _language(path: Path) -> str:
    """`workspace/locale/es`: a room may bring its own."""
    return path.parents[1].relative_to(PACKAGE).as_posix()


def _is_missing(message: Message) -> bool:
    """Not translated yet, or only guessed: gettext then shows the English."""
    return message.fuzzy or not all(_forms(message.string))


def _stale(source: Path) -> bool:
    try:
        with source.open("rb") as file:
            written = read_po(file)
    except ValueError:  # a header that nobody filled in: "nplurals=INTEGER"
        return True
    for message in [message for message in written if message.id and _is_missing(message)]:
        written.delete(message.id, message.context)
    compiled = source.with_suffix(".mo")
    if not compiled.is_file():
        return True
    with compiled.open("rb") as file:
        return _said(read_mo(file)) != _said(written)


def test_the_messages_are_compiled() -> None:
    assert [_language(source) for source in SOURCES if _stale(source)] == [], "make messages"


def test_spanish_is_complete() -> None:
    missing: list[object] = []
    for source in [source for source in SOURCES if _language(source).endswith("/es")]:
        with source.open("rb") as file:
            missing += [message.id for message in read_po(file) if message.id and _is_missing(message)]
    assert missing == []


def test_a_changed_sentence_is_noticed(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Save"\nmsgstr "Guardar"\n'
    )
    assert _stale(source)
    with source.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(source.read_text().splitlines(keepends=True)))
    assert not _stale(source)
    source.write_text(source.read_text().replace("Guardar", "Grabar"))
    assert _stale(source)
