"""Opening a new article and, if none fits, a new topic: alone, or for questions that nothing answers."""

from collections.abc import Sequence
from itertools import groupby

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.knowledge.models import Question, Topic
from baquiano.knowledge.opening import (
    LABEL,
    TITLE,
    TOPIC_TITLE,
    ArticlePlanned,
    CannotOpen,
    TopicPlanned,
    open_article,
)
from baquiano.knowledge.questions import CannotSettle
from baquiano.territory.models import Country, Division
from baquiano.workspace.editorial.words import BRANCHES

EVERYWHERE = "-"  # in the form: empty is "not chosen yet"
MOST_QUESTIONS = 40

Choices = list[tuple[str, str]]
Grouped = list[tuple[str, str] | tuple[str, Choices]]


class NewArticleForm(forms.Form):
    """A title and its topic: one of those there are, or a new one, never both."""

    title = forms.CharField(
        label=gettext_lazy("Title, in Spanish"),
        help_text=gettext_lazy(
            "What the text is about, as people would look for it. You can change it while you write."
        ),
        max_length=TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("Topic"),
        help_text=gettext_lazy("Type its first letters to jump to it."),
        required=False,
    )
    new_title = forms.CharField(
        label=gettext_lazy("Name of the new topic, in Spanish"),
        required=False,
        max_length=TOPIC_TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    new_label = forms.CharField(
        label=gettext_lazy("In a few letters, for the rows of a menu"),
        help_text=gettext_lazy(
            "At most 24. It may be read on a locked screen by somebody else: nothing about violence, illness or shelter."
        ),
        required=False,
        max_length=LABEL,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    new_branch = forms.ChoiceField(label=gettext_lazy("Where it stands in the menu"), required=False)
    new_country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    territory = forms.ChoiceField(
        label=gettext_lazy("Only for one region or department"),
        help_text=gettext_lazy("Leave it as it is when the text holds in the whole country."),
        required=False,
    )
    is_life_saving = forms.BooleanField(
        label=gettext_lazy("A life may depend on it"),
        help_text=gettext_lazy(
            "When nobody has checked it for too long, such a text is still given, marked “not confirmed”, instead of disappearing."
        ),
        required=False,
    )

    def __init__(self, data: object = None, *, nearest: str = "") -> None:
        super().__init__(data, initial={"topic": nearest})  # type: ignore[arg-type]
        names = _country_names()
        choices: dict[str, Grouped] = {
            "topic": [("", _("— a new topic: fill in below —")), *_topics(names)],
            "new_branch": [("", "—"), *((branch, str(words)) for branch, words in BRANCHES.items() if branch)],
            "new_country": [("", "—"), *names.items(), (EVERYWHERE, _("everywhere"))],
            "territory": [("", _("the whole country")), *_regions(names)],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean_title(self) -> str:
        return _with_letters(self.cleaned_data["title"])

    def clean_new_title(self) -> str:
        said = str(self.cleaned_data["new_title"])
        return _with_letters(said) if said else ""

    def clean(self) -> dict[str, object]:
        said = self.cleaned_data
        is_new = any(said.get(name) or name in self.errors for name in ("new_title", "new_label"))
        if "topic" in self.errors:
            return said
        if said.get("topic") and is_new:
            self.add_error("topic", _("Choose a topic or write a new one, not both: empty what you do not want."))
        elif not said.get("topic") and not is_new:
            self.add_error("topic", _("Choose the topic of the text. If none fits, write a new one below."))
        elif is_new:
            self._check_new()
        return said

    def _check_new(self) -> None:
        missing = {
            "new_title": _("Say what the new topic is called."),
            "new_label": _("Say it in at most 24 letters, for the menu."),
            "new_branch": _("Choose where it stands in the menu."),
            "new_country": _("Choose the country, or everywhere."),
        }
        for name, words in missing.items():
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, words)

    def planned(self) -> ArticlePlanned:
        said = self.cleaned_data
        topic = Topic.objects.get(pk=said["topic"]) if said["topic"] else self._new_topic()
        return ArticlePlanned(said["title"], topic, said["territory"], said["is_life_saving"])

    def _new_topic(self) -> TopicPlanned:
        said = self.cleaned_data
        country = "" if said["new_country"] == EVERYWHERE else said["new_country"]
        return TopicPlanned(said["new_title"], " ".join(said["new_label"].split()), said["new_branch"], country)


def new(request: StaffRequest) -> HttpResponse:
    """Posted: opened, and its draft shown. `question`: those that it is to answer."""
    asked = _asked(request)
    form = NewArticleForm(request.POST if request.method == "POST" else None, nearest=_nearest(asked))
    existing = ""
    if form.is_valid():
        try:
            article = open_article(form.planned(), by=request.user, asked=asked)
        except CannotOpen as reason:
            existing = reason.article
            form.add_error(_field(reason.about, form), str(reason))
        except CannotSettle as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(
                request, _("Opened: this is your draft. Nobody is told anything before two people publish it.")
            )
            return redirect("workspace:edit", article.pk)
    page = {"form": form, "asked": asked, "existing": existing}
    return render(request, "workspace/editorial/new_article.html", page, status=422 if form.errors else 200)


def _asked(request: StaffRequest) -> Sequence[Question]:
    ids = (request.POST if request.method == "POST" else request.GET).getlist("question")[:MOST_QUESTIONS]
    rows = Question.objects.open().visible_to(request.user).filter(pk__in=[one for one in ids if one.isdecimal()])
    return list(rows.order_by("-asked_at", "-pk"))


def _nearest(asked: Sequence[Question]) -> str:
    return next((one.topic_id for one in asked if one.topic_id), "")


def _field(about: str, form: NewArticleForm) -> str:
    """What the rule speaks of as a field of the form: a topic is wrong where it was written."""
    return "new_title" if about == "topic" and not form.cleaned_data["topic"] else about


def _with_letters(text: str) -> str:
    if not any(letter.isalpha() for letter in text):
        raise forms.ValidationError(_("Write it in words."))
    return " ".join(text.split())


# What the lists offer -----------------------------------------------------------------------------------------------------


def _country_names() -> dict[str, str]:
    """The countries we orient in, by code."""
    served = organisation().countries
    names = dict(Country.objects.filter(code__in=served).values_list("code", "name"))
    return {code: names.get(code, code) for code in served}


def _topics(names: dict[str, str]) -> Grouped:
    """By country and branch, each in the order of its letters: what a list of choices jumps to."""
    rows = Topic.objects.filter(Q(country__in=names) | Q(country=None))
    places = {country: place for place, country in enumerate(names)}

    def group(topic: Topic) -> tuple[int, str]:
        return places.get(topic.country or "", len(places)), topic.branch

    ordered = sorted(rows, key=lambda topic: (*group(topic), topic.title("es").casefold()))
    return [
        (_group_name(own[0], names), [(topic.pk, topic.title("es")) for topic in own])
        for own in (list(found) for _key, found in groupby(ordered, key=group))
    ]


def _group_name(topic: Topic, names: dict[str, str]) -> str:
    where = names[topic.country] if topic.country else _("everywhere")
    return f"{where} · {BRANCHES.get(topic.branch, topic.branch)}"


def _regions(names: dict[str, str]) -> Grouped:
    """By country, with the code that articles carry."""
    rows = Division.objects.filter(country__in=names, level=1).order_by("name_folded")
    found: dict[str, Choices] = {country: [] for country in names}
    for country, code, name in rows.values_list("country_id", "pcode", "name"):
        found[country].append((code, name))
    return [(names[country], own) for country, own in found.items() if own]
