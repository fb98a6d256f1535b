"""An article that nobody has written yet: the form that opens it, and what two people do until it is said."""

from typing import Any

from django.test import Client

from baquiano.knowledge.models import ArticleVersion
from tests.workspace.newsroom import DESK, fields

ARTICLES = f"{DESK}articles/"
NEW = f"{ARTICLES}new/"
BUS = f"{ARTICLES}cl_tarjeta_bus/"
PUBLIC = "/es/cl/cl_tarjeta_bus/"
TITLE = "La tarjeta del bus"
ASKED = "dónde consigo la tarjeta para subir al bus"


def plan(**other: str) -> dict[str, str]:
    """The form of an article in a new topic."""
    return {
        "title": TITLE,
        "topic": "",
        "new_title": TITLE,
        "new_label": "Tarjeta del bus",
        "new_branch": "derechos",
        "new_country": "CL",
        "territory": "",
        **other,
    }


def in_a_topic(topic: str = "cl_fonasa", **other: str) -> dict[str, str]:
    """The form of an article in a topic that is there."""
    return {
        "title": TITLE,
        "topic": topic,
        "new_title": "",
        "new_label": "",
        "new_branch": "",
        "new_country": "",
        **other,
    }


def publish(edus_browser: Client, ritas_browser: Client, article: str = "cl_tarjeta_bus") -> ArticleVersion:
    """Edu writes it and hands it in, Rita approves it."""
    seen = edus_browser.get(f"{ARTICLES}{article}/edit/").context["seen"]
    words = fields(
        seen=seen,
        title=TITLE,
        first_sentence="La tarjeta del bus se compra en el metro.",
        short_answer="La tarjeta del bus se carga en el metro.",
        change_note="",
    )
    assert edus_browser.post(f"{ARTICLES}{article}/edit/", words).status_code == 302
    version = ArticleVersion.objects.get(article=article)
    assert ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", {}).status_code == 302
    version.refresh_from_db()
    assert version.published_at
    return version


def ask(edus_browser: Client, text: str = ASKED, language: str = "es", article: str = "cl_tarjeta_bus") -> Any:
    return edus_browser.post(f"{ARTICLES}{article}/examples/", {"text": text, "language": language})
