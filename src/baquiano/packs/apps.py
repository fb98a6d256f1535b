from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "baquiano.packs"
    label = "packs"
