import django.db.models.deletion
from django.db import migrations, models

import baquiano.lib.fields


class Migration(migrations.Migration):
    """Voice notes become one of several things that come with a message; every row stays as it is."""

    dependencies = [
        ("conversations", "0004_from_afar"),
        ("files", "0003_films"),
    ]

    operations = [
        migrations.RenameModel("Recording", "Enclosure"),
        migrations.RenameIndex("Enclosure", new_name="enclosures_waiting", old_name="recordings_waiting"),
        migrations.RenameField("Enclosure", "heard_by", "seen_by"),
        migrations.RenameField("Enclosure", "heard_at", "seen_at"),
        migrations.AlterField(
            "Enclosure",
            "message",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="enclosure", to="conversations.message"
            ),
        ),
        migrations.AlterField(
            "Enclosure",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "Not fetched yet"),
                    ("kept", "Can be opened"),
                    ("refused", "Was not kept"),
                    ("gone", "The provider no longer has it"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
        migrations.AddField("Enclosure", "name", baquiano.lib.fields.EncryptedText(blank=True, default="")),
        migrations.AddField(
            "Enclosure",
            "why",
            models.CharField(
                blank=True,
                choices=[
                    ("kind", "It is not of a kind that is kept"),
                    ("large", "It is too large"),
                    ("damaged", "It is damaged"),
                    ("two", "It is two things at once"),
                    ("acts", "It is locked, or holds something that acts by itself"),
                    ("harm", "It may harm the computer"),
                ],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "Message", "refers_to", models.CharField(blank=True, default="", max_length=64), preserve_default=False
        ),
        migrations.AddIndex(
            "Message",
            models.Index(
                fields=["id"],
                condition=models.Q(("kind", "revoke"), models.Q(("refers_to", ""), _negated=True)),
                name="messages_taken_back",
            ),
        ),
    ]
