from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "baquiano.people"
    label = "people"
