from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "baquiano.ui"
    label = "ui"
