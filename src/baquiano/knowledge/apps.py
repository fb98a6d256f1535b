from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from baquiano.knowledge import triggers


class KnowledgeConfig(AppConfig):
    name = "baquiano.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        # Sent room by room once every migration is done: one room is enough for the tables of all of them.
        post_migrate.connect(_lay_triggers, sender=self)


def _lay_triggers(*, using: str, **kwargs: Any) -> None:
    triggers.lay(using)
