import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=40, verbose_name='대상')),
                ('reference', models.CharField(max_length=40, verbose_name='번호')),
                ('title', models.CharField(max_length=120, verbose_name='제목')),
                ('summary', models.JSONField(verbose_name='요약')),
                ('sha256', models.CharField(max_length=64, verbose_name='지문')),
                ('state', models.CharField(choices=[('draft', '기안'), ('in_review', '결재 중'), ('approved', '결재 완료'), ('returned', '반려'), ('void', '무효')], default='draft', max_length=10, verbose_name='상태')),
                ('proposed_at', models.DateTimeField(verbose_name='올린 때')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='끝난 때')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='accounts.department', verbose_name='부서')),
                ('drafter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals_drafted', to='accounts.official', verbose_name='기안자')),
            ],
            options={
                'verbose_name': '결재',
                'verbose_name_plural': '결재함',
                'indexes': [models.Index(fields=['drafter', '-proposed_at'], name='approvals_of_drafter')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'in_review'])), fields=('subject', 'reference'), name='one_open_approval_per_reference'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'in_review', 'approved', 'returned', 'void'])), name='approval_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state__in', ['draft', 'in_review'])), models.Q(models.Q(('state__in', ['draft', 'in_review']), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='decided_approval_says_when'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='approval_has_hash')],
            },
        ),
        migrations.CreateModel(
            name='ApprovalEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('proposed', '결재를 올림'), ('reviewed', '검토함'), ('approved', '결재함'), ('returned', '반려함'), ('voided', '무효가 됨')], max_length=10, verbose_name='무엇')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='내용')),
                ('at', models.DateTimeField(verbose_name='언제')),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='approvals.approval', verbose_name='결재')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='누가')),
            ],
            options={
                'verbose_name': '결재 이력',
                'verbose_name_plural': '결재 이력',
            },
        ),
        migrations.CreateModel(
            name='ApprovalStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='순서')),
                ('role', models.CharField(choices=[('review', '검토'), ('approve', '결재')], max_length=10, verbose_name='역할')),
                ('is_final', models.BooleanField(default=False, verbose_name='전결')),
                ('decision', models.CharField(blank=True, choices=[('approved', '승인'), ('returned', '반려'), ('skipped', '전결로 생략')], max_length=10, verbose_name='결정')),
                ('comment', models.CharField(blank=True, max_length=500, verbose_name='의견')),
                ('at', models.DateTimeField(blank=True, null=True, verbose_name='결정한 때')),
                ('acting_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.official', verbose_name='대결: 원래 결재자')),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='approvals.approval', verbose_name='결재')),
                ('official', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approval_steps', to='accounts.official', verbose_name='결재자')),
            ],
            options={
                'verbose_name': '결재선',
                'verbose_name_plural': '결재선',
                'indexes': [models.Index(condition=models.Q(('decision', '')), fields=['official'], name='steps_waiting_by_official')],
                'constraints': [models.UniqueConstraint(fields=('approval', 'position'), name='one_step_per_position'), models.UniqueConstraint(fields=('approval', 'official'), name='nobody_decides_twice'), models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='step_position_from_1'), models.CheckConstraint(condition=models.Q(('role__in', ['review', 'approve'])), name='step_role_known'), models.CheckConstraint(condition=models.Q(('decision__in', ['', 'approved', 'returned', 'skipped'])), name='step_decision_known'), models.CheckConstraint(condition=models.Q(models.Q(('at__isnull', True), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('at__isnull', False)), _connector='OR'), name='decided_step_says_when'), models.CheckConstraint(condition=models.Q(('is_final', False), ('role', 'approve'), _connector='OR'), name='only_approval_is_final'), models.CheckConstraint(condition=models.Q(('acting_for__isnull', True), models.Q(('acting_for', models.F('official')), _negated=True), _connector='OR'), name='stands_in_for_another'), models.CheckConstraint(condition=models.Q(models.Q(('decision', 'returned'), _negated=True), models.Q(('comment', ''), _negated=True), _connector='OR'), name='returned_step_says_why')],
            },
        ),
        migrations.CreateModel(
            name='StandIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='시작일')),
                ('ends_on', models.DateField(verbose_name='종료일')),
                ('reason', models.CharField(max_length=100, verbose_name='사유')),
                ('at', models.DateTimeField(verbose_name='등록한 때')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='거둔 때')),
                ('absent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stand_ins', to='accounts.official', verbose_name='부재자')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='등록한 사람')),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stands_in_for', to='accounts.official', verbose_name='대결자')),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='거둔 사람')),
            ],
            options={
                'verbose_name': '대결 권한 위임',
                'verbose_name_plural': '대결 권한 위임',
                'indexes': [models.Index(fields=['deputy', 'ends_on'], name='stand_ins_of_deputy')],
                'constraints': [models.CheckConstraint(condition=models.Q(('absent', models.F('deputy')), _negated=True), name='deputy_is_another'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='stand_in_ends_after_start'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='stand_in_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='revoked_stand_in_names_who')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='approval_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."drafter_id" IS DISTINCT FROM (NEW."drafter_id") OR OLD."department_id" IS DISTINCT FROM (NEW."department_id") OR OLD."proposed_at" IS DISTINCT FROM (NEW."proposed_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='71c531b3a48b7d7672c30c13ac1b2300913fa260', operation='UPDATE', pgid='pgtrigger_approval_frozen_8c752', table='approvals_approval', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='approval_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='06842c7bdbc14d06615186317dfe5cedb21e73d7', operation='DELETE', pgid='pgtrigger_approval_kept_2a360', table='approvals_approval', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalevent',
            trigger=pgtrigger.compiler.Trigger(name='approval_event_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3d2b5e46154b7950dbcb9454e6e8bca548f7158f', operation='UPDATE OR DELETE', pgid='pgtrigger_approval_event_append_only_fb296', table='approvals_approvalevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalstep',
            trigger=pgtrigger.compiler.Trigger(name='never_the_drafter', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (SELECT 1 FROM approvals_approval a WHERE a.id = NEW.approval_id AND a.drafter_id = NEW.official_id) THEN\n        RAISE EXCEPTION 'nobody approves what she drafted' USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='5225ba57f2ea67b0fe2cfd24aba1c1a7ca6c3ba0', operation='INSERT OR UPDATE', pgid='pgtrigger_never_the_drafter_e0915', table='approvals_approvalstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalstep',
            trigger=pgtrigger.compiler.Trigger(name='decided_step_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='030a6e89a83efe97a3a2f6356f681caae959c260', operation='UPDATE', pgid='pgtrigger_decided_step_kept_43246', table='approvals_approvalstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalstep',
            trigger=pgtrigger.compiler.Trigger(name='step_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a87443a0e22dfeea7c7049693a62fbe1677c3104', operation='DELETE', pgid='pgtrigger_step_kept_68510', table='approvals_approvalstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='standin',
            trigger=pgtrigger.compiler.Trigger(name='stand_in_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c8dacbcd30c31a840711a43eb79e7874ee917b22', operation='DELETE', pgid='pgtrigger_stand_in_kept_8d27e', table='approvals_standin', when='BEFORE')),
        ),
    ]
