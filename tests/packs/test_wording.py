"""The assistant's fixed sentences: whole in five languages, short enough, and said in words the engine obeys."""

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest
import yaml

import baquiano.engine
from baquiano.engine.nearby import NEEDS, REASONS
from baquiano.engine.universal import Universal, universal, yes_or_no
from baquiano.lib.text import fold

PACKS = Path(__file__).parents[2] / "packs"
ENGINE = Path(baquiano.engine.__file__).parent
LANGUAGES = ("es", "en", "pt", "fr", "ht")
COUNTRIES = ("colombia", "chile")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Said around the engine's answers by the rooms above it (conversations, the web chat, the renderers).
FURNITURE = _set(
    "free_note list_button team_person taken_over handed_back person_left late_note conversation_expired too_long "
    "in_spanish demo_mark official_link or source caution closed past_trust verified_on reference_date reference_undated "
    "heading.steps heading.documents heading.cost heading.time heading.who_can heading.who_cannot heading.if_refused "
    "heading.do_not_sign heading.unknown heading.long heading.where heading.options heading.risks rest_in_spanish "
    "passed_on put_aside surge_wait surge_wait_unknown unconfirmed figures_past expired danger_unsigned rumour fraud_alert join_code template.answered template.reminder template.news changed_notice changed_then pick.changed consent.notice.v1 consent.contact.v1 "
    "consent.sensitive.v1 consent.sensitive.v2 consent.share.v1 consent.image.v1 consent.research.v1 consent.news.v1 document_asked area.legal area.medical "
    "area.psychological area.social data.name data.contact data.age data.gender data.nationality data.place data.language data.population data.document "
    "data.family data.need data.migratory data.health data.disability data.mental_health data.ethnicity data.socioeconomic share_for.care "
    "share_for.procedure share_for.aid share_for.work document.passport document.national_id document.birth document.other document_for.procedure "
    "document_for.legal document_for.health document_for.referral when.today when.tomorrow when.weekday when.unknown weekday.0 weekday.1 "
    "weekday.2 weekday.3 weekday.4 weekday.5 weekday.6 "
    "near_found near_found_here near_far near_far_here near_more near_none near_none_here near_wrong_which near_there near_gone near_gone_name"
)
MAY_BE_BUTTONS = _set(
    "list_button pick.useful_yes pick.useful_no pick.person pick.menu pick.details pick.yes pick.no_menu pick.no "
    "pick.join_have pick.join_give pick.danger pick.contact_yes pick.contact_hour pick.contact_no pick.forget_yes pick.forget_no pick.changed pick.departments"
)
BUTTON, ROW, SENTENCE, GREETING = 20, 24, 300, 420  # UTF-16 units, as Meta counts
LOCK_SCREEN = 40
LONG_NAME = "Corporación de Acompañamiento a Personas en Movilidad (demo)"
WITH_THE_DANGER_TEXTS = frozenset({"not_told"})  # in safety/crisis.*.yaml, beside the texts it follows
NOT_COMMANDS = frozenset({"CERRADA", "CLOSED", "ENCERRADO", "FERMÉ", "FÈMEN", "DEMO"})
ONLY_OUTSIDE_SPANISH = frozenset(
    {"language_changed", "in_spanish", "rest_in_spanish"}
)  # "some answers are only in Spanish"

# Folded beginnings of words. The first kind is never written; the second never where a locked screen shows it.
NEVER_NAMED = tuple(
    _set(
        "violen vyolan polic lapolis vih hiv sida refugi refij suicid suisid viol abus maltrat agres golpe asylum azil asilo "
        "deport trata traffick"
    )
)
NOT_ON_THE_LOCK_SCREEN = tuple(_set("peligr danger perigo danje emergenc urgenc ijans salvo seguro safe abri sekirite"))
PROMISES = ("garantiz", "garante", "garanti", "guarantee", "te daremos", "le daremos", "we will give you", "n ap ba ou")

TU = _set(
    "tú tu tus te ti tuyo tuya contigo eres estás puedes quieres tienes necesitas escribes escribiste sigues vuelves "
    "escribe elige llama mira habla cuenta cuéntame responde prueba perdona quédate acércate divídelo bórralos borra "
    "orientarte decirte darte pedirte servirte estés esperes decidas firmes pagues quieras"
)
USTED = _set("usted escriba elija llame cuénteme cuente borre mire hable decida firme espere")


def test_the_five_languages_have_the_same_sentences() -> None:
    for language in LANGUAGES:
        assert set(_wording(language)) == set(_wording("es")), language


def test_every_sentence_the_engine_says_is_written_and_none_is_written_for_nothing() -> None:
    assert set(_wording("es")) == (_said_by_the_engine() - WITH_THE_DANGER_TEXTS) | FURNITURE


def test_the_engine_was_really_read() -> None:
    """Guards the reading of the code, not the wording: a key behind a variable and one behind an f-string are found."""
    said = _said_by_the_engine()
    assert {"greeting", "person_coming", "person_later", "safe_place", "menu"} <= said
    assert {"pick.menu", "pick.no_menu", "pick.country.CO", "pick.language.ht", "pick.branch.movilidad"} <= said


def test_every_branch_of_the_topics_has_a_title() -> None:
    assert {f"pick.branch.{branch}" for branch in (*_branches(), "other")} <= set(_wording("es"))


@pytest.mark.parametrize(
    "path", sorted(PACKS.glob("*/wording/*.yaml")), ids=lambda path: f"{path.parts[-3]}-{path.stem}"
)
def test_a_file_is_a_flat_list_of_texts_with_no_key_twice(path: Path) -> None:
    root = yaml.compose(path.read_text(encoding="utf-8"))
    assert isinstance(root, yaml.MappingNode)
    times = Counter(key.value for key, _ in root.value)
    assert [key for key, often in times.items() if often > 1] == []
    for key, text in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        assert isinstance(key, str), key
        assert isinstance(text, str), f"{key} is not a text: write it in quotes"
        assert text == text.strip() == unicodedata.normalize("NFC", text), key
        assert text or key in ("in_spanish", "rest_in_spanish"), f"{key} is empty"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_placeholders_are_those_of_the_spanish(language: str) -> None:
    for key, text in _wording(language).items():
        if not (key in ("in_spanish", "rest_in_spanish") and language == "es"):
            assert _placeholders(text) == _placeholders(_wording("es")[key]), key


def test_only_other_languages_say_that_the_answer_is_in_spanish() -> None:
    assert _wording("es")["in_spanish"] == ""
    assert all(_wording(language)["in_spanish"] for language in LANGUAGES if language != "es")


def test_sentences_are_short() -> None:
    for name, key, text in _all_said():
        if key == "greeting":
            assert _units(text.format(organisation=LONG_NAME)) <= GREETING, f"{name} {key}"
        else:
            assert _units(text) <= SENTENCE, f"{name} {key}: {_units(text)}"


def test_a_kind_of_consent_with_its_day_fits_a_row() -> None:
    for name, key, text in _all_said():
        if key.startswith("pick.agreed."):
            assert _units(text.format(date="24-11-2026")) <= ROW, f"{name} {key}"


def test_a_sentence_stays_short_and_whole_once_it_is_filled() -> None:
    for name, wording in _spoken().items():
        days = [
            wording["when.weekday"].format(weekday=wording[f"weekday.{n}"], day="23-11", time="08:00") for n in range(7)
        ]
        soon = [wording["when.today"].format(time="08:00"), wording["when.tomorrow"].format(time="08:00")]
        for when in (*days, *soon, wording["when.unknown"]):
            said = wording["person_later"].format(when=when)
            assert when in said and _units(said) <= SENTENCE, f"{name}: {when}"
        assert wording["taken_over"].format(name=wording["team_person"])[0].isupper(), name


def test_titles_fit_a_row_and_those_that_may_be_buttons_fit_a_button() -> None:
    for name, key, text in _all_said():
        if key.startswith("pick."):
            assert _units(text) <= ROW, f"{name} {key}: {_units(text)}"
        if key in MAY_BE_BUTTONS:
            assert _units(text) <= BUTTON, f"{name} {key}: {_units(text)}"


def test_no_two_titles_read_the_same() -> None:
    """WhatsApp refuses two buttons that read the same, and a person could not tell them apart."""
    for name, wording in _spoken().items():
        titles = Counter(text for key, text in wording.items() if key.startswith("pick."))
        assert [title for title, often in titles.items() if often > 1] == [], name


def test_a_locked_screen_gives_nothing_away() -> None:
    for name, key, text in _all_said():
        if key == "pick.danger":
            continue
        words = fold(text).split()
        assert not [word for word in words if word.strip('«"“(').startswith(NEVER_NAMED)], f"{name} {key}"
        shown = fold(text[:LOCK_SCREEN]).split()
        assert not [word for word in shown if word.strip('«"“(¿').startswith(NOT_ON_THE_LOCK_SCREEN)], f"{name} {key}"


def test_nothing_is_promised() -> None:
    for name, key, text in _all_said():
        assert not [promise for promise in PROMISES if promise in fold(text)], f"{name} {key}"


def test_no_emoji_but_the_two_thumbs_and_no_markup_of_one_channel() -> None:
    for name, key, text in _all_said():
        signs = {character for character in text if unicodedata.category(character) in ("So", "Sk", "Cn", "Cs")}
        assert signs <= {"👍", "👎"}, f"{name} {key}"
        assert not set("*_~`") & set(Formatter().vformat(text, (), _Blank())), f"{name} {key}"


def test_a_word_in_capitals_is_one_that_the_engine_obeys() -> None:
    for name, key, text in _all_said():
        for word in _capitals(text):
            assert universal(word) is not None, f"{name} {key}: {word}"


def test_every_language_offers_the_same_ways_out() -> None:
    for key in _wording("es"):
        meanings = {language: _commands(_wording(language)[key]) for language in LANGUAGES}
        if key in ONLY_OUTSIDE_SPANISH:
            del meanings["es"]
        assert len(set(map(frozenset, meanings.values()))) == 1, f"{key}: {meanings}"


def test_the_greeting_says_how_to_go_back_reach_a_person_change_language_leave_and_erase() -> None:
    expected = {Universal.MENU, Universal.PERSON, Universal.LANGUAGE, Universal.LEAVE, Universal.FORGET}
    for name, wording in _spoken().items():
        assert _commands(wording["greeting"]) == expected, name


def test_the_greeting_names_the_other_four_languages() -> None:
    for language in LANGUAGES:
        wording = _wording(language)
        for other in LANGUAGES:
            own_name = wording[f"pick.language.{other}"].split()[0]
            assert (own_name in wording["greeting"]) is (other != language), f"{language}: {other}"


def test_a_title_typed_instead_of_tapped_means_the_same() -> None:
    for name, wording in _spoken().items():
        assert universal(wording["pick.menu"]) is Universal.MENU, name
        assert universal(wording["pick.person"]) is Universal.PERSON, name
        assert yes_or_no(wording["pick.yes"]) is True, name


def test_the_answer_to_a_voice_note_names_the_danger_choice_as_it_is_written() -> None:
    for name, wording in _spoken().items():
        assert wording["pick.danger"] in wording["cannot_read"], name


@pytest.mark.parametrize("pack", COUNTRIES)
def test_a_country_replaces_only_what_it_says_another_way(pack: str) -> None:
    ours = _wording("es")
    for key, text in _file(pack, "es").items():
        assert key in ours, key
        assert text != ours[key], f"{key} is the same sentence"
        assert _placeholders(text) == _placeholders(ours[key]), key
        assert _commands(text) == _commands(ours[key]), key


def test_colombia_is_addressed_as_usted_and_chile_as_tu() -> None:
    spoken = _spoken()
    for key, text in spoken["es-colombia"].items():
        assert not _words(text) & TU, f"{key}: {_words(text) & TU}"
    for name in ("es", "es-chile"):
        for key, text in spoken[name].items():
            assert not _words(text) & USTED, f"{name} {key}: {_words(text) & USTED}"


# Reading the files ---------------------------------------------------------------------------------------------------


@cache
def _file(pack: str, language: str) -> dict[str, str]:
    path = PACKS / pack / "wording" / f"{language}.yaml"
    read: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def _wording(language: str) -> dict[str, str]:
    return _file("comun", language)


def _spoken() -> dict[str, dict[str, str]]:
    """What is really said: each language, and Spanish as each country says it."""
    countries = {f"es-{pack}": _wording("es") | _file(pack, "es") for pack in COUNTRIES}
    return {language: _wording(language) for language in LANGUAGES} | countries


def _all_said() -> Iterator[tuple[str, str, str]]:
    for name, wording in _spoken().items():
        for key, text in wording.items():
            yield name, key, text


def _branches() -> set[str]:
    topics = chain.from_iterable((PACKS / pack / "topics").glob("*.yaml") for pack in ("comun", *COUNTRIES))
    found = (re.search(r"^branch: (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE) for path in topics)
    return {branch[1] for branch in found if branch}


class _Blank(dict[str, str]):
    """Fills every placeholder with a letter, so that only our own words are looked at."""

    def __missing__(self, key: str) -> str:
        return "x"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _capitals(text: str) -> set[str]:
    return {word for word in re.findall(r"\w{4,}", text) if word.isupper() and not word.isdecimal()} - NOT_COMMANDS


def _commands(text: str) -> set[Universal | None]:
    return {universal(word) for word in _capitals(text)}


# Reading the engine: which keys it says, from `Say(…)` and `Pick(…, label)` ---------------------------------------------


@cache
def _said_by_the_engine() -> frozenset[str]:
    expanded = {
        "branch.": sorted(_branches()),
        "language.": list(LANGUAGES),
        "agreed.": ["contact", "sensitive", "share", "image", "reminders", "news", "research"],  # followed by the day
        "topic.": [],  # a topic names itself, in its own file; an article too
        "version.": [],
        "country.": ["CO", "CL"],
        "need.": list(NEEDS),
        "wrong.": list(REASONS),
        "place.": [],  # so do a municipality and a service
        "service.": [],
        "named.": [],
    }
    said: set[str] = set()
    for path in sorted(ENGINE.glob("*.py")):
        for scope in ast.parse(path.read_text(encoding="utf-8")).body:
            for call in _calls(scope, "Say"):
                said |= _texts(_argument(call, 0, "key"), scope, expanded)
            for call in _calls(scope, "Pick"):
                said |= {f"pick.{label}" for label in _texts(_argument(call, 1, "label"), scope, expanded)}
    return frozenset(said)


def _calls(scope: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def _argument(call: ast.Call, place: int, name: str) -> ast.expr:
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return named[0] if named else call.args[place]


def _texts(node: ast.expr, scope: ast.AST, expanded: dict[str, list[str]]) -> set[str]:
    """Every text the expression can be. Fails on a form it cannot read: then this reading must learn it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _texts(node.body, scope, expanded) | _texts(node.orelse, scope, expanded)
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        prefix = str(node.values[0].value)
        return {f"{prefix}{ending}" for ending in expanded[prefix]}
    if isinstance(node, ast.Name):
        assigned = list(_assigned(scope, node.id))
        assert assigned, f"line {node.lineno}: where does {node.id} come from?"
        return set().union(*(_texts(value, scope, expanded) for value in assigned))
    raise AssertionError(f"line {node.lineno}: a key that cannot be read from the code")


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            yield node.value
