from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "baquiano.api"
    label = "api"
