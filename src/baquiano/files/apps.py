from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "baquiano.files"
    label = "files"
