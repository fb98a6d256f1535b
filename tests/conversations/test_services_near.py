"""Places and services in the chat: three with their distance and hours, on every door; where somebody is stays nowhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baquiano.accounts.models import Organisation
from baquiano.channels import webchat
from baquiano.channels.events import Alias, Kind, Scheme
from baquiano.channels.models import RawWebhook
from baquiano.channels.numbered import numbered
from baquiano.channels.protocol import Choice, OutMessage
from baquiano.channels.segments import segments, transliterated
from baquiano.channels.sms.render import render as as_sms
from baquiano.conversations import needs, services_near
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.tools import tools
from baquiano.conversations.wording import compose
from baquiano.directory import version
from baquiano.directory.models import Answer, Problem, Service, Visibility
from baquiano.engine.nearby import NEEDS, SEVERAL, Search
from baquiano.engine.picks import tap
from baquiano.engine.said import Said
from baquiano.engine.state import State
from baquiano.engine.tools import Offer, Spot
from baquiano.engine.turn import take_turn
from baquiano.knowledge.models import Article, Topic
from baquiano.lib.text import fold
from baquiano.post.body import from_json, to_json
from baquiano.safety.models import Alert
from baquiano.territory import codes
from baquiano.territory.models import Country, Division
from tests.conversations.conftest import Phone, work
from tests.directory import offers
from tests.fakes.graph import webhook

pytestmark = pytest.mark.django_db

EXACT = ("-33.0245", "-71.5518", "33.0245", "71.5518", "-33.02", "-71.55")
PIN = {"latitude": -33.024512, "longitude": -71.551834, "name": "Mi pieza", "address": "Calle Prueba 77"}


@pytest.fixture
def places(house: Organisation) -> list[Service]:
    """Four dining rooms and one bed near Viña del Mar, one dining room in another region, and a shelter that nobody is told of."""
    commune = offers.territory()
    region = commune.parent
    assert region is not None
    vina, _ = Division.objects.get_or_create(
        country=Country.objects.get(code="CL"),
        level=3,
        code="05109",
        defaults={
            "pcode": "CL05109",
            "name": "Viña del Mar",
            "name_folded": "vina del mar",
            "parent": region,
            "latitude": -33.02,
            "longitude": -71.55,
        },
    )
    owner = offers.organization()
    found = []
    for number in range(4):
        row = offers.service(
            owner, f"Comedor Ficticio {number}", asks_documents=Answer.NO if number else Answer.UNKNOWN
        )
        offers.at(
            row,
            offers.place(
                owner, f"Casa Ficticia {number}", division=vina, latitude=-33.03 - number / 50, longitude=-71.55
            ),
        )
        found.append(row)
    bed = offers.service(owner, "Hospedería Ficticia", needs=("shelter",), hours="24/7")
    offers.at(bed, offers.place(owner, "Casa de Noche Ficticia", division=vina, latitude=-33.04, longitude=-71.56))
    hidden = offers.service(owner, "CANARIO-servicio", needs=("shelter",))
    offers.at(hidden, offers.shelter())
    secret = offers.service(owner, "CANARIO-servicio-2", needs=("food", "shelter"), visibility=Visibility.CONFIDENTIAL)
    offers.at(secret, offers.place(owner, division=vina, latitude=-33.021, longitude=-71.55))
    version.bump()
    return found


@pytest.fixture
def yuli(phone: Phone, places: list[Service]) -> Iterator[Phone]:
    yield phone


def says(phone: Phone, *texts: str) -> str:
    for text in texts:
        phone.says(text)
        work()
    return phone.heard[-1]


def shares(phone: Phone, pin: dict[str, Any] | None = None) -> str:
    message = phone.message("")
    del message["text"]
    phone.posts(webhook(messages=[{**message, "type": "location", "location": pin or PIN}]))
    work()
    return phone.heard[-1]


# -- three, one line each ------------------------------------------------------------------------------------------------


def test_food_in_vina_is_three_lines_with_how_far_whether_open_and_the_telephone(yuli: Phone) -> None:
    heard = says(yuli, "Chile", "necesito comida en Viña")
    lines = [line for line in heard.splitlines() if line[:2] in ("1.", "2.", "3.")]
    assert len(lines) == 3
    assert all("Comedor Ficticio" in line and "km" in line and "555 0101" in line for line in lines)
    assert "Viña del Mar" in heard
    assert "CANARIO" not in heard
    rows = yuli.letters[-1].body["interactive"]["action"]["sections"][0]["rows"]
    assert len(rows) <= 10


def test_more_and_then_one_with_all_that_is_known_of_it(yuli: Phone) -> None:
    says(yuli, "Chile", "comida en Viña")
    assert "Comedor Ficticio 3" in says(yuli, "más")
    whole = says(yuli, "1")
    assert "Comedor Ficticio 3" in whole
    assert "Calle Ficticia 123" in whole
    assert "Viña del Mar" in whole
    assert "Centro Ficticio" in whole


def test_a_slip_is_asked_and_never_taken_for_granted(yuli: Phone) -> None:
    heard = says(yuli, "Chile", "comida en Vinia")
    assert "1. Viña del Mar, Valparaíso" in heard
    assert "Comedor" not in heard
    assert "Comedor Ficticio 0" in says(yuli, "1")


def test_by_the_menu_the_department_and_without_anything_it_is_said_so_and_a_person_is_there(yuli: Phone) -> None:
    heard = says(yuli, "Chile", "menu")
    number = next(line.split(".")[0] for line in heard.splitlines() if line.endswith("Lugares y servicios"))
    assert "Comida" in says(yuli, number)
    says(yuli, "ropa")
    assert "comuna" in yuli.heard[-1]
    heard = says(yuli, "Viña")
    assert "no tenemos lugares" in heard
    assert "Hablar con alguien" in heard


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "necesito comida en Viña"),
        ("en", "food in Viña del Mar"),
        ("pt", "onde tem comida em Viña del Mar"),
        ("fr", "un repas à Viña del Mar"),
        ("ht", "manje nan Viña del Mar"),
    ],
)
def test_in_every_language_and_in_few_short_messages(language: str, text: str, places: list[Service]) -> None:
    ready = tools()
    state = State(language=language, language_chosen=True, country="CL", greeted=True, alerted=True)
    turn = take_turn(state, Said(text), ready)
    message = compose(turn.replies[-1], turn.state, ready.pictures).message
    assert [choice.title for choice in message.choices[:3]] == [f"Comedor Ficticio {n}" for n in range(3)]
    sent = as_sms(message, Alias(Scheme.SMS, "56955500001"))
    assert sum(segments(transliterated(one["text"])).count for one in sent) <= 5
    assert "{" not in message.text


def test_what_is_read_aloud_has_no_list(places: list[Service]) -> None:
    found = services_near.find("food", place=Division.objects.get(code="05109").pk, spot=None, most=3)
    spoken = services_near.spoken(found, "es")
    assert len(spoken) == 3
    assert "Comedor Ficticio 0" in spoken[0]


# -- where somebody is stays nowhere --------------------------------------------------------------------------------------


def test_a_shared_place_is_searched_from_and_stays_nowhere(yuli: Phone) -> None:
    says(yuli, "Chile", "albergue")
    heard = shares(yuli)
    assert "Hospedería Ficticia" in heard
    assert "km" in heard
    conversation = Conversation.objects.get()
    kept = [json.dumps(conversation.state), *Message.objects.filter(author="person").values_list("text", flat=True)]
    kept += [bytes(raw.body).decode() for raw in RawWebhook.objects.all()]
    assert not [mark for text in kept for mark in (*EXACT, "Prueba 77") if mark in text]
    assert Message.objects.get(kind=Kind.LOCATION).text == ""
    assert not Alert.objects.exists()
    assert not Handoff.objects.exists()


def test_before_it_is_read_it_is_rounded_already(yuli: Phone) -> None:
    message = yuli.message("")
    del message["text"]
    yuli.posts(webhook(messages=[{**message, "type": "location", "location": PIN}]))
    body = bytes(RawWebhook.objects.get().body).decode()
    assert "-33.02" in body
    assert "-33.024" not in body
    assert "Prueba 77" not in body


def test_the_same_place_shared_twice_is_one_message(yuli: Phone) -> None:
    message = yuli.message("", id="wamid.same")
    del message["text"]
    body = webhook(messages=[{**message, "type": "location", "location": PIN}])
    yuli.posts(body)
    work()
    yuli.posts(body)
    work()
    assert Message.objects.filter(kind=Kind.LOCATION).count() == 1
    assert RawWebhook.objects.count() == 1


def test_shared_out_of_nothing_it_asks_what_for_and_danger_stands_first(yuli: Phone) -> None:
    says(yuli, "Chile")
    heard = shares(yuli)
    assert "1. Me siento en peligro" in heard
    assert "Comida" in heard
    assert "Comedor Ficticio 0" in says(yuli, "comida")


def test_shared_after_danger_a_person_is_called_and_nothing_is_listed(yuli: Phone) -> None:
    says(yuli, "Chile", "mi marido me está pegando ahora")
    before = Handoff.objects.count()
    assert before == 1
    heard = shares(yuli)
    assert "Ficticia" not in heard
    assert Handoff.objects.get().level in ("P0", "P1")
    assert not [
        mark
        for text in Message.objects.filter(author="person").values_list("text", flat=True)
        for mark in EXACT
        if mark in text
    ]


def test_a_place_nobody_can_read_still_waits_for_a_person(yuli: Phone) -> None:
    shares(yuli, {"latitude": "x", "longitude": None})
    assert Alert.objects.get().level == "P2"


# -- what is confidential -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        "casa de acogida",
        "refugio para mujeres en Viña",
        "necesito un albergue para mujeres maltratadas",
        "women's shelter",
        "kay pou fanm",
    ],
)
def test_a_house_for_survivors_is_the_route_and_a_person(yuli: Phone, asked: str) -> None:
    says(yuli, "Chile")
    begun = len(yuli.heard)
    says(yuli, asked)
    said = "\n".join(yuli.heard[begun:])
    assert "CANARIO" not in said
    assert "Ficticia" not in said
    assert Handoff.objects.get().level == "P1"
    assert Alert.objects.get().level == "P1"


def test_no_search_of_any_need_finds_what_is_confidential(yuli: Phone) -> None:
    vina = Division.objects.get(code="05109").pk
    for need in codes.NEEDS:
        found = services_near.find(need, place=vina, spot=None, most=9)
        assert not [card.name for card in services_near.known(found, "es").values() if "CANARIO" in card.name]
    hidden = Service.objects.get(name="CANARIO-servicio-2")
    forged = tap(f"service:{services_near.id_of(hidden.pk, hidden.at.get().pk)}")
    ready = tools()
    turn = take_turn(State(country="CL", greeted=True), Said("x", forged), ready)
    assert "ya no está en la lista" in compose(turn.replies[0], turn.state, ready.pictures).message.text


def test_one_that_is_withheld_after_it_was_listed_is_gone_without_a_word_of_why(yuli: Phone) -> None:
    says(yuli, "Chile", "comida en Viña")
    Service.objects.filter(name="Comedor Ficticio 0").update(is_withheld=True, withheld_because="no quieren")
    heard = says(yuli, "1")
    assert "ya no está en la lista" in heard
    assert "quieren" not in heard


# -- far away, and nowhere that we know ------------------------------------------------------------------------------------


def _town(country: str, code: str, name: str, latitude: float, longitude: float, region: str) -> Division:
    parent, _ = Division.objects.get_or_create(
        country_id=country,
        level=1,
        code=code[:2],
        defaults={"pcode": f"{country}{code[:2]}", "name": region, "name_folded": region.lower()},
    )
    town, _ = Division.objects.get_or_create(
        country_id=country,
        level=2 if country == "CO" else 3,
        code=code,
        defaults={
            "pcode": f"{country}{code}",
            "name": name,
            "name_folded": fold(name),
            "parent": parent,
            "latitude": latitude,
            "longitude": longitude,
        },
    )
    return town


def test_nobody_is_sent_farther_than_a_day_and_what_is_far_is_said_to_be(yuli: Phone) -> None:
    _town("CL", "04101", "La Serena", -29.9, -71.25, "Coquimbo")
    near_enough = _town("CL", "04203", "Los Vilos", -31.91, -71.51, "Coquimbo")
    heard = says(yuli, "Chile", "comida en La Serena")
    assert "no tenemos lugares" in heard
    assert "Comedor" not in heard
    heard = says(yuli, "comida en Los Vilos")
    assert "cerca de Los Vilos no conozco ninguno" in heard
    assert "Comedor Ficticio 0" in heard
    found = services_near.find("food", place=near_enough.pk, spot=None, most=9)
    assert [50 < (offer.km or 0) <= services_near.FARTHEST_KM for offer in found] == [True] * 4


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(0.0, 0.0), (90.0, 180.0), (-12.05, -77.04)], ids=["nowhere", "pole", "Lima"]
)
@pytest.mark.parametrize("country", ["Chile", "Colombia"])
def test_a_place_shared_far_from_all_we_know_lists_nothing(
    yuli: Phone, country: str, latitude: float, longitude: float
) -> None:
    line = offers.service(offers.organization(), "Línea Ficticia", needs=("shelter",), areas=("CL",), phones=[])
    assert services_near.find("shelter", place=0, spot=Spot(latitude, longitude), most=9) == ()
    says(yuli, country, "albergue")
    heard = shares(yuli, {"latitude": latitude, "longitude": longitude})
    assert "No conozco ese lugar" in heard
    assert line.name not in heard
    assert "Ficticia" not in heard


# -- open now, without papers ----------------------------------------------------------------------------------------------


def test_open_now_leaves_out_what_is_closed_and_what_is_known_comes_first(yuli: Phone) -> None:
    vina = Division.objects.get(code="05109")
    Service.objects.filter(name="Comedor Ficticio 0").update(hours="off")
    Service.objects.filter(name="Comedor Ficticio 1").update(hours="")
    Service.objects.filter(name="Comedor Ficticio 2").update(hours="24/7")
    Service.objects.filter(name="Comedor Ficticio 3").update(status=Service.Status.CLOSED)
    version.bump()
    found = services_near.find(Search("food", is_open=True).kept, place=vina.pk, spot=None, most=9)
    names = [card.name for card in services_near.known(found, "es").values()]
    assert names == ["Comedor Ficticio 2", "Comedor Ficticio 1"]


def test_without_papers_leaves_out_who_asks_for_them(yuli: Phone) -> None:
    vina = Division.objects.get(code="05109")
    Service.objects.filter(name="Comedor Ficticio 1").update(asks_documents=Answer.YES, accepts=("passport",))
    version.bump()
    found = services_near.find(Search("food", without_papers=True).kept, place=vina.pk, spot=None, most=9)
    names = [card.name for card in services_near.known(found, "es").values()]
    assert names == ["Comedor Ficticio 2", "Comedor Ficticio 3", "Comedor Ficticio 0"]


# -- the other country -----------------------------------------------------------------------------------------------------


def test_a_town_of_the_other_country_is_asked_with_the_name_of_its_country(yuli: Phone) -> None:
    heard = says(yuli, "Colombia", "comida en Viña del Mar")
    assert "1. Viña del Mar, Valparaíso (Chile)" in heard
    assert "Comedor Ficticio 0" in says(yuli, "1")
    assert not Handoff.objects.exists()


# -- after an answer that speaks of several needs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "need"),
    [
        ("no tengo donde dormir", "shelter"),
        ("necesito dormir y comida", "shelter"),
        ("como funciona el codigo azul", "shelter"),
        ("pañales y mercaderia de la municipalidad", "clothing"),
        ("comida de la municipalidad", "food"),
    ],
)
def test_after_an_answer_the_places_are_those_for_what_was_asked(places: list[Service], asked: str, need: str) -> None:
    answer = tools().approved("gen_ayuda_humanitaria", country="CL", about=asked)
    assert answer is not None
    assert answer.need == need


def test_a_text_that_speaks_of_several_needs_asks_which(places: list[Service]) -> None:
    ready = tools()
    texts = ready.shelf.texts_of("gen_ayuda_humanitaria", "CO")
    [several] = [text for text in texts if text.article == "gen_ayuda_humanitaria_co"]
    answer = ready.again(several.version)
    assert answer is not None
    assert answer.need == SEVERAL


def test_a_text_that_speaks_of_a_need_of_its_own_is_one_and_a_need_is_one_that_is_offered(house: Organisation) -> None:
    for topic, needs_of_texts in needs.NEED_OF_TEXT.items():
        assert topic not in needs.NEED_OF
        assert set(needs_of_texts.values()) <= set(NEEDS)
        assert set(needs_of_texts) <= set(Article.objects.filter(topic=topic).values_list("pk", flat=True))


# -- something is wrong ---------------------------------------------------------------------------------------------------


def test_two_doors_that_do_not_know_each_other_warn(yuli: Phone) -> None:
    says(yuli, "Chile", "comida en Viña", "algo está mal", "2", "1")
    problem = Problem.objects.get()
    assert (problem.reason, problem.door, problem.service.name) == ("closed", "whatsapp", "Comedor Ficticio 1")
    assert yuli.number not in problem.door_hash
    says(yuli, "comida en Viña", "algo está mal", "2", "1")
    assert Problem.objects.count() == 1
    other = Phone(yuli.graph, yuli.channel, number="56955500077")
    says(other, "Chile", "comida en Viña", "algo está mal", "2", "3")
    assert Problem.objects.count() == 2
    assert "puede estar" in says(other, "comida en Viña", "2") or Problem.objects.count() == 2


# -- what it costs --------------------------------------------------------------------------------------------------------


def test_a_turn_that_asks_for_no_place_reads_nothing_of_the_directory(house: Organisation) -> None:
    ready = tools()
    state = State(country="CL", greeted=True, alerted=True, language_chosen=True)
    with CaptureQueriesContext(connection) as queries:
        for text in (
            "menu",
            "como inscribo a mi hija en el colegio sin RUN",
            "gracias",
            "1",
            "me quiero morir",
            "viña",
        ):
            turn = take_turn(state, Said(text), ready)
            for reply in turn.replies:
                compose(reply, turn.state, ready.pictures)
    read = [query["sql"] for query in queries if "directory_" in query["sql"] or "territory_" in query["sql"]]
    assert read == []


# -- the words ------------------------------------------------------------------------------------------------------------


def test_the_needs_that_are_named_and_offered_are_those_of_the_directory() -> None:
    assert set(needs.needs_named()) == set(NEEDS) < set(codes.NEEDS)
    assert set(needs.NEED_OF.values()) <= set(NEEDS)


def test_every_topic_that_leads_to_places_is_one_and_none_of_those_with_a_route(house: Organisation) -> None:
    assert set(needs.NEED_OF) <= set(Topic.objects.values_list("pk", flat=True))
    assert not {"gen_violencia_genero", "gen_trata_trafico", "gen_ninez_sola"} & set(needs.NEED_OF)


@pytest.mark.parametrize(
    ("text", "need", "place"),
    [
        ("Necesito COMIDA en Viña, por favor", "food", "vina"),
        ("¿hay duchas en la serena?", "water_hygiene", "la serena"),
        ("abogado gratis cerca", "legal_aid", ""),
        ("a place to sleep near Cali", "shelter", "cali"),
        ("preciso de fraldas em Medellín", "clothing", "medellin"),
        ("je cherche un médecin à Santiago", "health", "a santiago"),
        ("mwen bezwen manje nan Temuco", "food", "temuco"),
        ("comedorrrrr", "food", ""),
    ],
)
def test_what_is_needed_and_where_is_read_from_the_words(text: str, need: str, place: str) -> None:
    sought = needs.sought(text)
    assert (sought.need, sought.place if need else "") == (need, place)


@pytest.mark.parametrize(
    "text",
    [
        "refugio",
        "pedir refugio en Chile",
        "casa",
        "mi casa en Viña",
        "trabajo en una casa de familia",
        "hogar",
        "quiero arrendar una casa",
        "vivo en un albergue",
        "busco casa con mi pareja en viña",
        "arriendo casa para mujer sola",
        "vivo en casa de mi esposo y quiero trabajar",
        "quiero ir a casa de mi ex a buscar mis papeles",
        "residencia por mi esposo casa",
        "mi hija se escapó de la casa",
        "dónde se registran las víctimas del conflicto",
        "dónde denuncio un robo en mi casa",
        "I live in my husband's house and look for work",
        "moro na casa do meu marido",
        "mwen rete kay mari m",
        "je vis dans la maison de mon mari",
    ],
)
def test_a_house_is_not_always_one_for_survivors(text: str) -> None:
    assert not needs.sought(text).is_of_survivors


@pytest.mark.parametrize(
    "text",
    [
        "hogar para mujeres con hijos",
        "casa para mujeres embarazadas",
        "kasa refujio para mujeres",
        "refugio para victimas",
        "mi amiga necesita un lugar donde esconderse de su marido",
        "casa de acojida",
        "necesito hospedaje para una mujer",
        "albergue confidencial",
        "shelter for abused women",
        "a place to hide from my husband",
        "abrigo para mulheres agredidas",
        "un endroit pour me cacher de mon mari",
        "yon kote pou m kache",
    ],
)
def test_however_it_is_asked_for_a_house_for_survivors_is_understood(text: str) -> None:
    found = needs.sought(text)
    assert found.is_of_survivors
    assert found.is_needed or len(text.split()) > needs.SURVIVORS_FEW_WORDS


@pytest.mark.parametrize(
    ("text", "need", "is_open", "without_papers"),
    [
        ("hay un comedor abierto ahora en viña del mar?", "food", True, False),
        ("comida abierta ahora en viña", "food", True, False),
        ("is there food open now", "food", True, False),
        ("comida sin papeles en viña", "food", False, True),
        ("doctor without papers", "health", False, True),
        ("comida en viña", "food", False, False),
    ],
)
def test_open_now_and_without_papers_are_understood(text: str, need: str, is_open: bool, without_papers: bool) -> None:
    found = needs.sought(text)
    assert (found.need, found.is_open, found.without_papers) == (need, is_open, without_papers)


@pytest.mark.parametrize("id", ["", ".", "x", "x.y", "####.####", "AAAA.", "é.ñ", "A" * 400])
def test_an_id_that_is_none_of_ours_is_nothing(id: str) -> None:
    assert services_near.known([Offer(id)], "es") == {}
    services_near.report(id, "closed", door="web", door_key="x")
    assert not Problem.objects.exists()


def test_a_page_shows_its_name_and_what_is_known_of_it_together() -> None:
    """Where there is room for everything, nothing stands in the place of the name."""
    bare, topic, place = (
        Choice("1", "Menú"),
        Choice("2", "Sisbén", "Sisbén: la encuesta"),
        Choice("3", "Comedor", more="1 km"),
    )
    assert [choice.in_full for choice in (bare, topic, place)] == ["Menú", "Sisbén: la encuesta", "Comedor · 1 km"]
    assert from_json(to_json(OutMessage("", (bare, topic, place)))).choices == (bare, topic, place)
    assert webchat.render(OutMessage("", (place,)), Alias(Scheme.WEB, "x"))[0]["choices"][0]["note"] == "Comedor · 1 km"
    assert numbered((place,)) == "1. Comedor · 1 km"


@pytest.mark.parametrize("text", ["hogar para mujeres con hijos", "casa para mujeres embarazadas"])
def test_a_house_for_survivors_has_the_numbers_of_violence_whatever_the_ear_took_it_for(yuli: Phone, text: str) -> None:
    says(yuli, "Chile")
    says(yuli, text)
    assert (Alert.objects.get().kind, Alert.objects.get().level) == ("violence", "P1")
