from django.urls import path

from baquiano.accounts.policy import guarded
from baquiano.api import health, webhooks

app_name = "api"

urlpatterns = [
    path("webhooks/whatsapp/<int:channel>/", guarded("api:whatsapp", webhooks.whatsapp), name="whatsapp"),
    path("health/", guarded("api:health", health.health), name="health"),
]
