from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "baquiano.custody"
    label = "custody"
