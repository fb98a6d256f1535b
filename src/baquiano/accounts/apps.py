from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "baquiano.accounts"
    label = "accounts"
