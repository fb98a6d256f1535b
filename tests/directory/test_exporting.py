"""What goes out: valid, without null, only what the reader may know, and the same again when it comes back."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.directory import exporting, own_terms, trust
from baquiano.directory.models import (
    Attribute,
    Capacity,
    Change,
    Location,
    Organization,
    Reach,
    Service,
    ServiceAtLocation,
    Taxonomy,
    Term,
    Visibility,
)
from tests import hsds_schemas
from tests.directory import elsewhere, offers

DAY = date(2026, 11, 22)
Json = dict[str, Any]


@pytest.fixture
def full(db: None) -> Service:
    """One service with everything there is a column for."""
    owner = offers.organization(description="No existe", phone="+56 32 555 0100", email="centro@example.org")
    service = offers.service(
        owner,
        needs=("food", "shelter"),
        populations=("migrants", "women"),
        asks_documents="no",
        asks_status="no",
        accepts=("none", "passport"),
        sex="women",
        family=("families",),
        minimum_age=18,
        cost="free",
        cost_text="Nada",
        cost_options=[{"option": "Ducha", "amount": 500, "currency": "CLP"}],
        required_documents=[{"document": "Ninguno"}],
        languages=("es", "ht", "sgn"),
        appointment="no",
        holidays="closed",
        areas=("CL05", "CL"),
        caution="Prueba",
        source="Nadie",
        source_on=DAY,
        is_emergency=True,
        hours="Mo-Fr 08:00-17:00; Mo[1] 18:00-20:00; 2036 Dec 25 off",
        modified_at=timezone.now(),
    )
    place = offers.place(
        owner, accessibility=("ramp", "lift"), step_free="yes", is_approximate=True, holidays="open", hours="24/7"
    )
    at = offers.at(service, place, description="Piso 2", phones=[{"number": "555 0102", "languages": [{"code": "ht"}]}])
    Capacity.objects.create(
        service=service,
        at=at,
        unit="camas",
        available=3,
        updated_at=timezone.now(),
        good_until=timezone.now() + timedelta(days=1),
    )
    taxonomy = Taxonomy.objects.create(name="Ajena")
    term = Term.objects.create(taxonomy=taxonomy, name="Comida", code="F1")
    Attribute.objects.create(entity="service", row=service.pk, term=term, label="x")
    return service


def said(service: Service, reach: Reach = Reach.ANYONE) -> Json:
    [found] = exporting.services([service.pk], reach=reach, on=DAY, full=True)
    return found


def test_everything_that_goes_out_keeps_to_the_published_schemas(full: Service) -> None:
    pks = [full.pk]
    at = list(full.at.values_list("pk", flat=True))
    for whole in (True, False):
        kind = "" if whole else "_list"
        [service] = exporting.services(pks, reach=Reach.ANYONE, on=DAY, full=whole)
        [owner] = exporting.organizations([full.organization_id], reach=Reach.ANYONE, on=DAY, full=whole)
        [there] = exporting.service_at_locations(at, reach=Reach.ANYONE, on=DAY, full=whole)
        assert hsds_schemas.faults(f"service{kind}", service) == []
        assert hsds_schemas.faults(f"organization{kind}", owner) == []
        assert hsds_schemas.faults(f"service_at_location{kind}", there) == []
    [owner] = exporting.organizations([full.organization_id], reach=Reach.ANYONE, on=DAY, full=True, full_service=True)
    assert hsds_schemas.faults("organization", owner) == []
    assert owner["services"][0]["name"] == full.name
    [place] = exporting.locations([full.at.get().location_id], reach=Reach.ANYONE, on=DAY)
    assert hsds_schemas.faults("location", place) == []
    assert [fault for row in exporting.taxonomies() for fault in hsds_schemas.faults("taxonomy", row)] == []
    assert [fault for row in exporting.terms() for fault in hsds_schemas.faults("taxonomy_term", row)] == []


def test_eligibility_goes_out_as_attributes_with_terms_of_ours(full: Service) -> None:
    terms = {row["taxonomy_term"]["id"] for row in said(full)["attributes"]}
    known = {own_terms.KNOWN[pk][0].column + "=" + own_terms.KNOWN[pk][1] for pk in terms if pk in own_terms.KNOWN}
    assert {"needs=food", "accepts=none", "asks_documents=no", "asks_status=no", "sex=women", "cost=free"} <= known
    assert not any(name.startswith("visibility") for name in known)


def test_what_is_not_known_is_not_said(db: None) -> None:
    bare = Service.objects.create(organization=Organization.objects.create(name="Ficticia"), name="Uno")
    found = said(bare)
    assert "attributes" not in found
    assert "schedules" not in found
    assert hsds_schemas.faults("service", found) == []


def test_the_date_of_verification_is_that_of_a_confirmation_and_of_nothing_else(full: Service, rosa: User) -> None:
    assert "assured_date" not in said(full)
    trust.confirm(full, ["hours", "contact"], on=DAY - timedelta(days=3), how="call", by=rosa)
    assert said(full)["assured_date"] == "2026-11-19"


def test_a_place_without_a_pin_still_says_its_division_and_its_zone(full: Service) -> None:
    place = said(full)["service_at_locations"][0]["location"]
    assert (place["external_identifier_type"], place["external_identifier"]) == ("pcode", "CL05101")
    assert place["timezone_name"] == "America/Santiago"
    [address] = place["addresses"]
    assert (address["city"], address["state_province"], address["postal_code"]) == ("Valparaíso", "Valparaíso", "")


# -- what is hidden ------------------------------------------------------------------------------------------------------


def test_what_is_hidden_goes_out_to_nobody_outside(full: Service, tmp_path: Path) -> None:
    hidden = offers.organization("CANARIO organizacion")
    secret = offers.service(hidden, "CANARIO servicio", visibility=Visibility.CONFIDENTIAL)
    offers.at(secret, offers.shelter())
    offers.at(full, offers.shelter())
    offers.at(full, offers.place(name="CANARIO red", visibility=Visibility.NETWORK))
    offers.service(full.organization, "CANARIO equipo", visibility=Visibility.ORIENTERS)
    withheld = offers.service(full.organization, "CANARIO callado", is_withheld=True)
    Organization.objects.filter(pk=full.organization_id).update(parent=hidden)
    for name in ("a.json", "a.ndjson"):
        text = elsewhere.exported(tmp_path / name)
        assert "CANARIO" not in text
        assert str(hidden.pk) not in text
        assert str(withheld.pk) not in text
    call_command("hsds", "export", str(tmp_path / "tablas"), "--format", "csv")
    tables = "".join(path.read_text() for path in (tmp_path / "tablas").iterdir())
    assert "CANARIO" not in tables
    assert str(hidden.pk) not in tables
    team = elsewhere.exported(tmp_path / "equipo.json", "--reach", "team")
    assert "CANARIO red" in team
    assert "CANARIO servicio" not in team
    assert offers.SHELTER not in team


def test_nothing_confidential_leaves_by_a_command(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("hsds", "export", str(tmp_path / "a.json"), "--reach", "protection")


# -- out, in, out --------------------------------------------------------------------------------------------------------


def _forget() -> None:
    Term.objects.update(parent=None)
    for kind in (Attribute, Term, Taxonomy, Capacity, Change, ServiceAtLocation, Service, Location, Organization):
        kind.objects.all().delete()


@pytest.mark.parametrize("name", ["a.json", "a.ndjson", "a.zip"])
def test_out_and_into_an_empty_installation_and_out_again_is_the_same(full: Service, tmp_path: Path, name: str) -> None:
    call_command("hsds", "export", str(tmp_path / name))
    first = (tmp_path / name).read_bytes()
    whole = elsewhere.exported(tmp_path / "todo.json")
    _forget()
    call_command("hsds", "import", str(tmp_path / name))
    call_command("hsds", "export", str(tmp_path / name))
    assert (tmp_path / name).read_bytes() == first
    assert elsewhere.exported(tmp_path / "otra-vez.json") == whole
    assert Service.objects.get().accepts == ("none", "passport")
    assert Service.objects.get().is_demo


def test_out_and_in_again_where_it_came_from_changes_nothing(
    full: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = elsewhere.exported(tmp_path / "a.json")
    before = Service.objects.values().get()
    call_command("hsds", "import", str(tmp_path / "a.json"))
    assert Service.objects.values().get() == before
    assert elsewhere.exported(tmp_path / "b.json") == text


@pytest.mark.parametrize("name", ["a.json", "a.zip"])
def test_a_directory_from_elsewhere_goes_out_and_comes_back_the_same(db: None, tmp_path: Path, name: str) -> None:
    offers.territory()
    call_command("hsds", "import", str(elsewhere.hsds_1(tmp_path / "viejo", 6)))
    call_command("hsds", "import", str(elsewhere.ohana(tmp_path / "ohana")))
    call_command("hsds", "import", elsewhere.saved(tmp_path / "uk.json", elsewhere.UK_1))
    whole = elsewhere.exported(tmp_path / "todo.json")
    assert [fault for row in json.loads(whole) for fault in hsds_schemas.faults("service", row)] == []
    call_command("hsds", "export", str(tmp_path / name))
    _forget()
    call_command("hsds", "import", str(tmp_path / name))
    assert elsewhere.exported(tmp_path / "otra-vez.json") == whole


def test_tables_are_not_written_over_something_else(full: Service, tmp_path: Path) -> None:
    (tmp_path / "mio").mkdir()
    (tmp_path / "mio" / "carta.txt").write_text("no tocar")
    with pytest.raises(CommandError):
        call_command("hsds", "export", str(tmp_path / "mio"), "--format", "csv")


def test_a_hundred_services_cost_few_questions(full: Service, django_assert_max_num_queries: Any) -> None:
    place = full.at.get().location
    for number in range(100):
        offers.at(offers.service(full.organization, f"Servicio {number}"), place)
    ids = list(exporting.services_within(Reach.ANYONE).values_list("pk", flat=True))
    with django_assert_max_num_queries(25):
        assert len(exporting.services(ids, reach=Reach.ANYONE, on=DAY, full=True)) == 101
