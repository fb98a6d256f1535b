from django.apps import AppConfig


class TerminalConfig(AppConfig):
    name = "baquiano.terminal"
    label = "terminal"
