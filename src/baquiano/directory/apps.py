from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "baquiano.directory"
    label = "directory"
