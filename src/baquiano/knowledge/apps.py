from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from baquiano.knowledge import triggers


class KnowledgeConfig(AppConfig):
    name = "baquiano.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        post_migrate.connect(_lay_triggers)  # after every room: the triggers guard tables of three of them


def _lay_triggers(*, using: str, **kwargs: Any) -> None:
    triggers.lay(using)
