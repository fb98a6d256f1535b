"""`baquiano channel templates`: the packs' own neutral words, ready to be pasted at the provider."""

from io import StringIO

import pytest
from django.core.management import call_command

from baquiano.accounts.models import Organisation
from baquiano.channels.models import Channel
from baquiano.post.models import Template
from tests import house_full


@pytest.mark.django_db
def test_each_use_is_proposed_in_the_languages_meta_knows(
    organisation: Organisation, packs_kept: None, whatsapp: Channel
) -> None:
    house_full.fill()
    for _again in range(2):
        shown = StringIO()
        call_command("channel", "templates", stdout=shown)
    assert "Te respondimos. Escribe aquí para leer la respuesta." in shown.getvalue()
    assert Template.objects.count() == len(Template.Use) * 4
    assert not Template.objects.filter(text="").exists()
    assert set(Template.objects.values_list("state", flat=True)) == {"draft"}
