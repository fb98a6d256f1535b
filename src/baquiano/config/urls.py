"""Where each door is. The rooms of the roof bring their own routes, each one behind its row of the matrix."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

urlpatterns = [
    path("", include("baquiano.public.urls")),
    path("workspace/", include("baquiano.workspace.urls")),
    path("", include("baquiano.api.urls")),
]


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than its session: nothing is lost, say what to do."""
    return render(request, "ui/problem.html", {"problem": "expired"}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "ui/problem.html", {"problem": "missing"}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/problem.html", {"problem": "broken"}, status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "ui/problem.html", {"problem": "bad"}, status=400)


handler404 = "baquiano.config.urls.not_found"
handler500 = "baquiano.config.urls.broken"
handler400 = "baquiano.config.urls.bad_request"
