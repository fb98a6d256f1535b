from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "baquiano.channels"
    label = "channels"
