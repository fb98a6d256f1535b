from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "baquiano.conversations"
    label = "conversations"
