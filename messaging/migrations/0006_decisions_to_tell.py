from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0005_carriers'),
    ]

    operations = [
        migrations.AddField(
            model_name='reply',
            name='decide_at',
            field=models.DateTimeField(blank=True, help_text='그때까지는 판단을 되돌릴 수 있습니다', null=True, verbose_name='판단을 알릴 일시'),
        ),
        migrations.AddIndex(
            model_name='reply',
            index=models.Index(condition=models.Q(('decide_at__isnull', False)), fields=['decide_at'], name='decision_to_tell'),
        ),
    ]
