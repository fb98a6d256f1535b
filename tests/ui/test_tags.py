"""The tags both audiences use."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.http import HttpRequest
from django.template import Context, Template
from django.utils import timezone, translation

from baquiano.ui.icons import ICONS
from baquiano.ui.templatetags import ui


class Form(forms.Form):
    name = forms.CharField(help_text="As you like")


def test_an_icon_is_silent_and_an_unknown_one_draws_something() -> None:
    assert 'aria-hidden="true"' in ui.icon("person")
    assert ICONS["other"] in ui.icon("no such thing")


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_a_drawing_and_nothing_else(name: str) -> None:
    assert ICONS[name].startswith(("<path", "<circle"))
    assert "http" not in ICONS[name]
    assert "style" not in ICONS[name]


def test_a_field_ties_its_label_help_and_error_together() -> None:
    shown = Template("{% load ui %}{% field form.name %}").render(Context({"form": Form({"name": ""})}))
    assert '<label class="field__label" for="id_name">' in shown
    assert 'aria-describedby="id_name-help id_name-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name-error"' in shown


def test_a_field_without_errors_says_nothing_of_them() -> None:
    shown = Template("{% load ui %}{% field form.name %}").render(Context({"form": Form()}))
    assert "error" not in shown


def test_what_was_said_is_words_with_links_and_headings() -> None:
    shown = ui.said("Pasos:\n1. Mira https://a.example/x?a=1&b=2\n<b>no</b>:\nmañana a las 8:00")
    assert shown.startswith("<b>Pasos:</b>\n")
    assert '<a href="https://a.example/x?a=1&amp;b=2" rel="nofollow">' in shown
    assert "&lt;b&gt;no" in shown
    assert shown.endswith("mañana a las 8:00")
    assert "<script" not in ui.said("<script>:\n")


def test_days_are_written_as_people_here_write_them() -> None:
    assert ui.day(date(2026, 3, 1)) == "01-03-2026"
    assert ui.day(None) == ""
    with timezone.override("America/Santiago"):
        assert ui.day(datetime(2026, 3, 1, 1, 0, tzinfo=UTC)) == "28-02-2026"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=20), "ahora"),
        (timedelta(minutes=1), "hace 1 min"),
        (timedelta(minutes=59), "hace 59 min"),
        (timedelta(hours=1), "hace 1 h"),
        (timedelta(hours=25), "hace 1 día"),
        (timedelta(days=9), "hace 9 días"),
    ],
)
def test_how_long_ago_is_said_in_words_with_the_exact_time_beside(passed: timedelta, words: str) -> None:
    now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    with time_machine.travel(now, tick=False), translation.override("es"), timezone.override("America/Bogota"):
        shown = ui.ago(now - passed)
        assert f">{words}</time>" in shown
        assert (now - passed).astimezone(timezone.get_current_timezone()).strftime("%d-%m-%Y %H:%M") in shown


@pytest.mark.parametrize(("path", "language"), [("/pt/x/", "pt"), ("/workspace/", "fr"), ("/", "fr"), ("/de/", "fr")])
def test_the_reader_s_language_is_that_of_the_address_else_the_active_one(path: str, language: str) -> None:
    request = HttpRequest()
    request.path_info = path
    with translation.override("fr"):
        assert ui.reader_language(Context({"request": request})) == language


@pytest.mark.parametrize("problem", ["missing", "expired", "refused", "bad", "broken"])
@pytest.mark.parametrize("language", ["es", "en", "pt", "fr", "ht"])
def test_every_problem_has_words_in_every_language(problem: str, language: str) -> None:
    with translation.override(language):
        shown = Template('{% include "ui/problem.html" %}').render(Context({"problem": problem}))
    assert f'lang="{language}"' in shown
    assert "<h1>" in shown
    assert ("Go to the start" in shown) == (language == "en")
