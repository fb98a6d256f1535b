"""Who answered the public before there was a gate goes on answering: what is published never goes dark.

A demo needs no row. An installation that had not yet approved one text answered nobody but with danger texts and a person: it opens
its countries by itself, behind the gate.
"""

from typing import Any

from django.db import migrations
from django.utils import timezone


def open_those_who_answer(apps: Any, schema_editor: Any) -> None:
    organisation = apps.get_model("accounts", "Organisation").objects.filter(is_demo=False).first()
    versions = apps.get_model("knowledge", "ArticleVersion").objects
    if organisation is None or not versions.filter(published_at__isnull=False, withdrawn_at=None).exists():
        return
    for country in organisation.countries:
        apps.get_model("safety", "GoLive").objects.get_or_create(country=country, defaults={"at": timezone.now()})


def stay_open(apps: Any, schema_editor: Any) -> None:
    """Going back takes nothing away: the table goes with the migration that made it."""


class Migration(migrations.Migration):
    dependencies = [
        ("safety", "0006_words_erased"),
        ("accounts", "0005_audit_row"),
        ("knowledge", "0004_source_says"),
    ]

    operations = [migrations.RunPython(open_those_who_answer, stay_open)]
