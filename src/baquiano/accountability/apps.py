from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    name = "baquiano.accountability"
    label = "accountability"
