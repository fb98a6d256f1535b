from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SENSITIVE = (  # as the packs say it from now on; those of protection are so by their branch
    "gen_salud_sexual", "gen_salud_mental", "co_multa_expulsion", "cl_expulsion", "co_custodia_alimentos", "cl_alimentos_cuidado",
    "co_salud_embarazo_vacunas", "cl_salud_urgencia_embarazo", "gen_violencia_genero", "gen_trata_trafico", "gen_ninez_sola",
    "co_refugio", "cl_refugio", "co_victimas_conflicto",
)  # fmt: skip


def mark(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """An installation that does not load its packs again must not send by itself what they hold back."""
    apps.get_model("knowledge", "Topic").objects.filter(pk__in=SENSITIVE).update(is_sensitive=True)


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0004_source_says")]

    operations = [
        migrations.AddField("topic", "is_sensitive", models.BooleanField(default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
