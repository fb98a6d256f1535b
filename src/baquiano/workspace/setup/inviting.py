"""Inviting somebody: a role, and if need be an area, a part of the country and an end."""

from datetime import datetime, time

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from baquiano.accounts.actions import INVITATION_LASTS, Bounds, CannotDoThat, invite
from baquiano.accounts.models import Area, Role
from baquiano.accounts.policy import StaffRequest
from baquiano.territory.models import Division
from baquiano.workspace.setup.words import GROUPS, SENTENCES


class InviteForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, widget=forms.RadioSelect)
    area = forms.ChoiceField(
        label=gettext_lazy("Area, if the role works for one"),
        help_text=gettext_lazy("A professional works in the area of the role: leave it empty."),
        choices=[("", gettext_lazy("The one of the role, or none")), *Area.choices],
        required=False,
    )
    territory = forms.ModelChoiceField(
        label=gettext_lazy("Part of the country"),
        help_text=gettext_lazy("They find at the desk only people of this part."),
        queryset=Division.objects.filter(level=1).order_by("country", "name"),
        empty_label=gettext_lazy("All of it"),
        required=False,
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy(
            "For volunteers and for who comes for a time. From the day after, they may do nothing here."
        ),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["territory"].label_from_instance = lambda division: f"{division.name} ({division.country_id})"  # type: ignore[attr-defined]

    @property
    def bounds(self) -> Bounds:
        """Until midnight of the last day, on the clock of the organisation."""
        said = self.cleaned_data
        end = said["until"] and timezone.make_aware(datetime.combine(said["until"], time.max))
        return Bounds(area=said["area"], territory=said["territory"], until=end or None)


def invite_somebody(request: StaffRequest) -> HttpResponse:
    """The link is shown once, in the answer to the form; only its hash is kept."""
    form = InviteForm(request.POST or None)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            token = invite(role, by=request.user, bounds=form.bounds)
        except CannotDoThat as reason:
            form.add_error(None, str(reason))
        else:
            page = {
                "link": request.build_absolute_uri(reverse("workspace:invitation", args=[token])),
                "role": role.label,
                "until": timezone.now() + INVITATION_LASTS,
                "ends": form.cleaned_data["until"],
            }
            return render(request, "workspace/invited.html", page)
    groups = [(group.title, [(role.value, role.label, SENTENCES[role]) for role in group.roles]) for group in GROUPS]
    return render(request, "workspace/invite.html", {"form": form, "groups": groups})
