"""The partner's page: whoever has the link sees their own services, confirms with one tap, and changes nothing by looking."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.directory import asking
from baquiano.directory.models import Asking, Confirmation, Draft, ServiceAtLocation, Version, Visibility
from tests.directory import offers


@pytest.fixture
def here(now: time_machine.Traveller) -> ServiceAtLocation:
    owner = offers.organization()
    return offers.at(offers.service(owner), offers.place(owner))


@pytest.fixture
def link(here: ServiceAtLocation, carla: User) -> str:
    asking.create("Noviembre", [here.service.organization], ends_on=timezone.localdate() + timedelta(days=9), by=carla)
    return f"/es/confirmar/{asking.token_of(Asking.objects.get())}/"


def as_shown(phone: Client, address: str, **other: str) -> dict[str, str]:
    """The form of a page as it would be sent untouched, and with `other` in it."""
    form = phone.get(address).context["form"]
    return {bound.html_name: str(bound.value() or "") for bound in form} | other


def test_opening_it_again_and_again_changes_nothing(yulis_phone: Client, link: str) -> None:
    before = [str(list(model._default_manager.values())) for model in (Asking, Version)]
    for deed in (yulis_phone.get, yulis_phone.head, yulis_phone.get):
        assert deed(link).status_code == 200
    assert [str(list(model._default_manager.values())) for model in (Asking, Version)] == before
    assert not Confirmation.objects.exists()


def test_the_page_shows_what_we_tell_people(yulis_phone: Client, link: str) -> None:
    text = yulis_phone.get(link).text
    for words in ("Centro Ficticio", "Comedor Ficticio", "Calle Ficticia 123", "+56 32 555 0101"):
        assert words in text


def test_one_tap_confirms(yulis_phone: Client, link: str, here: ServiceAtLocation) -> None:
    answer = yulis_phone.post(link)
    assert (answer.status_code, answer["Location"]) == (302, link)
    assert Confirmation.objects.get().service == here.service
    assert 'role="status"' in yulis_phone.get(link).text


def test_a_change_waits_and_the_rest_is_confirmed(yulis_phone: Client, link: str, here: ServiceAtLocation) -> None:
    address = f"{link}{here.service_id}/"
    sent = as_shown(yulis_phone, address, hours="lunes a viernes de 9 a 12", asks_documents="no")
    assert yulis_phone.post(address, sent).status_code == 302
    assert Draft.objects.get().values == {"hours": "Mo-Fr 09:00-12:00", "asks_documents": "no"}
    yulis_phone.post(link)
    assert Confirmation.objects.get().parts == ("contact", "address", "cost")


def test_sent_untouched_it_changes_nothing(yulis_phone: Client, link: str, here: ServiceAtLocation) -> None:
    address = f"{link}{here.service_id}/"
    assert yulis_phone.post(address, as_shown(yulis_phone, address)).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("hours", "cuando se pueda y haya gente"), ("phones", "llamar a Ana"), ("email", "no tengo"), ("cost", "gold")],
)
def test_what_cannot_be_understood_comes_back_with_the_words(
    yulis_phone: Client, link: str, here: ServiceAtLocation, field: str, value: str
) -> None:
    address = f"{link}{here.service_id}/"
    answer = yulis_phone.post(address, as_shown(yulis_phone, address, **{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Draft.objects.exists()


def test_in_another_language_a_refused_form_is_still_theirs(
    yulis_phone: Client, link: str, here: ServiceAtLocation
) -> None:
    address = f"{link}{here.service_id}/"
    refused = yulis_phone.post(address, as_shown(yulis_phone, address, email="no tengo"))
    assert f'href="{address.replace("/es/", "/en/", 1)}"' in refused.text


def test_nothing_of_a_confidential_place_is_on_any_page_of_it(
    yulis_phone: Client, link: str, here: ServiceAtLocation
) -> None:
    owner = here.service.organization
    offers.at(here.service, offers.shelter())
    secret = offers.service(owner, "CANARIO-servicio", visibility=Visibility.CONFIDENTIAL)
    alone = offers.service(owner, "CANARIO-casa")
    offers.at(alone, offers.shelter())
    for service in (secret, alone):
        assert yulis_phone.get(f"{link}{service.pk}/").status_code == 410
    for address in (link, f"{link}{here.service_id}/"):
        assert "CANARIO" not in yulis_phone.get(address).text


def test_it_is_kept_nowhere_and_found_by_no_search_engine(
    yulis_phone: Client, link: str, here: ServiceAtLocation
) -> None:
    for address in (link, f"{link}{here.service_id}/", "/es/confirmar/nada/"):
        answer = yulis_phone.get(address, headers={"accept-encoding": "gzip"})
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "Content-Encoding" not in answer
        assert '<meta name="robots" content="noindex,nofollow">' in answer.text


def test_a_link_that_has_ended_says_so_and_nothing_else(
    yulis_phone: Client, link: str, now: time_machine.Traveller
) -> None:
    now.shift(timedelta(days=10))
    for answer in (yulis_phone.get(link), yulis_phone.post(link), yulis_phone.get("/es/confirmar/nada/")):
        assert answer.status_code == 410
        assert "Centro Ficticio" not in answer.text
    assert not Confirmation.objects.exists()


def test_another_sites_page_cannot_press_the_button(yulis_phone: Client, link: str) -> None:
    assert yulis_phone.post(link, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr", "ht"])
def test_in_every_language(
    yulis_phone: Client, link: str, here: ServiceAtLocation, language: str, organisation: Organisation
) -> None:
    for address in (link, f"{link}{here.service_id}/"):
        assert yulis_phone.get(address.replace("/es/", f"/{language}/", 1)).status_code == 200
