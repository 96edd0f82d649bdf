"""The audit book (접속기록): who looked at whose data, when, from where, and why."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

# Gap-free numbers and a hash chain: the lock makes writers queue, the digest covers the row before. Times are rendered
# at UTC because jsonb of a timestamptz follows the session's zone, which would break verification elsewhere.
CANONICAL = """
    jsonb_build_object('id', {row}.id, 'at', ({row}.at at time zone 'UTC')::text, 'actor', {row}.actor_id,
        'name', {row}.actor_name, 'address', {row}.address, 'action', {row}.action, 'task', {row}.task,
        'kind', {row}.subject_kind, 'ids', to_jsonb({row}.subject_ids), 'reason', {row}.reason)::text
"""
_CHAIN = """
    PERFORM pg_advisory_xact_lock(hashtext('accounts_auditentry'));
    SELECT id, digest INTO last FROM accounts_auditentry ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.prev := coalesce(last.digest, '\\x'::bytea);
    NEW.digest := sha256(NEW.prev || convert_to(@canonical@, 'UTF8'));
    RETURN NEW;
""".replace("@canonical@", CANONICAL.format(row="NEW"))


class AuditEntry(models.Model):
    """
    One look at, search for, export of or change to other people's data; written before the data is shown.

    개인정보의 안전성 확보조치 기준 제8조: who, when, from where, whose data, what task; kept two years.
    """

    id = models.BigIntegerField("번호", primary_key=True)
    at = models.DateTimeField("일시")
    actor = models.ForeignKey(
        "accounts.User", verbose_name="사용자", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField("이름", max_length=80)
    address = models.CharField("접속지", max_length=45)
    action = models.CharField("행위", max_length=20)
    task = models.CharField("업무", max_length=80)
    subject_kind = models.CharField("대상", max_length=40)
    subject_ids = ArrayField(models.BigIntegerField(), verbose_name="대상 번호")
    reason = models.CharField("사유", max_length=200, blank=True)
    prev = models.BinaryField(default=b"", editable=False)
    digest = models.BinaryField(default=b"", editable=False)

    class Meta:
        verbose_name = "접속기록"
        verbose_name_plural = "접속기록"
        indexes = [
            GinIndex(fields=["subject_ids"], name="audit_by_subject"),
            models.Index(fields=["actor", "at"], name="audit_by_actor"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="audit_chain",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("last", "record")],
                func=_CHAIN,
            ),
            pgtrigger.Protect(name="audit_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"
