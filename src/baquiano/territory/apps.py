from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "baquiano.territory"
    label = "territory"
