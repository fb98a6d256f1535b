"""Deciding about one version: approving it now or for later, sending it back, taking it back; and "the same as before"."""

from collections.abc import Callable
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest
from baquiano.knowledge import editing
from baquiano.knowledge.actions import CannotPublish, publish, verify
from baquiano.knowledge.actions import withdraw as take_back
from baquiano.knowledge.models import Article, ArticleVersion
from baquiano.knowledge.shelf import Checked
from baquiano.knowledge.standing import State, state_of
from baquiano.workspace.editorial.words import changes, parts

DAY = {"type": "date"}


class VerifyForm(forms.Form):
    how = forms.CharField(
        label=gettext_lazy("How did you check it?"),
        help_text=gettext_lazy("Whom you called or which official page you read, and what it says."),
        max_length=300,
    )
    good_until = forms.DateField(
        label=gettext_lazy("Until when do you trust it?"),
        help_text=gettext_lazy("Suggested by how often this subject changes."),
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"],
    )


class ApproveForm(forms.Form):
    """The check and the time are hers to give: without them it is published now, and nobody has checked it."""

    how = forms.CharField(
        label=gettext_lazy("If you checked it yourself: how?"),
        help_text=gettext_lazy("Left empty, it is published with “not verified”."),
        max_length=300,
        required=False,
    )
    good_until = forms.DateField(
        label=gettext_lazy("Until when do you trust it?"),
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"],
    )
    publish_on = forms.DateTimeField(
        label=gettext_lazy("Publish it later, at"),
        help_text=gettext_lazy("Left empty, it is published now."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M"],
    )

    def clean(self) -> dict[str, object]:
        said = self.cleaned_data
        if said.get("how") and not said.get("good_until") and "good_until" not in self.errors:
            self.add_error("good_until", _("Say until when you trust it: day, month and year."))
        if said.get("good_until") and said.get("how") and said["good_until"] <= timezone.localdate():
            self.add_error("good_until", _("Trust must end on a later day than today."))
        if said.get("publish_on") and said.get("how"):
            self.add_error("how", _("A check counts from its day. Check it on the day it is published."))
        return said


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why: colleagues will want to know.")},
    )


@require_safe
def version(request: StaffRequest, version_id: int) -> HttpResponse:
    found = _find(version_id)
    return _page(request, found, _approve_form(found), ReasonForm(prefix="back"))


def _find(version_id: int) -> ArticleVersion:
    rows = ArticleVersion.objects.select_related("article__topic", "written_by", "reviewed_by", "withdrawn_by")
    return get_object_or_404(rows.prefetch_related("sources"), pk=version_id)


def _approve_form(found: ArticleVersion) -> ApproveForm:
    until = editing.good_until(found.article, timezone.localdate(), found.figures_until)
    return ApproveForm(initial={"good_until": until})


def _page(
    request: StaffRequest, found: ArticleVersion, approving: ApproveForm, back: ReasonForm, status: int = 200
) -> HttpResponse:
    """Beside the one in force, or beside the one before it, when it is in force itself."""
    before = _beside(found)
    check = found.verifications.first()
    checked = Checked(check.on, check.good_until) if check else None
    serving = ArticleVersion.objects.servable(with_proposals=False).filter(pk=found.pk).exists()
    state = state_of(found, checked=checked, is_in_force=serving, today=timezone.localdate())
    page = {
        "version": found,
        "state": state,
        "before": before,
        "changes": changes(before, found) if before else (),
        "parts": [part for part in parts(found) if part.text],
        "approving": approving,
        "back": back,
        "is_open": state in (State.REVIEW, State.SCHEDULED),
        "is_mine": found.written_by_id == request.user.pk,
    }
    return render(request, "workspace/editorial/version.html", page, status=status)


def _beside(found: ArticleVersion) -> ArticleVersion | None:
    others = ArticleVersion.objects.filter(article=found.article, published_at__isnull=False).exclude(pk=found.pk)
    if found.published_at:
        others = others.filter(published_at__lt=found.published_at)
    return others.prefetch_related("sources").order_by("-published_at").first()


@require_POST
def approve(request: StaffRequest, version_id: int) -> HttpResponse:
    found, form = _find(version_id), ApproveForm(request.POST)
    if form.is_valid():
        try:
            said = _approve(found, form, request)
        except CannotPublish as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, said)
            return redirect("workspace:article", found.article_id)
    return _page(request, found, form, ReasonForm(prefix="back"), status=409)


def _approve(found: ArticleVersion, form: ApproveForm, request: StaffRequest) -> str:
    given = form.cleaned_data
    if given["publish_on"]:
        editing.schedule(found, reviewed_by=request.user, at=given["publish_on"])
        return _("Approved. It will be published at the time you chose.")
    publish(found, reviewed_by=request.user)
    if given["how"]:
        verify(found, by=request.user, how=given["how"], good_until=given["good_until"])
        return _("Published and verified. From the next turn on it is what we say.")
    return _("Published, not verified. From the next turn on it is what we say.")


@require_POST
def send_back(request: StaffRequest, version_id: int) -> HttpResponse:
    found, form = _find(version_id), ReasonForm(request.POST, prefix="back")
    if form.is_valid() and _done(
        form, lambda: editing.send_back(found, by=request.user, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, _("Sent back with your reason. Its words are a draft again."))
        return redirect("workspace:article", found.article_id)
    return _page(request, found, _approve_form(found), form, status=409)


def withdraw(request: StaffRequest, version_id: int) -> HttpResponse:
    """Asks once, with a reason, and takes effect at once."""
    found, form = _find(version_id), ReasonForm(request.POST or None)
    if form.is_valid() and _done(form, lambda: take_back(found, by=request.user, reason=form.cleaned_data["reason"])):
        messages.success(request, _("Taken back: from the next turn on nobody receives it."))
        return redirect("workspace:article", found.article_id)
    return render(request, "workspace/editorial/withdraw.html", {"version": found, "form": form})


@require_POST
def same_as_before(request: StaffRequest, article_id: str) -> HttpResponse:
    """It is still so, checked today: one step, one more row of its verifications."""
    article = get_object_or_404(Article.objects.select_related("topic"), pk=article_id)
    current = ArticleVersion.objects.servable(with_proposals=False).filter(article=article)
    found, form = get_object_or_404(current), VerifyForm(request.POST)
    if form.is_valid() and _done(form, lambda: _verify(found, form, request)):
        messages.success(request, _("Written down: it is still so, checked today."))
        return redirect("workspace:article", article.pk)
    return render(request, "workspace/editorial/verify.html", {"version": found, "form": form}, status=409)


def _verify(found: ArticleVersion, form: VerifyForm, request: StaffRequest) -> None:
    until: date = form.cleaned_data["good_until"]
    verify(found, by=request.user, how=form.cleaned_data["how"], good_until=until)


def _done(form: forms.Form, deed: Callable[[], None]) -> bool:
    """What is refused stands above the form, and what was typed stays in it."""
    try:
        deed()
    except CannotPublish as reason:
        form.add_error(None, str(reason))
        return False
    return True
