"""Who we are, what we keep and for how long; and the small files browsers ask for."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from baquiano.accounts.models import organisation
from baquiano.channels.models import RAW_DAYS
from baquiano.conversations.models import KEEP_DAYS
from baquiano.directory.reporting import HASH_DAYS
from baquiano.public.pages import page, served, show
from baquiano.public.visitor import COOKIE_LASTS

ROBOTS = "User-agent: *\nDisallow: /workspace/\nDisallow: /*/chat/\nDisallow: /*/persona/\nDisallow: /salir/\n"


@page
@require_safe
def about(request: HttpRequest, language: str) -> HttpResponse:
    """The figures are those of the models: what is promised here is what the clock erases."""
    return show(
        request,
        "public/about.html",
        language,
        served(""),
        keep_days=KEEP_DAYS,
        raw_days=RAW_DAYS,
        problem_days=HASH_DAYS,
        cookie_days=COOKIE_LASTS.days,
    )


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("ui/icon.svg"))


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """A neutral name under the icon of a phone's first screen."""
    content = {
        "name": organisation().name or "Baquiano",
        "short_name": "Info",
        "start_url": "/",
        "display": "browser",
        "background_color": "#fbf6ec",
        "theme_color": "#1e5b47",
        "icons": [{"src": static("ui/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(content, content_type="application/manifest+json")
