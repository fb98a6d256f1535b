"""A small newsroom: the small house of the site, and the forms an editor fills in."""

from django.test import Client

from baquiano.knowledge.models import ArticleVersion, Translation
from baquiano.safety.models import CrisisText

DESK = "/workspace/editorial/"
SISBEN = f"{DESK}articles/co_sisben/"
BATCH = f"{DESK}proposals/co_sisben/"
PAGE = "/es/co/co_sisben/"
NEW_SENTENCE = "La encuesta es gratis y ahora se pide por internet."


def fields(**other: str) -> dict[str, str]:
    """A complete text, as the form sends it."""
    return {
        "do": "submit",
        "seen": "",
        "title": "Inscribirse en el Sisbén",
        "first_sentence": NEW_SENTENCE,
        "short_answer": "Ordena a los hogares.\r\n\r\nNo es un subsidio.",
        "section_steps": "Entra a la página.\r\nPide la encuesta.\r\n",
        "source_0_title": "La autoridad",
        "source_0_url": "https://autoridad.example/",
        "source_0_dated_on": "2026-10-01",
        "change_note": "Ahora es por internet.",
        "is_material": "on",
        **other,
    }


def proposed(article: str = "co_sisben") -> ArticleVersion:
    return ArticleVersion.objects.get(article=article, number=1)


def adopt(browser: Client, version: ArticleVersion) -> None:
    page = f"{DESK}proposals/{version.article.topic_id}/adopt/"
    assert browser.post(page, {"version": version.pk}).status_code == 302


def approve(browser: Client, version: ArticleVersion, **checked: str) -> None:
    page = f"{DESK}proposals/{version.article.topic_id}/approve/"
    named = {f"{name}_{version.pk}": value for name, value in checked.items()}
    assert browser.post(page, {"version": version.pk, **named}).status_code == 302


def in_creole(version: ArticleVersion, **other: object) -> Translation:
    return Translation.objects.create(
        version=version,
        language="ht",
        number=1,
        title="Enskripsyon nan Sisbén",
        first_sentence="Ankèt la gratis.",
        short_answer="Li mete fanmi yo nan lòd.",
        origin="pruebas",
        **other,
    )


def value_of(text: CrisisText) -> str:
    """What the form sends: which words of which text."""
    return f"{text.pk}:{text.words}"
