import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("notices", "0009_approvals")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="purpose",
            field=models.CharField(blank=True, max_length=60, verbose_name="동의를 받는 목적", default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="campaign",
            name="words",
            field=models.CharField(blank=True, max_length=1000, verbose_name="보내는 내용", default=""),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="campaign",
            name="asks_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="동의 요청 시작"),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="asks_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="회신 마감"),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="identity",
            field=models.CharField(
                choices=[("none", "확인하지 않음"), ("birth", "생년월일"), ("both", "생년월일과 하나 더")],
                default="birth",
                max_length=10,
                verbose_name="본인확인",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="is_required",
            field=models.BooleanField(default=True, verbose_name="꼭 답해야 함"),
        ),
        migrations.AddField(
            model_name="option",
            name="synonyms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                default=list,
                size=None,
                verbose_name="같은 말",
            ),
        ),
        migrations.AddField(
            model_name="option",
            name="capacity",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="정원"),
        ),
        migrations.RemoveConstraint(model_name="campaign", name="campaign_asks_for_some_time"),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=Q(asks_until__gt=F("asks_from")) | Q(asks_from__isnull=True, asks_until__isnull=True),
                name="campaign_asks_for_some_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=~Q(state__in=["asking", "asked", "confirming"])
                | Q(asks_from__isnull=False, asks_until__isnull=False),
                name="asking_campaign_has_dates",
            ),
        ),
    ]
