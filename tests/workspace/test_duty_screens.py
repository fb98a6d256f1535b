"""One's own shift, the list of alerts, following up and closing, and the link that says "I am going" from a telephone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Role, Tick, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.people.models import Address
from baquiano.safety import calling, following, shifts
from baquiano.safety.actions import acknowledge, raise_alert
from baquiano.safety.models import Alert, Call, DutyContact, FollowUp, Rung, Shift
from tests.conftest import Joins, browser_of
from tests.workspace.visitors import Visitor

pytestmark = pytest.mark.django_db

DUTY = "/workspace/duty/"
ALERTS = "/workspace/alerts/"


@pytest.fixture
def alert(waiting: Conversation) -> Alert:
    return raise_alert(Finding(Level.P0, Danger.VIOLENCE, "a-rule"), about=f"conversation:{waiting.pk}")


@pytest.fixture
def taken(alert: Alert, rosa: User) -> Alert:
    """Rosa went."""
    acknowledge(alert, by=rosa)
    return alert


@pytest.fixture
def shift(organisation: object, rosa: User, carla: User) -> Shift:
    """Rosa's, beginning now."""
    at = timezone.now()
    return shifts.plan(rosa, Rung.FIRST, at, at + timedelta(hours=8), by=carla)


def page_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def does(browser: Client, address: str, **said: str) -> str:
    return str(browser.post(address, said, follow=True).content.decode())


# -- the shift ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("organisation")
def test_without_a_shift_it_says_who_plans_them(rosas_browser: Client) -> None:
    page = page_of(rosas_browser, DUTY)
    assert "No tienes turnos planeados. Los planea coordinación." in page
    assert "Todavía nadie planeó turnos" in page


def test_a_shift_counts_only_after_its_test(rosas_browser: Client, shift: Shift) -> None:
    assert "Ahora no hay nadie de turno." in page_of(rosas_browser, DUTY)
    page = does(rosas_browser, f"{DUTY}{shift.pk}/begin/")
    assert "Responde la prueba: aún no cuenta" in page
    assert "Ahora no hay nadie de turno." in page
    page = does(rosas_browser, f"{DUTY}{shift.pk}/tested/")
    assert "tu turno cuenta desde ahora" in page
    assert "Ahora hay alguien de turno." in page
    shift.refresh_from_db()
    assert shift.tested_at is not None


def test_a_test_that_was_not_answered_in_time_is_sent_again(now: Any, rosas_browser: Client, shift: Shift) -> None:
    does(rosas_browser, f"{DUTY}{shift.pk}/begin/")
    now.shift(timedelta(minutes=11))
    page = page_of(rosas_browser, DUTY)
    assert "La prueba no se respondió: cuenta como nadie" in page
    does(rosas_browser, f"{DUTY}{shift.pk}/tested/")
    assert Shift.objects.get().tested_at is None
    does(rosas_browser, f"{DUTY}{shift.pk}/begin/")
    does(rosas_browser, f"{DUTY}{shift.pk}/tested/")
    assert Shift.objects.get().tested_at is not None


def test_nobody_begins_answers_or_ends_the_shift_of_somebody_else(carlas_browser: Client, shift: Shift) -> None:
    for deed in ("begin", "tested", "end"):
        assert carlas_browser.post(f"{DUTY}{shift.pk}/{deed}/").status_code == 404
    shift.refresh_from_db()
    assert (shift.begun_at, shift.tested_at, shift.ended_at) == (None, None, None)


def test_ending_it_uncovers_the_house(rosas_browser: Client, shift: Shift) -> None:
    for deed in ("begin", "tested"):
        does(rosas_browser, f"{DUTY}{shift.pk}/{deed}/")
    assert "Tu turno terminó. Gracias." in does(rosas_browser, f"{DUTY}{shift.pk}/end/")
    assert "Ahora no hay nadie de turno." in page_of(rosas_browser, DUTY)


def test_it_shows_who_else_is_there_and_whether_a_screen_of_theirs_is_looking(
    rosas_browser: Client, carlas_browser: Client, carla: User, shift: Shift
) -> None:
    at = timezone.now()
    other = shifts.plan(carla, Rung.SECOND, at, at + timedelta(hours=8), by=carla)
    shifts.begin(other, by=carla)
    shifts.answer_test(other, by=carla)
    assert "Sin pantalla: se le avisa por correo o teléfono" in page_of(rosas_browser, DUTY)
    carlas_browser.get("/workspace/duty/watch/")
    assert "Mirando una pantalla" in page_of(rosas_browser, DUTY)


@pytest.mark.parametrize("deed", ["begin", "tested", "end"])
def test_deeds_of_a_shift_are_posts(rosas_browser: Client, shift: Shift, deed: str) -> None:
    assert rosas_browser.get(f"{DUTY}{shift.pk}/{deed}/").status_code == 405


@pytest.mark.usefixtures("organisation")
def test_a_clock_that_stands_still_is_said_there_too(now: Any, rosas_browser: Client) -> None:
    words = "<span>El reloj de alertas está detenido"
    assert page_of(rosas_browser, DUTY).count(words) == 2  # the bar, hidden until its screen asks, and the page
    Tick.objects.create(name="clock", at=timezone.now(), worker="w")
    assert page_of(rosas_browser, DUTY).count(words) == 1


# -- how one is called ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("organisation")
def test_each_gives_their_own_mail(rosas_browser: Client, rosa: User) -> None:
    assert "Guardado" in does(rosas_browser, f"{DUTY}mail/", mail="rosa@example.org")
    assert DutyContact.objects.get(user=rosa).mail == "rosa@example.org"
    wrong = rosas_browser.post(f"{DUTY}mail/", {"mail": "rosa en casa"})
    assert wrong.status_code == 422
    assert "rosa en casa" in wrong.content.decode()
    does(rosas_browser, f"{DUTY}mail/", mail="")
    assert DutyContact.objects.get(user=rosa).mail == ""


def code_on(browser: Client) -> str:
    found = re.search(r"turno (\d{6})", page_of(browser, DUTY))
    assert found
    return found[1]


def test_a_duty_phone_is_one_from_which_the_code_was_written(
    rosas_browser: Client, rosa: User, waiting: Conversation, yuli: Visitor, whatsapp: Channel
) -> None:
    Conversation.objects.filter(pk=waiting.pk).update(address=Address.objects.create(channel=whatsapp))
    refused = rosas_browser.post(f"{DUTY}phone/", {"conversation": waiting.pk})
    assert refused.status_code == 422
    assert "El código no se escribió ahí hoy" in refused.content.decode()
    words = waiting.messages.filter(author="person").get()
    words.text = f"turno {code_on(rosas_browser)}"
    words.save()
    assert "se avisa a ese teléfono" in does(rosas_browser, f"{DUTY}phone/", conversation=str(waiting.pk))
    waiting.refresh_from_db()
    assert DutyContact.objects.get(user=rosa).phone == waiting.address
    does(rosas_browser, f"{DUTY}phone/none/")
    assert DutyContact.objects.get(user=rosa).phone is None


def test_the_code_of_somebody_else_makes_no_duty_phone(
    rosas_browser: Client, carlas_browser: Client, waiting: Conversation, yuli: Visitor
) -> None:
    yuli.says(f"turno {code_on(carlas_browser)}")
    assert rosas_browser.post(f"{DUTY}phone/", {"conversation": waiting.pk}).status_code == 422
    assert not DutyContact.objects.exists()


def test_a_conversation_that_one_may_not_read_is_not_there(rosas_browser: Client, rosa: User, yuli: Visitor) -> None:
    private = yuli.says("hola")
    assert rosas_browser.post(f"{DUTY}phone/", {"conversation": private.pk}).status_code == 404
    assert AuditEntry.objects.filter(actor=rosa, verb="refused").exists()


@pytest.mark.usefixtures("organisation")
@pytest.mark.parametrize("number", ["", "x", "0", "9" * 30])
def test_nonsense_for_a_conversation_is_said(rosas_browser: Client, number: str) -> None:
    assert rosas_browser.post(f"{DUTY}phone/", {"conversation": number}).status_code == 422


# -- the alerts -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("organisation")
def test_an_empty_list_says_so(rosas_browser: Client) -> None:
    assert "No hay alertas abiertas" in page_of(rosas_browser, ALERTS)


def test_the_list_says_how_each_stands(
    now: Any, rosas_browser: Client, carlas_browser: Client, rosa: User, alert: Alert
) -> None:
    assert "Nadie la ha visto" in page_of(rosas_browser, ALERTS)
    carlas_browser.get("/workspace/duty/watch/")
    assert "Vista, nadie va todavía" in page_of(rosas_browser, ALERTS)
    does(rosas_browser, f"{ALERTS}{alert.pk}/acknowledge/")
    assert "Fue Rosa" in page_of(carlas_browser, ALERTS)
    now.shift(timedelta(hours=25))
    rosas_browser.force_login(rosa)
    assert "Pregunta cómo está · venció hace 1 h" in page_of(rosas_browser, ALERTS)
    does(rosas_browser, f"{ALERTS}{alert.pk}/follow-up/", outcome="safe")
    assert "se puede cerrar" in page_of(rosas_browser, ALERTS)


def test_its_page_says_who_was_called_and_how(rosas_browser: Client, carlas_browser: Client, alert: Alert) -> None:
    carlas_browser.get("/workspace/duty/watch/")
    page = page_of(rosas_browser, f"{ALERTS}{alert.pk}/")
    assert "Carla" in page
    assert "En la pantalla" in page


def test_it_cannot_be_closed_without_asking_how_the_person_is(rosas_browser: Client, taken: Alert) -> None:
    page = page_of(rosas_browser, f"{ALERTS}{taken.pk}/")
    assert "Cerrar la alerta" not in page
    does(rosas_browser, f"{ALERTS}{taken.pk}/close/")
    taken.refresh_from_db()
    assert taken.closed_at is None
    does(rosas_browser, f"{ALERTS}{taken.pk}/follow-up/", outcome="accompanied", words="Va con su hermana")
    assert "Cerrar la alerta" in page_of(rosas_browser, f"{ALERTS}{taken.pk}/")
    assert "Va con su hermana" in page_of(rosas_browser, f"{ALERTS}{taken.pk}/")
    does(rosas_browser, f"{ALERTS}{taken.pk}/close/")
    taken.refresh_from_db()
    assert taken.closed_at is not None
    assert rosas_browser.get(f"{ALERTS}{taken.pk}/").status_code == 404


def test_reading_what_was_found_leaves_a_trace(rosas_browser: Client, rosa: User, taken: Alert) -> None:
    page_of(rosas_browser, f"{ALERTS}{taken.pk}/")
    assert not AuditEntry.objects.filter(verb="alert.read").exists()
    following.follow_up(taken, "no_answer", "", by=rosa)
    page_of(rosas_browser, f"{ALERTS}{taken.pk}/")
    entry = AuditEntry.objects.get(verb="alert.read")
    assert (entry.actor, entry.row) == (rosa, f"alert:{taken.pk}")


def test_nobody_answered_is_kept_and_does_not_close(rosas_browser: Client, taken: Alert) -> None:
    does(rosas_browser, f"{ALERTS}{taken.pk}/follow-up/", outcome="no_answer")
    taken.refresh_from_db()
    assert taken.followed_up_at is None
    assert FollowUp.objects.get().outcome == "no_answer"


@pytest.mark.parametrize("outcome", ["", "invented"])
def test_what_is_not_an_outcome_is_said_and_the_words_stay(rosas_browser: Client, taken: Alert, outcome: str) -> None:
    answer = rosas_browser.post(f"{ALERTS}{taken.pk}/follow-up/", {"outcome": outcome, "words": "La llamé dos veces"})
    assert answer.status_code == 422
    assert "La llamé dos veces</textarea>" in answer.content.decode()


def test_no_danger_needs_words(rosas_browser: Client, taken: Alert) -> None:
    answer = rosas_browser.post(f"{ALERTS}{taken.pk}/follow-up/", {"outcome": "false_alarm"})
    assert answer.status_code == 422
    assert not FollowUp.objects.exists()


def test_following_up_before_somebody_went_is_refused(rosas_browser: Client, alert: Alert) -> None:
    assert rosas_browser.post(f"{ALERTS}{alert.pk}/follow-up/", {"outcome": "safe"}).status_code == 422


@pytest.mark.parametrize("deed", ["acknowledge", "follow-up", "close"])
def test_deeds_on_an_alert_are_posts(rosas_browser: Client, alert: Alert, deed: str) -> None:
    assert rosas_browser.get(f"{ALERTS}{alert.pk}/{deed}/").status_code == 405


def test_how_they_went_is_counts_and_times_for_whoever_coordinates(
    rosas_browser: Client, carlas_browser: Client, rosa: User, taken: Alert
) -> None:
    following.follow_up(taken, "safe", "zqpalabrazq", by=rosa)
    following.close(taken, by=rosa)
    page = page_of(carlas_browser, f"{ALERTS}past/")
    assert "1 / 1" in page
    assert "zqpalabrazq" not in page
    assert "/workspace/inbox/1" not in page
    assert rosas_browser.get(f"{ALERTS}past/").status_code == 404


def test_a_director_sees_how_they_went_and_no_alert(joins: Joins, alert: Alert) -> None:
    browser = browser_of(joins("luz", "Luz", Role.DIRECTOR))
    assert "No se cerró ninguna alerta" in page_of(browser, f"{ALERTS}past/")
    assert browser.get(ALERTS).status_code == 404


# -- the link in a mail or on a telephone ---------------------------------------------------------------------------------


@pytest.fixture
def token(rosa: User) -> str:
    """As a mail to Rosa would carry it."""
    return "una-llave-de-un-correo"


def called(user: User, token: str, **about: Any) -> Call:
    hashed = calling.token_hash(token)
    return Call.objects.create(user=user, way=Call.Way.MAIL, rung=1, token_hash=hashed, **about)


def test_opening_the_link_shows_nothing_and_changes_nothing(
    client: Client, rosa: User, alert: Alert, token: str
) -> None:
    called(rosa, token, alert=alert)
    page = re.sub(
        r'value="\w{64}"', "", page_of(client, f"/workspace/called/{token}/")
    )  # the form's own token may spell anything
    assert "Voy" in page
    for word in ("Violencia", "P0", "Rosa", "inbox/1", "chat"):
        assert word not in page
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_its_one_button_says_that_rosa_goes(client: Client, rosa: User, alert: Alert, token: str) -> None:
    called(rosa, token, alert=alert)
    page = client.post(f"/workspace/called/{token}/", follow=True).content.decode()
    assert "Anotado. Gracias." in page
    alert.refresh_from_db()
    assert alert.acknowledged_by == rosa
    assert "Anotado. Gracias." in page_of(client, f"/workspace/called/{token}/")


def test_who_comes_second_need_not_do_anything(
    client: Client, rosa: User, carla: User, alert: Alert, token: str
) -> None:
    called(rosa, token, alert=alert)
    acknowledge(alert, by=carla)
    page = client.post(f"/workspace/called/{token}/", follow=True).content.decode()
    assert "Ya va otra persona" in page
    alert.refresh_from_db()
    assert alert.acknowledged_by == carla


def test_the_link_answers_the_test_of_a_shift(client: Client, rosa: User, shift: Shift, token: str) -> None:
    shifts.begin(shift, by=rosa)
    called(rosa, token, shift=shift)
    assert "No ha pasado nada" in page_of(client, f"/workspace/called/{token}/")
    assert "Tu turno cuenta." in client.post(f"/workspace/called/{token}/", follow=True).content.decode()
    shift.refresh_from_db()
    assert shift.tested_at is not None


@pytest.mark.usefixtures("organisation")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_was_invented_or_is_too_old_says_so(
    now: Any, client: Client, rosa: User, shift: Shift, token: str, method: str
) -> None:
    called(rosa, token, shift=shift)
    now.shift(timedelta(hours=25))
    for key in (token, "inventada"):
        answer = getattr(client, method)(f"/workspace/called/{key}/")
        assert answer.status_code == 410
        assert "Este enlace ya no sirve" in answer.content.decode()


# -- what waits for somebody ----------------------------------------------------------------------------------------------


def begins(browser: Client) -> str:
    """What waits for them, on the page where those begin who have no inbox."""
    page = browser.get("/workspace/may/").content.decode()
    return str(page.partition('class="duties"')[2].partition("</section>")[0])


def test_a_follow_up_waits_for_whoever_went_and_when_late_for_whoever_coordinates(
    now: Any, rosas_browser: Client, carlas_browser: Client, rosa: User, carla: User, taken: Alert
) -> None:
    assert "1 alerta espera que preguntes cómo está la persona" in begins(rosas_browser)
    assert "alerta espera" not in begins(carlas_browser)
    now.shift(timedelta(hours=25))
    rosas_browser.force_login(rosa)
    carlas_browser.force_login(carla)
    assert "1 alerta pasó el día sin que se preguntara cómo está la persona" in begins(rosas_browser)
    assert "1 alerta pasó el día" in begins(carlas_browser)
    following.follow_up(taken, "safe", "", by=rosa)
    assert "alerta" not in begins(carlas_browser)


def test_a_shift_that_may_be_begun_is_said(rosas_browser: Client, carlas_browser: Client, shift: Shift) -> None:
    assert "Tu turno espera que lo empieces" in begins(rosas_browser)
    assert "Tu turno" not in begins(carlas_browser)


def test_a_house_that_nobody_covers_is_said_to_whoever_plans(
    rosas_browser: Client, carlas_browser: Client, rosa: User, shift: Shift
) -> None:
    assert "Ahora no hay nadie de turno" in begins(carlas_browser)
    assert "Ahora no hay nadie de turno" not in begins(rosas_browser)
    shifts.begin(shift, by=rosa)
    shifts.answer_test(shift, by=rosa)
    assert "Ahora no hay nadie de turno" not in begins(carlas_browser)
