"""The phone and the house of the conversations: what was told comes from a real one."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.knowledge.actions import publish, verify
from baquiano.knowledge.models import Article, ArticleVersion
from tests.conversations.conftest import Phone, graph, house, line, work
from tests.fakes.graph import Graph

__all__ = ("graph", "house", "line")
QUESTION = "cómo inscribo a mi hija sin RUN en el colegio, me piden el IPE"


@pytest.fixture
def phone(graph: Graph, line: Channel, house: Organisation) -> Phone:
    """Her clock is ours, on whatever day this runs."""
    return Phone(graph, line, clock=itertools.count(int(timezone.now().timestamp())))


def write(number: int, first: str, edu: User, rita: User, *, is_material: bool = True) -> ArticleVersion:
    article = Article.objects.get(pk="cl_educacion_ipe")
    version = ArticleVersion.objects.create(
        article=article,
        number=number,
        title="El IPE",
        first_sentence=first,
        short_answer="En Ayuda Mineduc.",
        written_by=edu,
        is_material=is_material,
    )
    version.sources.create(position=1, title="Ayuda Mineduc", url="https://www.ayudamineduc.cl")
    publish(version, reviewed_by=rita)
    verify(version, by=rita, how="Leí la página.", good_until=timezone.localdate() + timedelta(days=30))
    return version


@pytest.fixture
def told(phone: Phone, edu: User, rita: User) -> ArticleVersion:
    """Somebody in Chile asked and was told our first text."""
    Article.objects.filter(topic="cl_educacion_ipe").exclude(pk="cl_educacion_ipe").update(topic=None)
    version = write(50, "El IPE es para entrar al colegio.", edu, rita)
    phone.says("Chile")
    work()
    phone.says(QUESTION)
    work()
    assert "El IPE es para entrar al colegio." in phone.heard[-1]
    return version
