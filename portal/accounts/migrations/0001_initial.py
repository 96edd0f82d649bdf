import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import portal.core.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='부호')),
                ('name', models.CharField(max_length=40, unique=True, verbose_name='부서명')),
                ('phone', models.CharField(max_length=20, verbose_name='대표번호')),
                ('duties', models.TextField(blank=True, verbose_name='담당 업무')),
                ('is_active', models.BooleanField(default=True, verbose_name='운영 중')),
            ],
            options={
                'verbose_name': '부서',
                'verbose_name_plural': '부서',
            },
        ),
        migrations.CreateModel(
            name='RateBucket',
            fields=[
                ('key', models.CharField(max_length=120, primary_key=True, serialize=False, verbose_name='열쇠')),
                ('tokens', models.FloatField(verbose_name='남은 횟수')),
                ('refilled_at', models.DateTimeField(verbose_name='채운 때')),
            ],
            options={
                'verbose_name': '횟수 제한',
                'verbose_name_plural': '횟수 제한',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='이름(봉인)')),
                ('phone_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='휴대전화(봉인)')),
                ('phone_index', models.BinaryField(blank=True, max_length=16, null=True, verbose_name='휴대전화 색인')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '사용자',
                'verbose_name_plural': '사용자',
                'constraints': [models.UniqueConstraint(condition=models.Q(('phone_index__isnull', False)), fields=('phone_index', 'is_staff'), name='one_user_per_phone')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='번호')),
                ('at', models.DateTimeField(verbose_name='일시')),
                ('actor_name', models.CharField(max_length=80, verbose_name='이름')),
                ('address', models.CharField(max_length=45, verbose_name='접속지')),
                ('action', models.CharField(max_length=20, verbose_name='행위')),
                ('task', models.CharField(max_length=80, verbose_name='업무')),
                ('subject_kind', models.CharField(max_length=40, verbose_name='대상')),
                ('subject_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='대상 번호')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='사유')),
                ('prev', models.BinaryField(default=b'')),
                ('digest', models.BinaryField(default=b'')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='사용자')),
            ],
            options={
                'verbose_name': '접속기록',
                'verbose_name_plural': '접속기록',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['subject_ids'], name='audit_by_subject'), models.Index(fields=['actor', 'at'], name='audit_by_actor')],
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('on', models.DateField(primary_key=True, serialize=False, verbose_name='날짜')),
                ('counts', models.BooleanField(verbose_name='처리기간 산입')),
                ('is_open', models.BooleanField(verbose_name='청사 운영')),
                ('opens_at', models.TimeField(verbose_name='시작')),
                ('closes_at', models.TimeField(verbose_name='마감')),
                ('lunch_from', models.TimeField(verbose_name='점심 시작')),
                ('lunch_until', models.TimeField(verbose_name='점심 끝')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='이름')),
                ('source', models.CharField(choices=[('library', '기본 달력'), ('official', '공무원 지정'), ('import', '가져오기')], default='library', max_length=10, verbose_name='출처')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='지정한 때')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='사유')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='지정한 사람')),
            ],
            options={
                'verbose_name': '달력',
                'verbose_name_plural': '달력',
                'constraints': [models.CheckConstraint(condition=models.Q(('counts', False), models.Q(('on__iso_week_day__in', [6, 7]), _negated=True), _connector='OR'), name='weekends_never_count'), models.CheckConstraint(condition=models.Q(('opens_at__lte', models.F('lunch_from')), ('lunch_from__lte', models.F('lunch_until')), ('lunch_until__lte', models.F('closes_at'))), name='office_hours_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('source', 'official'), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='official_day_names_who'), models.CheckConstraint(condition=models.Q(('source__in', ['library', 'official', 'import'])), name='calendar_source_known')],
            },
        ),
        migrations.CreateModel(
            name='DataKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=40, verbose_name='용도')),
                ('object_ref', models.CharField(max_length=80, verbose_name='대상')),
                ('wrapped', models.BinaryField(null=True, verbose_name='감싼 키')),
                ('created_at', models.DateTimeField(verbose_name='만든 때')),
                ('destroyed_at', models.DateTimeField(blank=True, null=True, verbose_name='파기한 때')),
            ],
            options={
                'verbose_name': '데이터 키',
                'verbose_name_plural': '데이터 키',
                'constraints': [models.UniqueConstraint(fields=('purpose', 'object_ref'), name='one_data_key_per_object'), models.CheckConstraint(condition=models.Q(models.Q(('destroyed_at__isnull', False), ('wrapped__isnull', True)), models.Q(('destroyed_at__isnull', True), ('wrapped__isnull', False)), _connector='OR'), name='destroyed_key_is_empty')],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='기기')),
                ('token_hash', models.BinaryField(max_length=32, verbose_name='기기 표지')),
                ('session_key', models.CharField(blank=True, max_length=40, verbose_name='세션')),
                ('first_seen_at', models.DateTimeField(verbose_name='처음 로그인')),
                ('last_seen_at', models.DateTimeField(verbose_name='마지막 사용')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL, verbose_name='사용자')),
            ],
            options={
                'verbose_name': '로그인 기기',
                'verbose_name_plural': '로그인 기기',
                'constraints': [models.UniqueConstraint(fields=('user', 'token_hash'), name='one_row_per_device'), models.UniqueConstraint(condition=models.Q(('session_key', ''), _negated=True), fields=('session_key',), name='one_device_per_session')],
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.CharField(max_length=40, verbose_name='프로세스')),
                ('host', models.CharField(max_length=80, verbose_name='서버')),
                ('at', models.DateTimeField(verbose_name='일시')),
            ],
            options={
                'verbose_name': '동작 신호',
                'verbose_name_plural': '동작 신호',
                'constraints': [models.UniqueConstraint(fields=('process', 'host'), name='one_heartbeat_per_process')],
            },
        ),
        migrations.CreateModel(
            name='Official',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='이름')),
                ('title', models.CharField(default='주무관', max_length=20, verbose_name='직위')),
                ('office_phone', models.CharField(max_length=20, verbose_name='사무실 전화')),
                ('is_active', models.BooleanField(default=True, verbose_name='재직 중')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='officials', to='accounts.department', verbose_name='부서')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='official', to=settings.AUTH_USER_MODEL, verbose_name='사용자')),
            ],
            options={
                'verbose_name': '공무원',
                'verbose_name_plural': '공무원',
                'constraints': [models.CheckConstraint(condition=models.Q(('office_phone__regex', '^\\+?(82-?)?0?1[016789]'), _negated=True), name='office_phone_is_no_mobile')],
            },
        ),
        migrations.CreateModel(
            name='PhoneProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('purpose', models.CharField(choices=[('sign_in', '로그인'), ('fresh', '본인 다시 확인'), ('new_phone', '휴대전화 번호 변경'), ('withdraw', '민원 취하'), ('form', '신청 본인 확인')], max_length=20, verbose_name='용도')),
                ('reference', models.CharField(blank=True, max_length=64, verbose_name='관련 번호')),
                ('phone_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='휴대전화(봉인)')),
                ('phone_index', models.BinaryField(max_length=16, verbose_name='휴대전화 색인')),
                ('code_hash', models.BinaryField(max_length=32, verbose_name='인증번호 지문')),
                ('tries_count', models.PositiveSmallIntegerField(default=0, verbose_name='틀린 횟수')),
                ('created_at', models.DateTimeField(verbose_name='보낸 때')),
                ('expires_at', models.DateTimeField(verbose_name='끝나는 때')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='확인한 때')),
            ],
            options={
                'verbose_name': '인증번호',
                'verbose_name_plural': '인증번호',
                'indexes': [models.Index(fields=['expires_at'], name='proof_to_forget')],
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['sign_in', 'fresh', 'new_phone', 'withdraw', 'form'])), name='proof_purpose_is_known'), models.CheckConstraint(condition=models.Q(('tries_count__lte', 5)), name='proof_tries_are_few'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='proof_expires_later'), models.CheckConstraint(condition=models.Q(('confirmed_at', None), ('confirmed_at__lt', models.F('expires_at')), _connector='OR'), name='proof_confirmed_in_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='audit_chain', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE last record;', func="\n    PERFORM pg_advisory_xact_lock(hashtext('accounts_auditentry'));\n    SELECT id, digest INTO last FROM accounts_auditentry ORDER BY id DESC LIMIT 1;\n    NEW.id := coalesce(last.id, 0) + 1;\n    NEW.at := clock_timestamp();\n    NEW.prev := coalesce(last.digest, '\\x'::bytea);\n    NEW.digest := sha256(NEW.prev || convert_to(\n    jsonb_build_object('id', NEW.id, 'at', (NEW.at at time zone 'UTC')::text, 'actor', NEW.actor_id,\n        'name', NEW.actor_name, 'address', NEW.address, 'action', NEW.action, 'task', NEW.task,\n        'kind', NEW.subject_kind, 'ids', to_jsonb(NEW.subject_ids), 'reason', NEW.reason)::text\n, 'UTF8'));\n    RETURN NEW;\n", hash='6713468264a326b0f23db00e59eb0790a45cffce', operation='INSERT', pgid='pgtrigger_audit_chain_78daa', table='accounts_auditentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='audit_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1e86309f38da04ee591cb6be0a1a3bc799a30c83', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_append_only_1c677', table='accounts_auditentry', when='BEFORE')),
        ),
    ]
