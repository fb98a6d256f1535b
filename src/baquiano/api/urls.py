from django.urls import path

from baquiano.accounts.policy import guarded
from baquiano.api import health, webhooks

app_name = "api"

_knock = guarded("api:webhook", webhooks.knock)

urlpatterns = [
    path("webhooks/<slug:kind>/<int:channel>/", _knock, name="webhook"),
    path("webhooks/<slug:kind>/<int:channel>/<slug:secret>/", _knock, name="webhook"),
    path("health/", guarded("api:health", health.health), name="health"),
]
