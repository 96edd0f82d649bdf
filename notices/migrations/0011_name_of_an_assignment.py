"""Name the assignment of a document's pages, so that a sample counts for one only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0010_questions_and_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourcedocument",
            name="groups_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="배정 지문"),
        ),
    ]
