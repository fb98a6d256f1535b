"""What is near, open and suitable: the order, what is never left out for not being known, and what nobody may count."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from baquiano.accounts.models import Organisation, User
from baquiano.directory import editing, near, spots, trust, version
from baquiano.directory.hours import State
from baquiano.directory.models import Location, Notice, Organization, Reach, Service, ServiceAtLocation, Visibility
from baquiano.directory.near import Found, Point, Wanted, find, rounded
from baquiano.territory.codes import FAMILIES, NEEDS, PAPERS, POPULATIONS
from baquiano.territory.loading import load
from baquiano.territory.models import Division
from tests.directory.plain_loop import PlainLoop, Told

DIVISIONS = Path(django_settings.PACKS) / "comun" / "divisions.csv"
TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 12:00 in Santiago, 10:00 in Bogotá
OFFICE = "Mo-Fr 09:00-17:00"
VALPARAISO = (-33.036, -71.6296)
VINA = (-33.0246, -71.5518)

Offers = Callable[..., Service]


def pk(pcode: str) -> int:
    return Division.objects.values_list("pk", flat=True).get(pcode=pcode)


@pytest.fixture
def map_(organisation: Organisation) -> None:
    load(DIVISIONS)


@pytest.fixture
def offers(map_: None) -> Offers:
    """A service, at a place where a point or a division is said: `offers("Comedor", point=VINA, needs=("food",))`."""
    organization = Organization.objects.create(name="Centro Ficticio", is_demo=True)

    def offer(name: str, *, point: tuple[float, float] | None = None, pcode: str = "", **values: Any) -> Service:
        place = {key: values.pop(key) for key in ("kind", "accessibility", "step_free") if key in values}
        seen = values.pop("place_visibility", Visibility.PUBLIC)
        service = Service.objects.create(
            organization=organization, name=name, is_demo=True, needs=values.pop("needs", ("food",)), **values
        )
        if seen == Visibility.CONFIDENTIAL:
            location = Location.objects.create(organization=organization, visibility=seen)
            ServiceAtLocation.objects.create(service=service, location=location)
        elif point or pcode or place:
            lat, lon = point or (None, None)
            location = Location.objects.create(
                organization=organization, country=pcode[:2] or "CL", latitude=lat, longitude=lon, visibility=seen,
                division_id=pk(pcode) if pcode else None, is_demo=True, **place,
            )  # fmt: skip
            ServiceAtLocation.objects.create(service=service, location=location)
        version.bump()
        return service

    return offer


def ask(wanted: Wanted, *, reach: Reach = Reach.ANYONE, now: datetime = TUESDAY, count: int = 100) -> Found:
    return find(wanted, reach=reach, now=now, count=count)


def names(found: Found) -> list[str]:
    known = dict(Service.objects.values_list("pk", "name"))
    return [known[hit.service] for hit in found.hits]


def here(**more: Any) -> Wanted:
    return Wanted(point=Point(*VALPARAISO), **more)


# -- in which order ------------------------------------------------------------------------------------------------------


def test_the_nearest_comes_first_with_its_distance(offers: Offers) -> None:
    offers("Lejos", point=VINA)
    offers("Cerca", point=(-33.04, -71.63))
    found = ask(here(need="food"))
    assert names(found) == ["Cerca", "Lejos"]
    assert found.how == near.POINT
    assert [round(hit.distance_km or 0, 1) for hit in found.hits] == [0.4, 7.4]


def test_who_comes_by_line_is_after_places_near_and_before_places_far(offers: Offers) -> None:
    offers("En Arica", point=(-18.4746, -70.2979), pcode="CL15101")
    offers("Línea de la región", areas=("CL05",))
    offers("Línea de otra región", areas=("CL13",))
    offers("Línea del país", areas=("CL",))
    offers("Línea de Colombia", areas=("CO",))
    offers("En Viña", point=VINA, pcode="CL05109")
    assert names(ask(here(need="food"))) == ["En Viña", "Línea de la región", "Línea del país", "En Arica"]


def test_the_radius_decides_what_is_near_and_never_beyond_a_hundred_kilometres(offers: Offers) -> None:
    offers("En Viña", point=VINA)
    offers("En Santiago", point=(-33.4569, -70.6483))  # 103 km
    offers("Línea", areas=("CL",))
    assert names(ask(here())) == ["En Viña", "Línea", "En Santiago"]
    assert names(ask(here(radius_km=5))) == ["Línea", "En Viña", "En Santiago"]
    assert names(ask(here(radius_km=500))) == ["En Viña", "Línea", "En Santiago"]


def test_a_service_is_offered_once_by_line_or_near_and_not_both(offers: Offers) -> None:
    offers("Cerca y por línea", point=VINA, areas=("CL",))
    offers("Lejos y por línea", point=(-18.4746, -70.2979), areas=("CL",))
    found = ask(here())
    assert names(found) == ["Cerca y por línea", "Lejos y por línea"]
    assert found.hits[0].at is not None
    assert found.hits[1].at is None
    assert found.total == 2


def test_a_virtual_place_is_a_line_with_the_hours_and_telephones_of_that_place(offers: Offers) -> None:
    service = offers("Por internet", kind=Location.Type.VIRTUAL)
    (hit,) = ask(here()).hits
    assert hit.at == service.at.get().pk
    assert hit.distance_km is None
    assert ask(Wanted(point=Point(4.6, -74.08))).total == 0  # it is in Chile


def test_across_a_border_only_what_is_near_is_offered(offers: Offers) -> None:
    offers("Al lado, en otro país", point=(7.81, -72.44), pcode="CO54001")
    offers("Lejos, en otro país", point=VINA, pcode="CL05109")
    assert names(ask(Wanted(point=Point(7.9, -72.5)))) == ["Al lado, en otro país"]
    assert names(ask(Wanted(point=Point(7.9, -72.5), country="CL"))) == ["Al lado, en otro país", "Lejos, en otro país"]


def test_from_a_municipality_it_is_measured_from_its_middle(offers: Offers) -> None:
    offers("Viña", point=VINA)
    offers("Valparaíso", point=VALPARAISO)
    found = ask(Wanted(division=pk("CL05109")))
    assert found.how == near.MUNICIPALITY
    assert names(found) == ["Viña", "Valparaíso"]


def test_a_place_without_a_pin_counts_as_in_the_middle_of_its_municipality(offers: Offers) -> None:
    offers("Sin punto", pcode="CL05109")
    (hit,) = ask(here()).hits
    assert round(hit.distance_km or 0, 1) == 7.4


def test_a_division_without_a_point_falls_back_to_the_list_of_its_department(offers: Offers) -> None:
    offers("Otro departamento", point=(4.6097, -74.0817), pcode="CO11001")
    offers("Cúcuta", point=(7.9074, -72.5049), pcode="CO54001")
    salazar = Division.objects.get(country="CO", name="Salazar")
    offers("Salazar", pcode=salazar.pcode)
    offers("Línea del país", areas=("CO",))
    found = ask(Wanted(division=salazar.pk))
    assert found.how == near.DEPARTMENT
    assert names(found) == ["Salazar", "Cúcuta", "Línea del país"]
    assert {hit.distance_km for hit in found.hits} == {None}
    assert names(ask(Wanted(division=pk("CO54")))) == ["Cúcuta", "Salazar", "Línea del país"]


def test_who_did_not_say_where_gets_lines_and_those_of_a_part_of_the_country_last(offers: Offers) -> None:
    offers("A una región", areas=("CL05",))
    offers("Al país", areas=("CL",))
    offers("A otro", areas=("CO",))
    offers("Un lugar", point=VINA, pcode="CL05109")
    found = ask(Wanted(country="CL"))
    assert found.how == near.COUNTRY
    assert [(name, hit.is_sure) for name, hit in zip(names(found), found.hits, strict=True)] == [
        ("Al país", True),
        ("A una región", False),
    ]
    assert names(ask(Wanted())) == ["A otro", "Al país", "A una región"]


def test_they_are_told_three_at_a_time_and_all_counted(offers: Offers) -> None:
    for number in range(7):
        offers(f"Comedor {number}", point=(VINA[0] + number / 100, VINA[1]))
    shown = [find(here(need="food"), reach=Reach.ANYONE, now=TUESDAY, first=first) for first in (0, 3, 6, 9)]
    assert [len(found.hits) for found in shown] == [3, 3, 1, 0]
    assert {found.total for found in shown} == {7}
    assert len({hit.service for found in shown for hit in found.hits}) == 7


# -- what fits -----------------------------------------------------------------------------------------------------------


def test_without_papers_who_says_so_comes_first_and_who_asks_for_them_not_at_all(offers: Offers) -> None:
    offers("Nadie sabe", point=VALPARAISO)
    offers("Pide y dice cuáles", point=VALPARAISO, asks_documents="yes", accepts=("passport",))
    offers("Pide y no dice cuáles", point=VALPARAISO, asks_documents="yes")
    offers("También sin papeles", point=VINA, asks_documents="yes", accepts=("passport", "none"))
    offers("No pide", point=VINA, asks_documents="no")
    found = ask(here(accepts=("none",)))
    assert names(found) == ["No pide", "También sin papeles", "Nadie sabe"]
    assert [hit.is_sure for hit in found.hits] == [True, True, False]


def test_with_a_paper_who_does_not_say_which_stays(offers: Offers) -> None:
    offers("Otro papel", point=VALPARAISO, asks_documents="yes", accepts=("local_id",))
    offers("No dice cuáles", point=VALPARAISO, asks_documents="yes")
    offers("Cualquiera", point=VALPARAISO, asks_documents="yes", accepts=("any",))
    offers("Ese", point=VALPARAISO, accepts=("passport",))
    assert names(ask(here(accepts=("passport", "permit")))) == ["Cualquiera", "Ese", "No dice cuáles"]


@pytest.mark.parametrize(
    ("asked", "sure", "maybe", "never"),
    [
        ({"status_not_asked": True}, {"asks_status": "no"}, {}, {"asks_status": "yes"}),
        ({"language": "ht"}, {"languages": ("es", "ht")}, {}, {"languages": ("es",)}),
        (
            {"language": "ht"},
            {"languages": ("ht",)},
            {"languages": ("es",), "interpretation": "Por teléfono"},
            {"languages": ("es",)},
        ),
        ({"population": "haitians"}, {"populations": ("migrants",)}, {}, {"populations": ("returnees",)}),
        ({"population": "women"}, {"populations": ("everyone",)}, {}, {"populations": ("children",)}),
        ({"sex": "women"}, {"sex": "women"}, None, {"sex": "men"}),
        ({"sex": "men"}, {"sex": ""}, None, {"sex": "women"}),
        ({"age": 17}, {"maximum_age": 17}, None, {"minimum_age": 18}),
        ({"age": 0}, {"maximum_age": 5}, None, {"minimum_age": 1}),
        ({"family": "pets"}, {"family": ("families", "pets")}, {}, {"family": ("families",)}),
        ({"free": True}, {"cost": "free"}, {}, {"cost": "some"}),
        ({"step_free": True}, {"step_free": "yes"}, {"step_free": "unknown"}, {"step_free": "no"}),
        ({"emergency": True}, {"is_emergency": True}, None, {}),
        ({"need": "food"}, {"needs": ("food", "health")}, None, {"needs": ("health",)}),
    ],
)
def test_what_is_not_known_comes_after_and_is_not_left_out(
    offers: Offers, asked: dict[str, Any], sure: dict[str, Any], maybe: dict[str, Any] | None, never: dict[str, Any]
) -> None:
    if maybe is not None:
        offers("Quizás", point=VALPARAISO, **maybe)
    offers("Nunca", point=VALPARAISO, **never)
    offers("Seguro", point=VINA, **sure)
    found = ask(here(**asked))
    assert names(found) == ["Seguro", "Quizás"][: len(found.hits)]
    assert [hit.is_sure for hit in found.hits] == [True, False][: 1 if maybe is None else 2]


def test_everything_asked_must_fit(offers: Offers) -> None:
    offers("Solo comida", point=VALPARAISO, asks_documents="yes")
    offers("Solo sin papeles", point=VALPARAISO, needs=("health",), asks_documents="no")
    offers("Ambas", point=VALPARAISO, asks_documents="no")
    assert names(ask(here(need="food", accepts=("none",)))) == ["Ambas"]


# -- open now ------------------------------------------------------------------------------------------------------------


def test_open_at_a_moment_leaves_out_the_closed_and_keeps_those_whose_hours_nobody_told(offers: Offers) -> None:
    offers("Sin horario", point=VALPARAISO)
    offers("Cerrado a esa hora", point=VALPARAISO, hours="Mo-Fr 18:00-20:00")
    offers("Con cita", point=VINA, hours='Mo-Fr 09:00-17:00 "con cita"')
    offers("Abierto", point=VALPARAISO, hours=OFFICE)
    offers("Cerrado por ahora", point=VALPARAISO, hours=OFFICE, status="temporarily closed")
    found = ask(here(open_at=TUESDAY))
    assert names(found) == ["Abierto", "Con cita", "Sin horario"]
    assert [hit.now.state for hit in found.hits] == [State.OPEN, State.PARTLY, State.UNKNOWN]
    assert [hit.is_sure for hit in found.hits] == [True, True, False]
    assert ask(here()).total == 5
    assert {hit.now.state for hit in ask(here()).hits} == set(State)


def test_the_clock_moves_on_and_back(offers: Offers) -> None:
    offers("Oficina", point=VALPARAISO, hours=OFFICE)
    for hours, is_open in ((0, 1), (6, 0), (0, 1), (24, 1), (15, 0), (24 * 4, 0), (0, 1)):
        moment = TUESDAY + timedelta(hours=hours)
        assert ask(here(open_at=moment), now=moment).total == is_open, hours
        assert ask(here(open_at=moment)).total == is_open, hours


def test_the_hours_of_a_service_at_a_place_go_before_its_own(offers: Offers) -> None:
    service = offers("Comedor", point=VALPARAISO, hours=OFFICE)
    editing.change(service.at.get(), {"hours": "Sa 10:00-12:00"}, by=None, how="edit")
    assert ask(here(open_at=TUESDAY)).total == 0


def test_a_notice_closes_it_for_a_while(offers: Offers) -> None:
    service = offers("Comedor", point=VALPARAISO, hours=OFFICE)
    Notice.objects.create(
        kind="closed", service=service, begins_at=TUESDAY - timedelta(days=1), ends_at=TUESDAY + timedelta(days=1)
    )
    version.bump()
    assert ask(here(open_at=TUESDAY)).total == 0
    assert ask(here(open_at=TUESDAY + timedelta(days=2))).total == 1
    assert ask(here()).hits[0].now.state is State.TEMPORARILY_CLOSED


# -- who may know of it --------------------------------------------------------------------------------------------------


def test_what_is_hidden_is_neither_found_nor_counted(offers: Offers) -> None:
    offers("A la vista", point=VALPARAISO)
    offers("De la red", point=VALPARAISO, visibility=Visibility.NETWORK)
    offers("Del equipo", point=VALPARAISO, place_visibility=Visibility.ORIENTERS)
    offers("No publicar", point=VALPARAISO, is_withheld=True)
    offers("Terminado", point=VALPARAISO, status="defunct")
    offers("Casa de acogida", place_visibility=Visibility.CONFIDENTIAL, areas=("CL",))
    offers("Reservado", point=VALPARAISO, visibility=Visibility.CONFIDENTIAL)
    totals = [ask(here(), reach=reach).total for reach in (Reach.ANYONE, Reach.PARTNER, Reach.TEAM, Reach.PROTECTION)]
    assert totals == [1, 2, 3, 5]
    assert names(ask(here())) == ["A la vista"]


def test_a_service_whose_every_place_is_hidden_is_not_offered_by_line_either(offers: Offers) -> None:
    shelter = offers("Casa de acogida", place_visibility=Visibility.CONFIDENTIAL, areas=("CL",))
    old = Location.objects.create(latitude=VINA[0], longitude=VINA[1], country="CL", is_active=False)
    ServiceAtLocation.objects.create(service=shelter, location=old)
    version.bump()
    for wanted in (here(), Wanted(country="CL"), Wanted(), Wanted(division=pk("CL05"))):
        assert ask(wanted) == Found((), 0, ask(wanted).how)
        assert ask(wanted, reach=Reach.TEAM).total == 0


def test_a_confidential_place_has_no_distance_even_for_those_who_may_know_of_it(offers: Offers) -> None:
    offers("Casa de acogida", place_visibility=Visibility.CONFIDENTIAL)
    (hit,) = ask(here(), reach=Reach.PROTECTION).hits
    assert hit.distance_km is None


@override_settings(IS_DEMO=False)
def test_only_what_somebody_confirmed_is_offered(offers: Offers, edu: User, now: Any) -> None:
    confirmed = offers("Confirmado", point=VALPARAISO)
    urgent = offers("De urgencia", point=VALPARAISO, is_emergency=True)
    offers("Nadie preguntó", point=VALPARAISO)
    assert ask(here()).total == 0
    for service in (confirmed, urgent):
        trust.confirm(service, trust.PARTS, on=TUESDAY.date(), how="call", by=edu)
    assert names(ask(here())) == ["Confirmado", "De urgencia"]
    assert names(ask(here(), now=TUESDAY + timedelta(days=400))) == ["De urgencia"]
    assert names(ask(here())) == ["Confirmado", "De urgencia"]


def test_a_change_of_the_directory_is_seen_at_once_and_nothing_costs_one_question(
    offers: Offers, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    service = offers("Comedor", point=VALPARAISO)
    assert ask(here(need="food")).total == 1
    with django_assert_num_queries(1):
        assert ask(here(need="food")).total == 1
    editing.change(service, {"needs": ("health",)}, by=None, how="edit")
    assert ask(here(need="food")).total == 0
    assert ask(here(need="health")).total == 1


# -- where people are ----------------------------------------------------------------------------------------------------


def test_a_shared_location_is_kept_to_a_kilometre_and_never_written_out() -> None:
    point = rounded(-33.036482, -71.629561)
    assert (point.lat, point.lon) == (-33.04, -71.63)
    assert "33" not in repr(point)
    assert "33" not in repr(Wanted(point=point))


@pytest.mark.parametrize("pair", [(91.0, 0.0), (0.0, -180.5), (float("nan"), 0.0), (0.0, float("inf"))])
def test_what_is_not_on_the_globe_is_refused_without_repeating_it(pair: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"^not a point on the globe$"):
        rounded(*pair)


@pytest.mark.parametrize("reach", list(Reach))
def test_an_empty_directory_answers_nothing(map_: None, reach: Reach) -> None:
    assert ask(here(open_at=TUESDAY), reach=reach) == Found((), 0, near.POINT)


# -- the same as row by row ----------------------------------------------------------------------------------------------

HOURS = (
    "",
    OFFICE,
    "24/7",
    "Mo-Sa 18:00-02:00",
    'Tu,Th 08:00-12:00 "con cita"',
    "Mo-Fr 08:00-12:00,14:00-18:00; PH off",
)
MUNICIPALITIES = ("CL05101", "CL05109", "CL13101", "CL05201", "CL15101", "CO54001", "CO54660", "CO11001", "CO54")
AREAS = ((), (), (), ("CL",), ("CO",), ("CL05", "CL13"), ("CO54001",), ("CL05101", "CO"))


def _world() -> None:
    chance = random.Random(7)
    Organisation.objects.create(name="De prueba", countries=["CO", "CL"], timezone="America/Bogota", is_demo=True)
    load(DIVISIONS)
    divisions = {one.pcode: one for one in Division.objects.filter(pcode__in=MUNICIPALITIES)}
    organization = Organization.objects.create(name="Centro Ficticio")
    places = [_place(chance, divisions) for _ in range(60)]
    for number in range(110):
        service = Service.objects.create(organization=organization, name=f"servicio {number % 80}", **_offer(chance))
        for place in chance.sample(places, chance.choice((0, 1, 1, 1, 2, 3))):
            ServiceAtLocation.objects.create(
                service=service, location=place, hours=chance.choice(("", "", *HOURS)), is_active=chance.random() < 0.95
            )
        if number % 10 == 0:
            begins = TUESDAY + timedelta(hours=chance.randrange(-48, 48))
            Notice.objects.create(kind="closed", service=service, begins_at=begins, ends_at=begins + timedelta(days=1))
    version.bump()


def _place(chance: random.Random, divisions: dict[str, Division]) -> Location:
    seen = chance.choice((*[Visibility.PUBLIC] * 6, *Visibility))
    if seen == Visibility.CONFIDENTIAL:
        return Location.objects.create(visibility=seen)
    division = divisions[chance.choice(MUNICIPALITIES)]
    lat, lon = division.latitude, division.longitude
    has_pin = lat is not None and lon is not None and chance.random() < 0.8
    return Location.objects.create(
        visibility=seen,
        kind=chance.choice(("physical",) * 8 + ("virtual", "postal")),
        division=division if chance.random() < 0.8 else None,
        country=division.country_id if chance.random() < 0.9 else "",
        latitude=round((lat or 0) + chance.uniform(-0.6, 0.6), 2) if has_pin else None,
        longitude=round((lon or 0) + chance.uniform(-0.6, 0.6), 2) if has_pin else None,
        languages=chance.choice(((), (), ("ht",))),
        hours=chance.choice(HOURS),
        step_free=chance.choice(("unknown", "yes", "no")),
        is_active=chance.random() < 0.95,
    )


def _offer(chance: random.Random) -> dict[str, Any]:
    return {
        "needs": tuple(chance.sample(NEEDS[:6], 2)),
        "populations": tuple(chance.sample(POPULATIONS[:6], chance.choice((0, 1, 2)))),
        "accepts": tuple(chance.sample(PAPERS, chance.choice((0, 0, 1, 2)))),
        "family": tuple(chance.sample(FAMILIES, chance.choice((0, 0, 2)))),
        "languages": tuple(chance.sample(("es", "en", "ht"), chance.choice((0, 1, 2)))),
        "interpretation": chance.choice(("", "", "Por teléfono")),
        "asks_documents": chance.choice(("unknown", "yes", "no")),
        "asks_status": chance.choice(("unknown", "yes", "no")),
        "sex": chance.choice(("", "", "women", "men")),
        "minimum_age": chance.choice((None, None, 6, 18)),
        "maximum_age": chance.choice((None, None, 17, 60)),
        "cost": chance.choice(("unknown", "free", "some", "paid")),
        "hours": chance.choice(HOURS),
        "areas": chance.choice(AREAS),
        "status": chance.choice(("active",) * 8 + ("inactive", "temporarily closed")),
        "visibility": chance.choice((*[Visibility.PUBLIC] * 8, *Visibility)),
        "is_emergency": chance.random() < 0.1,
        "is_withheld": chance.random() < 0.05,
    }


def _maybe(values: st.SearchStrategy[Any], nothing: Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(nothing), st.just(nothing), values)


POINTS = st.sampled_from([VALPARAISO, VINA, (7.9, -72.5), (-27.1, -109.4), (4.6, -74.1), (0.0, 0.0), (-33.3, -71.1)])
MOMENTS = st.integers(-72 * 4, 72 * 4).map(lambda quarters: TUESDAY + timedelta(minutes=15 * quarters, seconds=7))
ASKED = st.fixed_dictionaries(
    {
        "need": _maybe(st.sampled_from(NEEDS[:6]), ""),
        "point": _maybe(POINTS.map(lambda pair: Point(*pair)), None),
        "country": _maybe(st.sampled_from(("CL", "CO")), ""),
        "accepts": _maybe(st.lists(st.sampled_from(PAPERS), min_size=1, max_size=3).map(tuple), ()),
        "status_not_asked": _maybe(st.just(True), False),
        "language": _maybe(st.sampled_from(("ht", "en", "xx")), ""),
        "population": _maybe(st.sampled_from(POPULATIONS[:6]), ""),
        "sex": _maybe(st.sampled_from(("women", "men")), ""),
        "age": _maybe(st.integers(0, 90), None),
        "family": _maybe(st.sampled_from(FAMILIES), ""),
        "open_at": _maybe(MOMENTS, None),
        "emergency": _maybe(st.just(True), False),
        "radius_km": _maybe(st.sampled_from((1.0, 10.0, 80.0, 500.0)), None),
        "free": _maybe(st.just(True), False),
        "step_free": _maybe(st.just(True), False),
    }
)


class SameAsThePlainLoop(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        spots._current.clear()
        near.finding._current.clear()
        _world()
        cls.loops: dict[Reach, PlainLoop] = {reach: PlainLoop(reach, TUESDAY) for reach in Reach}

    @given(
        ASKED, _maybe(st.sampled_from(MUNICIPALITIES), ""), st.sampled_from(Reach), st.integers(0, 5), st.integers(0, 6)
    )
    def test_near_finds_what_a_plain_loop_finds(
        self, asked: dict[str, Any], pcode: str, reach: Reach, first: int, count: int
    ) -> None:
        wanted = Wanted(**asked, division=pk(pcode) if pcode else None)
        plain = self.loops[reach].find(wanted)
        found = find(wanted, reach=reach, now=TUESDAY, first=first, count=count)
        assert found.total == len(plain)
        assert [Told(hit.service, hit.at, hit.distance_km, hit.is_sure, hit.now.state) for hit in found.hits] == plain[
            first : first + count
        ]


def test_hours_that_nobody_confirmed_for_too_long_are_not_surely_open(
    offers: Offers, edu: User, now: time_machine.Traveller
) -> None:
    old, fresh = offers("Antiguo", point=VINA, hours=OFFICE), offers("Nuevo", point=VINA, hours=OFFICE)
    for service, days in ((old, 100), (fresh, 10)):
        trust.confirm(service, ("hours",), on=(TUESDAY - timedelta(days=days)).date(), how="call", by=edu)
        trust.confirm(service, ("contact", "address"), on=TUESDAY.date(), how="call", by=edu)
    found = find(Wanted(point=Point(*VINA), open_at=TUESDAY), reach=Reach.ANYONE, now=TUESDAY)
    assert [(hit.service, hit.is_sure) for hit in found.hits] == [(fresh.pk, True), (old.pk, False)]


@pytest.mark.parametrize("point", [(0.0, 0.0), (90.0, 180.0), (-12.05, -77.04)])
def test_from_a_point_in_no_country_we_know_nothing_far_away_is_near(
    offers: Offers, point: tuple[float, float]
) -> None:
    offers("Comedor", point=VINA)
    offers("Línea", areas=["CL"])
    assert find(Wanted(point=Point(*point)), reach=Reach.ANYONE, now=TUESDAY).hits == ()


def test_a_line_for_easter_island_keeps_the_time_of_easter_island(offers: Offers) -> None:
    offers("Línea", areas=["CL05201"], hours="Mo-Fr 09:00-17:00")
    evening = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # 16:30 on the island, 18:30 in Santiago
    (hit,) = find(Wanted(division=pk("CL05201")), reach=Reach.ANYONE, now=evening).hits
    assert hit.now.state is State.OPEN
