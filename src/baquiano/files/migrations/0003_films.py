from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0002_length")]

    operations = [
        migrations.AlterField(
            "Attachment",
            "content",
            models.CharField(
                choices=[
                    ("jpeg", "Picture"),
                    ("png", "Picture (PNG)"),
                    ("pdf", "PDF"),
                    ("opus", "Voice note"),
                    ("mp3", "Sound (MP3)"),
                    ("m4a", "Sound (M4A)"),
                    ("mp4", "Video"),
                    ("text", "Plain text"),
                ],
                max_length=8,
            ),
        ),
    ]
