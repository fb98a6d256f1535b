"""Coming in and going out. What is answered never tells whether a name exists."""

import math
import threading
from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from baquiano.accounts import sessions
from baquiano.accounts.audit import audit, refused
from baquiano.accounts.models import User
from baquiano.accounts.policy import roles_of
from baquiano.lib.turnstile import writing
from baquiano.workspace.entrance import second_factor
from baquiano.workspace.entrance.attempts import TooManyTries, count_try, forget_tries
from baquiano.workspace.entrance.browsers import in_two_words

HALF_WAY = "half_way_in"  # session: who gave the right password and owes the second factor, since when
HALF_WAY_LASTS = timedelta(minutes=5)

# argon2id takes about 100 MB while it works: two at once would be too much for the smallest server.
_one_password_at_a_time = threading.Lock()


class LoginForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits from your telephone, or one of your recovery codes."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return _welcome(request, request.user)
    form = LoginForm(request.POST or None)
    if form.is_valid():
        try:
            user = whose(form.cleaned_data["username"], form.cleaned_data["password"])
        except TooManyTries as reason:
            form.add_error(None, said_wait(reason.wait))
        else:
            if user is not None:
                return _after_the_password(request, user)
            form.add_error(None, _("The user name or the password is not right."))
    return render(request, "workspace/login.html", {"form": form}, status=200 if not form.errors else 422)


@never_cache
def mfa_check(request: HttpRequest) -> HttpResponse:
    user = _half_way(request)
    if user is None:
        return redirect("workspace:login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            fits = code_fits(user, form.cleaned_data["code"])
        except TooManyTries as reason:
            form.add_error(None, said_wait(reason.wait))
        else:
            if fits:
                return come_in(request, user)
            form.add_error("code", _("This code does not fit. Wait for the next one on your telephone and try again."))
    return render(request, "workspace/mfa_check.html", {"form": form}, status=200 if not form.errors else 422)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Nothing stays in this browser: neither our cookies nor what the pages kept in it (the script clears it too, sooner)."""
    if isinstance(request.user, User):
        audit(request.user, "logout", request.user)
    auth.logout(request)
    response = redirect("workspace:login")
    response.delete_cookie(settings.CSRF_COOKIE_NAME, samesite="Lax")
    # Not "cookies": that would sign them out of every other site of the organisation. Not "cache": no page of ours is in it.
    response["Clear-Site-Data"] = '"storage"'
    return response


def whose(username: str, password: str) -> User | None:
    """Whose name and password these are. Raises `TooManyTries`. The work is the same for a name nobody has."""
    count_try(username, now=timezone.now())
    with _one_password_at_a_time:
        user = auth.authenticate(username=username, password=password)
    if not isinstance(user, User):
        return None
    forget_tries(username)
    return user


def password_fits(user: User, password: str) -> bool:
    """Asked again before something that matters, by somebody who is already in. Raises `TooManyTries`."""
    return whose(user.username, password) == user


def code_fits(user: User, code: str) -> bool:
    """Raises `TooManyTries`: a million codes are not many."""
    name = f"second factor of {user.pk}"
    count_try(name, now=timezone.now())
    if not second_factor.fits(user, code.replace(" ", "")):
        return False
    forget_tries(name)
    return True


def said_wait(wait: timedelta) -> str:
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    return ngettext(
        "Too many tries. Wait %(minutes)d minute and try again.",
        "Too many tries. Wait %(minutes)d minutes and try again.",
        minutes,
    ) % {"minutes": minutes}


def _after_the_password(request: HttpRequest, user: User) -> HttpResponse:
    if not second_factor.is_on(user):
        return come_in(request, user)
    request.session.cycle_key()
    request.session[HALF_WAY] = {"user": user.pk, "since": timezone.now().isoformat()}
    return redirect("workspace:mfa_check")


def _half_way(request: HttpRequest) -> User | None:
    """Who gave the right password a moment ago in this session."""
    if not isinstance(request.user, AnonymousUser) or HALF_WAY not in request.session:
        return None
    half_way = request.session[HALF_WAY]
    if datetime.fromisoformat(half_way["since"]) + HALF_WAY_LASTS < timezone.now():
        del request.session[HALF_WAY]
        return None
    return User.objects.filter(pk=half_way["user"], is_active=True).first()


def come_in(request: HttpRequest, user: User) -> HttpResponse:
    """With everything that was asked of them."""
    request.session.pop(HALF_WAY, None)
    with writing():
        auth.login(request, user)  # gives the session a new key
        sessions.begin(request.session, browser=in_two_words(request.headers.get("User-Agent", "")))
        audit(user, "login", user)
    return _welcome(request, user)


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    """Somebody without a role today was right to sign in; they are told that there is nothing behind the door."""
    if not roles_of(user):
        refused(user, "staff", "workspace:home")
        return render(request, "workspace/no_access.html", status=403)
    return redirect("workspace:home")
