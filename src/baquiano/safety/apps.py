from django.apps import AppConfig


class SafetyConfig(AppConfig):
    name = "baquiano.safety"
    label = "safety"
