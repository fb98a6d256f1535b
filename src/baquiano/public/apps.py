from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "baquiano.public"
    label = "public"
