from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "baquiano.workspace"
    label = "workspace"
