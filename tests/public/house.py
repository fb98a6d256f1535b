"""A small house for the site: the real fixed sentences of the packs, four topics, three numbers and one phrase of danger."""

from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from baquiano.conversations.models import Wording
from baquiano.knowledge.models import Article, ArticleVersion, Source, Topic
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules

LANGUAGES = ("es", "en", "pt", "fr", "ht")
NUMBERS: tuple[tuple[str, str, str, list[str]], ...] = (
    ("CO", "123", "emergencias", ["unknown", "violence"]),
    ("CO", "155", "mujeres", ["violence"]),
    ("CO", "134 000", "policía de migración", []),
    ("CL", "131", "ambulancia", ["unknown", "medical"]),
)
FIRST_SENTENCE = "La encuesta es gratis: pídela en la oficina de tu municipio."


def furnish() -> None:
    """Puts it into the tables."""
    Wording.objects.bulk_create(
        Wording(key=key, language=language, text=text, pack="comun")
        for language in LANGUAGES
        for key, text in _sentences(language).items()
    )
    _topic("co_sisben", "CO", "vivienda_ayuda", "Inscribirse en el Sisbén", next_topics=["gen_violencia", "co_nada"])
    _topic("co_pep_tutor", "CO", "regularizacion", "PEP-Tutor", closes=date(2024, 12, 31))
    _topic("cl_fonasa", "CL", "salud", "Inscribirse en Fonasa")
    _topic("gen_violencia", None, "proteccion", "Apoyo ante la violencia")
    for country, number, name, kinds in NUMBERS:
        EmergencyNumber.objects.create(
            id=f"{country}-{number}".lower().replace(" ", ""),
            country=country,
            number=number,
            names={"es": name},
            kinds=kinds,
            whose="de prueba",
        )
    PhraseRules.objects.create(
        language="es",
        version="1",
        rows=[{"id": "es-hits", "level": "P0", "kind": "violence", "any": ["me pega"]}],
    )
    for kind in ("violence", "unknown"):
        CrisisText.objects.create(
            kind=kind, language="es", country="CO", text="Llama ya al {numbers}.", numbers=["co-123", "co-155"]
        )


@lru_cache
def _sentences(language: str) -> dict[str, str]:
    """What the assistant says by itself, from the common pack."""
    file = Path(settings.PACKS) / "comun" / "wording" / f"{language}.yaml"
    return {key: str(text) for key, text in yaml.load(file.read_bytes(), yaml.CSafeLoader).items()}


def _topic(
    name: str,
    country: str | None,
    branch: str,
    title: str,
    *,
    closes: date | None = None,
    next_topics: list[str] | None = None,
) -> None:
    topic = Topic.objects.create(
        id=name,
        country=country,
        branch=branch,
        titles={"es": title, "en": f"{title} (en)"},
        labels={"es": title[:24]},
        pack="pruebas",
    )
    article = Article.objects.create(id=name, topic=topic, country=country, pack="pruebas")
    version = ArticleVersion.objects.create(
        article=article,
        number=1,
        title=title,
        first_sentence=FIRST_SENTENCE,
        short_answer="Ordena a los hogares.\n\nNo es un subsidio.",
        sections={
            "steps": ["Busca tu documento.", "Pide la encuesta."],
            "cost": ["Gratis."],
            "unknown": ["Cuánto tarda la visita."],
        },
        caution="Confirma qué se usa hoy.",
        known_on=date(2022, 2, 1),
        window_closes_on=closes,
        next_topics=next_topics or [],
        origin="pruebas",
    )
    Source.objects.create(version=version, position=1, title="La autoridad", url="https://autoridad.example/")
