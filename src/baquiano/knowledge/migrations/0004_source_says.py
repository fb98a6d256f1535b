from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0003_question_said_hash'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='says',
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
