"""Sources that contradict each other: declared by whoever writes, read by whoever approves, shown to whoever asks."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import Organisation
from baquiano.channels.models import Channel
from baquiano.knowledge.models import SOURCE_SAYS, ArticleVersion, Draft, Source
from tests.public.house import furnish
from tests.workspace.newsroom import BATCH, DESK, PAGE, SISBEN, adopt, approve, fields, proposed

HTMX = {"HX-Request": "true"}
HEADING = "Las fuentes no coinciden"
FREE, PAID = "La encuesta es gratis.", "La encuesta se paga."


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, settings: Any) -> None:
    furnish()
    settings.IS_DEMO = False


def differing(**other: str) -> dict[str, str]:
    """A complete text whose two sources contradict each other, as the form sends it."""
    prensa = {"source_1_title": "La prensa", "source_1_dated_on": "2026-09-01", "source_1_says": PAID}
    return fields(**{"source_0_says": FREE, **prensa, **other})


def hand_in(browser: Client, sent: dict[str, str]) -> ArticleVersion:
    response = browser.post(f"{SISBEN}edit/", sent)
    assert response.status_code == 302, response.context["form"].errors
    return ArticleVersion.objects.order_by("-pk")[0]


def publish(edus_browser: Client, ritas_browser: Client, sent: dict[str, str]) -> ArticleVersion:
    version = hand_in(edus_browser, sent)
    assert ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", {}).status_code == 302
    return version


# -- writing --------------------------------------------------------------------------------------------------------------


def test_what_two_sources_say_is_handed_in_with_them(edus_browser: Client) -> None:
    version = hand_in(edus_browser, differing(source_0_says="La encuesta\r\n es gratis. "))
    assert [(source.title, source.says) for source in version.sources.all()] == [
        ("La autoridad", FREE),
        ("La prensa", PAID),
    ]


def test_a_source_alone_contradicts_nothing_and_is_told_what_to_do(edus_browser: Client) -> None:
    page = edus_browser.post(f"{SISBEN}edit/", differing(source_1_says=""))
    assert page.status_code == 409
    (error,) = page.context["form"].errors["source_0_says"]
    assert error == "Solo esta fuente dice algo. Escribe también qué dice otra, o deja esto vacío."
    assert FREE in page.text
    assert not ArticleVersion.objects.filter(written_by__isnull=False).exists()


def test_one_that_says_too_much_is_told_that_and_nothing_else(edus_browser: Client) -> None:
    page = edus_browser.post(f"{SISBEN}edit/", differing(source_1_says="x" * (SOURCE_SAYS + 1)))
    assert page.status_code == 409
    assert set(page.context["form"].errors) == {"source_1_says"}


def test_whoever_says_something_has_a_name(edus_browser: Client) -> None:
    page = edus_browser.post(f"{SISBEN}edit/", differing(source_1_title="", source_1_dated_on=""))
    assert "source_1_title" in page.context["form"].errors


def test_a_draft_keeps_it_and_shows_it_as_the_page_will(edus_browser: Client) -> None:
    kept = edus_browser.post(f"{SISBEN}edit/", differing(do=""), headers=HTMX)
    assert HEADING in kept.text
    assert Draft.objects.get().body["fields"]["source_1_says"] == PAID
    again = edus_browser.get(f"{SISBEN}edit/").text
    assert again.count(PAID) == 2  # in its field, and in the preview


def test_sent_back_it_is_still_in_the_draft(edus_browser: Client, ritas_browser: Client) -> None:
    version = hand_in(edus_browser, differing())
    ritas_browser.post(f"{DESK}versions/{version.pk}/send-back/", {"back-reason": "Falta el costo."})
    assert Draft.objects.get().body["fields"]["source_0_says"] == FREE


def test_whoever_approves_reads_it_in_the_difference_and_in_the_batch(
    edus_browser: Client, ritas_browser: Client
) -> None:
    adopt(edus_browser, proposed())
    approve(ritas_browser, proposed())
    version = hand_in(edus_browser, differing())
    changed = ritas_browser.get(f"{DESK}versions/{version.pk}/").context["changes"]
    (differs,) = [one for one in changed if one.heading == HEADING]
    new = "".join(piece.text for piece in differs.difference.after)
    assert new == f"La autoridad (01-10-2026): {FREE}\nLa prensa (01-09-2026): {PAID}"
    assert not differs.difference.before
    batch = ritas_browser.get(BATCH).text
    assert FREE in batch
    assert PAID in batch


# -- read by whoever asks -----------------------------------------------------------------------------------------------


def test_the_page_says_what_each_source_says_below_the_sources(
    client: Client, edus_browser: Client, ritas_browser: Client
) -> None:
    publish(edus_browser, ritas_browser, differing())
    page = client.get(PAGE).text
    below = page[page.index("De dónde viene esto") :]
    told = below[below.index(HEADING) : below.index("</article>")]
    for part in ("La autoridad", "01-10-2026", FREE, "La prensa", "01-09-2026", PAID):
        assert part in told
    assert told.index(FREE) < told.index(PAID)


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "The sources do not agree"),
        ("pt", "As fontes não coincidem"),
        ("fr", "Les sources ne concordent pas"),
        ("ht", "Sous yo pa di menm bagay"),
    ],
)
def test_in_every_language_the_heading_is_hers_and_the_words_are_marked_as_spanish(
    client: Client, edus_browser: Client, ritas_browser: Client, language: str, heading: str
) -> None:
    publish(edus_browser, ritas_browser, differing())
    page = client.get(PAGE.replace("/es/", f"/{language}/")).text
    assert f"<h2>{heading}</h2>" in page
    assert f'<span lang="es">{PAID}</span>' in page


def test_a_text_whose_sources_agree_says_nothing_of_it(
    client: Client, edus_browser: Client, ritas_browser: Client
) -> None:
    publish(edus_browser, ritas_browser, fields(source_1_title="La prensa"))
    page = client.get(PAGE).text
    assert "La prensa" in page
    assert HEADING not in page


def test_in_the_chat_the_answer_stays_as_short_as_it_was(edus_browser: Client) -> None:
    kept = edus_browser.post(f"{SISBEN}edit/", differing(do=""), headers=HTMX)
    assert PAID not in kept.context["preview"].whatsapp
    assert PAID not in kept.context["preview"].spoken


# -- the desk ---------------------------------------------------------------------------------------------------------------


def far_apart(version: ArticleVersion) -> None:
    """Its sources are of different confidence and years apart: they may well contradict each other."""
    version.sources.update(confidence="A", dated_on=date(2020, 1, 1))
    Source.objects.create(version=version, position=2, title="La prensa", confidence="C", dated_on=date(2026, 1, 1))


def test_the_desk_tells_what_was_declared_from_what_is_only_guessed(
    edus_browser: Client, ritas_browser: Client
) -> None:
    far_apart(proposed("co_sisben"))
    far_apart(proposed("cl_fonasa"))
    proposed("co_sisben").sources.filter(position=1).update(says=FREE)
    proposed("co_sisben").sources.filter(position=2).update(says=PAID)
    for article in ("co_sisben", "cl_fonasa"):
        adopt(edus_browser, proposed(article))
        approve(ritas_browser, proposed(article))
    desk = edus_browser.get(DESK)
    (conflict,) = desk.context["conflicts"]
    assert conflict.version == proposed("co_sisben")
    assert [source.says for source in conflict.sources] == [FREE, PAID]
    assert desk.context["disagreeing"] == [proposed("cl_fonasa")]
    declared = desk.text[desk.text.index("Fuentes que se contradicen") : desk.text.index("Fuentes que pueden")]
    for part in (f'href="{SISBEN}"', "Inscribirse en el Sisbén", FREE, PAID):
        assert part in declared


def test_what_nobody_publishes_is_no_conflict_yet(edus_browser: Client, ritas_browser: Client) -> None:
    hand_in(edus_browser, differing())
    assert not edus_browser.get(DESK).context["conflicts"]
