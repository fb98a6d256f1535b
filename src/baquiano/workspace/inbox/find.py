"""Finding a conversation again. Sent by POST: what is looked for never stands in an address, a log or a history."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, holders
from baquiano.conversations import labels
from baquiano.conversations.finding import Sought, look_for
from baquiano.knowledge.models import Topic
from baquiano.workspace.inbox.fragment import whole

STATES = (
    ("", gettext_lazy("any")),
    ("open", gettext_lazy("waits for a person, or somebody answers")),
    ("alive", gettext_lazy("not closed")),
    ("closed", gettext_lazy("closed")),
)


if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Any]
else:
    _Choice = forms.ModelChoiceField  # generic for the type checker only


class _Colleague(_Choice):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


class _AboutTopic(_Choice):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title("es"))


class FindForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("The number they write from"),
        help_text=gettext_lazy("Exact, with the code of the country. It is written down that you looked."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "autofocus": True}),
    )
    ticket = forms.CharField(
        label=gettext_lazy("Ticket"),
        help_text=gettext_lazy("Of a conversation, a hand-off or an alert: 17, C17, H17, A17."),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    topic = _AboutTopic(Topic.objects.none(), label=gettext_lazy("What was answered"), required=False)
    label = forms.ChoiceField(label=gettext_lazy("Label"), required=False)
    operator = _Colleague(User.objects.none(), label=gettext_lazy("Who answered"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=STATES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["topic"].queryset = Topic.objects.order_by("branch", "position")
        fields["label"].choices = [("", "---------"), *((word, f"#{word}") for word in labels.in_use())]
        fields["operator"].queryset = _colleagues()

    @property
    def sought(self) -> Sought:
        asked = self.cleaned_data
        return Sought(
            phone=asked["phone"].strip(),
            ticket=asked["ticket"].strip(),
            topic=asked["topic"].pk if asked["topic"] else "",
            label=asked["label"],
            operator=asked["operator"].pk if asked["operator"] else 0,
            since=asked["since"],
            until=asked["until"],
            state=asked["state"],
        )


def _colleagues() -> "QuerySet[User]":
    return User.objects.filter(pk__in=list(holders("conversation.answer", timezone.now()))).order_by("username")


def find(request: StaffRequest) -> HttpResponse:
    form = FindForm(request.POST if request.method == "POST" else None)
    page: dict[str, Any] = {"form": form}
    if form.is_valid():
        if form.sought.is_empty:
            form.add_error(None, str(gettext_lazy("Fill in at least one of them.")))
        else:
            page["results"] = look_for(form.sought, page=whole(request.POST.get("page", "")), by=request.user)
    return render(request, "workspace/inbox/find.html", page, status=422 if form.errors else 200)
