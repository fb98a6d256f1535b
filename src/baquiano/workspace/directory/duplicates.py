"""What may be written down twice: a list, two of them side by side, and making them one."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, duplicates
from baquiano.directory.duplicates import CannotMerge, Why
from baquiano.directory.editing import Row
from baquiano.workspace.directory.labels import field_label, in_words

KINDS: dict[str, Promise] = {
    "service": gettext_lazy("Services"),
    "organization": gettext_lazy("Organisations"),
    "location": gettext_lazy("Places"),
}
WHY: dict[Why, Promise] = {
    Why.NAME: gettext_lazy("the same name"),
    Why.PHONE: gettext_lazy("the same telephone"),
    Why.PLACE: gettext_lazy("the same place"),
}
COMPARED: dict[str, tuple[str, ...]] = {
    "service": ("name", "alternate_name", "description", "phones", "email", "url", "needs", "hours", "areas", "status", "origin"),
    "organization": ("name", "alternate_name", "description", "phone", "email", "website", "origin"),
    "location": ("name", "address_1", "address_2", "city", "latitude", "longitude", "phones", "hours", "origin"),
}  # fmt: skip
OTHERS: dict[str, Promise] = {
    "origin": gettext_lazy("Where it was first written"),
}


@dataclass(frozen=True)
class Line:
    label: str
    one: str
    other: str

    @property
    def is_same(self) -> bool:
        return self.one == self.other


@require_safe
def all_of_a_kind(request: StaffRequest) -> HttpResponse:
    kind = request.GET.get("kind", "service")
    if kind not in KINDS:
        raise Http404
    pairs = duplicates.proposed(kind, desk.reach_of(request.user))
    rows = [(pair, _title(pair.one), _title(pair.other), [WHY[why] for why in pair.why]) for pair in pairs]
    page = {"rows": rows, "kind": kind, "kinds": KINDS.items()}
    return render(request, "workspace/directory/duplicates.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: StaffRequest, entity: str, one_id: uuid.UUID, twin_id: uuid.UUID) -> HttpResponse:
    """Which of the two stays is said by `keep`; "both": they are not the same."""
    one, twin = _find(request, entity, one_id), _find(request, entity, twin_id)
    error = ""
    if request.method == "POST" and request.POST.get("keep") == "both":
        duplicates.judge_different(one, twin, by=request.user)
        messages.success(request, _("They stay two, and are not proposed again."))
        return redirect("workspace:duplicates")
    if request.method == "POST":
        try:
            duplicates.merge(*_in_order(request.POST.get("keep", ""), one, twin), by=request.user)
        except CannotMerge as reason:
            error = str(reason)
        else:
            messages.success(request, _("Merged: the old links lead to the one that stays."))
            return redirect("workspace:duplicates")
    lines = [Line(_label(name), _value(one, name), _value(twin, name)) for name in COMPARED[entity]]
    page = {"one": one, "twin": twin, "lines": lines, "kind": KINDS[entity], "error": error}
    page |= {"one_title": _title(one), "twin_title": _title(twin)}
    return render(request, "workspace/directory/merge.html", page, status=422 if error else 200)


def _in_order(keep: str, one: Row, twin: Row) -> tuple[Row, Row]:
    """The one that stays, and the one that goes. What cannot be undone is never done by leaving the question open."""
    if keep not in (str(one.pk), str(twin.pk)):
        raise CannotMerge(_("Say which one stays."))
    return (twin, one) if keep == str(twin.pk) else (one, twin)


def _find(request: StaffRequest, entity: str, row: uuid.UUID) -> Row:
    if entity == "service":
        return find_or_refuse(request, desk.Services(), pk=row)
    if entity == "location":
        return find_or_refuse(request, desk.OpenPlaces(), pk=row)
    if entity == "organization":
        return find_or_refuse(request, desk.Organizations(), pk=row)
    raise Http404


def _title(row: Row) -> str:
    name = getattr(row, "name", "") or getattr(row, "address_1", "") or _("Without a name")
    owner = getattr(row, "organization", None)
    return f"{name} · {owner.name}" if owner else str(name)


def _label(name: str) -> str:
    return str(OTHERS.get(name) or field_label(name))


def _value(row: Row, name: str) -> str:
    return in_words(name, getattr(row, name))
