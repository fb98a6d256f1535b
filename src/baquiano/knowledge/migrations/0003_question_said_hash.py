from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledge', '0002_content_that_stays_current'),
    ]

    operations = [
        migrations.AddField(
            model_name='question',
            name='said_hash',
            field=models.CharField(db_index=True, default='', max_length=64),
            preserve_default=False,
        ),
    ]
