"""A late answer to KakaoTalk is sealed. The rows that wait are a minute old at most: they are dropped, not rewritten."""

from typing import ClassVar

from django.db import migrations

import portal.core.fields


class Migration(migrations.Migration):
    dependencies: ClassVar = [("chatbot", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL("delete from chatbot_kakaocallback", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="kakaocallback", name="body"),
        migrations.AddField(
            model_name="kakaocallback",
            name="body_sealed",
            field=portal.core.fields.SealedField(blank=True, default=b"", verbose_name="답(봉인)"),
        ),
    ]
