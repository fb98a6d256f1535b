from django.apps import AppConfig


class PostConfig(AppConfig):
    name = "baquiano.post"
    label = "post"
