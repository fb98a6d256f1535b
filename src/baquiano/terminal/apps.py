from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from baquiano.terminal import fitting


class TerminalConfig(AppConfig):
    name = "baquiano.terminal"
    label = "terminal"

    def ready(self) -> None:
        post_migrate.connect(_make_check, sender=self)


def _make_check(**kwargs: Any) -> None:
    fitting.make_check()
