from django.apps import AppConfig


class RecallsConfig(AppConfig):
    name = "baquiano.recalls"
    label = "recalls"
