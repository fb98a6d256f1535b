"""Asking Meta how a line is: each question has its own answer, and what was not told stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baquiano.channels import checking, condition
from baquiano.channels.asked import Asking
from baquiano.channels.events import LineChanged, LineFact, TemplateChanged
from baquiano.channels.models import Channel
from baquiano.channels.whatsapp.asking import ask
from baquiano.post import lines
from baquiano.post.models import Template
from baquiano.terminal import examination
from tests.fakes.graph import ACCOUNT, Graph

END = 1_800_000_000


def settings(graph: Graph, **more: str) -> dict[str, str]:
    return graph.settings | {"account_id": ACCOUNT} | more


def why_not(graph: Graph, **more: str) -> dict[Asking, str]:
    return {one.asking: one.why_not for one in ask(settings(graph, **more)).asked if one.why_not}


def test_a_line_that_works_tells_all_of_it(graph: Graph) -> None:
    graph.approve("aviso", "Cambió algo.")
    graph.token_until = END
    told = ask(settings(graph))
    assert [one.asking for one in told.asked] == list(Asking)
    assert all(one.is_well for one in told.asked)
    assert (told.quality, told.limit, told.account_state, told.number) == ("green", "2k", "approved", "15550000000")
    assert told.token_until == datetime.fromtimestamp(END, UTC)
    assert told.templates == (TemplateChanged("", ACCOUNT, "aviso", "es", "approved"),)


def test_a_token_that_does_not_end_has_no_end(graph: Graph) -> None:
    assert ask(settings(graph)).token_until is None


def test_settings_that_cannot_work_ask_nothing(graph: Graph) -> None:
    told = ask(settings(graph, access_token=""))
    assert [(one.asking, one.why_not) for one in told.asked] == [(Asking.SETTINGS, "settings")]


def test_each_thing_that_does_not_work_is_named(graph: Graph) -> None:
    graph.is_subscribed = False
    assert why_not(graph) == {Asking.WEBHOOK: "not subscribed"}
    graph.number.status = "DISCONNECTED"
    assert why_not(graph)[Asking.NUMBER] == "not registered"
    assert why_not(graph, phone_number_id="999999999999999")[Asking.NUMBER] == "account"


def test_without_the_account_the_rest_is_asked_all_the_same(graph: Graph) -> None:
    unknown = {Asking.ACCOUNT, Asking.WEBHOOK, Asking.TEMPLATES}
    assert why_not(graph, account_id="") == dict.fromkeys(unknown, "account unknown")


def test_a_token_that_is_not_valid_any_more_is_told_first(graph: Graph) -> None:
    assert why_not(graph, access_token="viejo")[Asking.TOKEN] == "token"


@pytest.mark.parametrize("code", [4, 130429, 131000])
def test_a_server_in_trouble_is_asked_once_and_says_nothing_about_the_line(graph: Graph, code: int) -> None:
    graph.refuse_question(code, status=500)
    asked = ask(settings(graph)).asked
    assert [one.why_not for one in asked] == ["", *["no connection"] * 5]


def test_nobody_listening_is_no_news() -> None:
    with Graph() as graph:
        closed = settings(graph)
    assert {one.why_not for one in ask(closed).asked} == {"", "no connection"}


# What is written on the line


@pytest.fixture
def line(whatsapp: Channel, graph: Graph) -> Channel:
    whatsapp.settings = settings(graph)
    whatsapp.save()
    return whatsapp


@pytest.mark.django_db
def test_every_line_is_asked_about_once_in_ten_minutes(
    line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    graph.approve("aviso", "Cambió algo.")
    notice = Template.objects.create(channel=line, name="aviso", language="es", text="Cambió algo.")
    at = datetime.now(UTC)
    assert lines.check_due(at) == 1
    line.refresh_from_db()
    notice.refresh_from_db()
    assert (line.quality, line.limit, line.account_state, line.trouble) == ("green", "2k", "approved", "")
    assert line.setting("display_number") == "15550000000"
    assert notice.state == Template.Status.APPROVED
    assert lines.check_due(at + timedelta(minutes=9)) == 0
    assert lines.check_due(at + timedelta(minutes=11)) == 1


@pytest.mark.django_db
def test_a_dead_token_stops_the_line_before_a_letter_is_refused(line: Channel, graph: Graph) -> None:
    graph.token = "otro"
    checking.check(line)
    line.refresh_from_db()
    assert line.trouble == "token"


@pytest.mark.django_db
def test_what_was_not_told_stays_as_it_was(line: Channel, graph: Graph) -> None:
    checking.check(line)
    graph.refuse_question(131000, status=500)
    checking.check(line)
    line.refresh_from_db()
    assert (line.quality, line.limit, line.account_state) == ("green", "2k", "approved")


@pytest.mark.django_db
def test_a_restriction_told_by_a_webhook_is_not_covered_by_an_approval(line: Channel) -> None:
    condition.changed(line, LineChanged("", ACCOUNT, LineFact.ACCOUNT, "account_restriction", None))
    checking.check(line)
    line.refresh_from_db()
    assert line.account_state == "account_restriction"


@pytest.mark.django_db
def test_news_of_one_number_of_an_account_concern_only_that_number(line: Channel) -> None:
    checking.check(line)
    second = Channel.objects.create(
        kind="whatsapp", line="100000000000002", name="2", settings={"account_id": ACCOUNT, "display_number": "1777"}
    )
    condition.changed(line, LineChanged("", ACCOUNT, LineFact.QUALITY, "red", None, "15550000000"))
    condition.changed(line, LineChanged("", ACCOUNT, LineFact.LIMIT, "10k", None))
    line.refresh_from_db()
    second.refresh_from_db()
    assert (line.quality, second.quality) == ("red", "")
    assert (line.limit, second.limit) == ("10k", "10k")


@pytest.mark.django_db
def test_doctor_says_the_same_and_writes_nothing(line: Channel, graph: Graph) -> None:
    graph.is_subscribed = False
    graph.token_until = int(datetime.now(UTC).timestamp()) + 86_400
    with CaptureQueriesContext(connection) as asked:
        found = [finding.what for finding in examination._channels()]
    assert "Channel WhatsApp, webhook: not subscribed" in found
    assert any("the access token ends on" in one for one in found)
    assert not [one["sql"] for one in asked.captured_queries if not one["sql"].startswith("SELECT")]
