"""The first page, the way to it, and the quick way out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from baquiano.conversations.pages import fraud_alerts
from baquiano.public.danger import calls
from baquiano.public.pages import home_url, page, served, show
from baquiano.public.topics import branches_shown
from baquiano.public.visitor import drop_token, new_client_id

NEUTRAL = "https://{language}.wikipedia.org/"  # light, and a page anybody may have been reading


@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """To the site in the language the browser asks for."""
    return redirect(home_url(get_language_from_request(request), ""))


@page
@require_safe
def home(request: HttpRequest, language: str, country: str = "") -> HttpResponse:
    country = served(country)
    return show(
        request,
        "public/home.html",
        language,
        country,
        branches=branches_shown(language, country),
        frauds=fraud_alerts(language, country),
        danger=calls(language, country),
        client_id=new_client_id(),
    )


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """The quick exit: a neutral page, and on this device nothing leads back to the conversation."""
    response = redirect(NEUTRAL.format(language=get_language_from_request(request)))
    drop_token(response)
    return response
