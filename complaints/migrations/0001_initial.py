import complaints.models.duty
import django.contrib.postgres.constraints
import django.contrib.postgres.operations
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import portal.core.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(
        ),
        migrations.RunSQL(
            sql='CREATE SEQUENCE complaints_number',
            reverse_sql='DROP SEQUENCE complaints_number',
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='기관명')),
                ('phone', models.CharField(max_length=20, verbose_name='전화')),
                ('url', models.URLField(blank=True, verbose_name='누리집')),
                ('examples', models.TextField(blank=True, help_text='이 기관이 맡는 민원의 예를 적습니다.', verbose_name='맡는 일')),
                ('is_active', models.BooleanField(default=True, verbose_name='사용')),
            ],
            options={
                'verbose_name': '이송 기관',
                'verbose_name_plural': '이송 기관',
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, unique=True, verbose_name='부호')),
                ('name', models.CharField(max_length=60, verbose_name='이름')),
                ('kind', models.CharField(choices=[('statutory', '법정민원'), ('inquiry', '질의민원'), ('suggestion', '건의민원'), ('grievance', '고충민원'), ('other', '기타민원'), ('report', '제보')], default='other', max_length=12, verbose_name='기본 종류')),
                ('period_value', models.PositiveSmallIntegerField(default=7, verbose_name='처리기간')),
                ('period_unit', models.CharField(choices=[('immediate', '즉시'), ('day', '일'), ('week', '주'), ('month', '개월'), ('year', '년')], default='day', max_length=10, verbose_name='처리기간 단위')),
                ('weight', models.FloatField(default=1.0, help_text='보통 민원 한 건을 1로 봅니다.', verbose_name='업무량')),
                ('is_active', models.BooleanField(default=True, verbose_name='사용')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='categories', to='accounts.department', verbose_name='담당 부서')),
            ],
            options={
                'verbose_name': '민원 분류',
                'verbose_name_plural': '민원 분류',
                'constraints': [models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='category_weighs_something'), models.CheckConstraint(condition=models.Q(models.Q(('period_unit', 'immediate'), ('period_value', 0)), models.Q(models.Q(('period_unit', 'immediate'), _negated=True), ('period_value__gte', 1)), _connector='OR'), name='category_period_has_length'), models.CheckConstraint(condition=models.Q(('period_unit__in', ['immediate', 'day', 'week', 'month', 'year'])), name='category_period_unit_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['statutory', 'inquiry', 'suggestion', 'grievance', 'other', 'report'])), name='category_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='CategoryKeyword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=60, verbose_name='낱말')),
                ('weight', models.FloatField(default=1.0, verbose_name='가중치')),
                ('source', models.CharField(choices=[('seed', '기본'), ('official', '공무원'), ('learned', '학습')], default='seed', max_length=10, verbose_name='출처')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keywords', to='complaints.category', verbose_name='분류')),
            ],
            options={
                'verbose_name': '분류 낱말',
                'verbose_name_plural': '분류 낱말',
                'constraints': [models.UniqueConstraint(fields=('category', 'text'), name='one_weight_per_category_word'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='keyword_is_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.CharField(max_length=16, unique=True, verbose_name='접수번호')),
                ('token_hash', models.BinaryField(max_length=32, unique=True, verbose_name='링크 해시')),
                ('token_version', models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='링크 판')),
                ('intake_key', models.UUIDField(editable=False, unique=True, verbose_name='접수 키')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='판')),
                ('kind', models.CharField(choices=[('statutory', '법정민원'), ('inquiry', '질의민원'), ('suggestion', '건의민원'), ('grievance', '고충민원'), ('other', '기타민원'), ('report', '제보')], default='other', max_length=12, verbose_name='종류')),
                ('channel', models.CharField(choices=[('web', '누리집'), ('sms', '문자'), ('kakao', '카카오톡'), ('chatbot', '챗봇'), ('phone', '전화'), ('visit', '방문')], max_length=12, verbose_name='접수 경로')),
                ('stage', models.CharField(choices=[('submitted', '신청됨'), ('received', '접수'), ('routed', '부서 배정'), ('assigned', '담당자 지정'), ('inspecting', '현장 확인 중'), ('reviewing', '심사 중'), ('supplementing', '보완 요청'), ('reopening', '재검토 요청'), ('resolved', '처리 완료'), ('transferred', '타기관 이송'), ('withdrawn', '취하'), ('returned', '반려'), ('closed', '종결'), ('merged', '병합')], default='submitted', max_length=16, verbose_name='단계')),
                ('stage_before', models.CharField(blank=True, choices=[('submitted', '신청됨'), ('received', '접수'), ('routed', '부서 배정'), ('assigned', '담당자 지정'), ('inspecting', '현장 확인 중'), ('reviewing', '심사 중'), ('supplementing', '보완 요청'), ('reopening', '재검토 요청'), ('resolved', '처리 완료'), ('transferred', '타기관 이송'), ('withdrawn', '취하'), ('returned', '반려'), ('closed', '종결'), ('merged', '병합')], max_length=16, verbose_name='보완 전 단계')),
                ('outcome', models.CharField(blank=True, choices=[('accepted', '수용'), ('partial', '일부 수용'), ('already_done', '이미 처리됨'), ('refused', '불수용'), ('guided', '안내'), ('long_review', '장기 검토')], max_length=16, verbose_name='처리 결과')),
                ('priority', models.PositiveSmallIntegerField(default=3, help_text='1 긴급 … 4 낮음', verbose_name='긴급도')),
                ('name_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='이름(봉인)')),
                ('phone_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='휴대전화(봉인)')),
                ('phone_index', models.BinaryField(blank=True, max_length=16, null=True, verbose_name='휴대전화 색인')),
                ('body_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='내용(봉인)')),
                ('lat', models.FloatField(blank=True, null=True, verbose_name='위도')),
                ('lon', models.FloatField(blank=True, null=True, verbose_name='경도')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='장소')),
                ('address_detail_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='상세 위치(봉인)')),
                ('location_source', models.CharField(choices=[('none', '없음'), ('gps', '휴대전화 위치'), ('exif', '사진 위치'), ('pin', '지도에서 고름'), ('text', '글로 적음')], default='none', max_length=8, verbose_name='위치 출처')),
                ('submitted_at', models.DateTimeField(verbose_name='신청한 때')),
                ('receive_by_at', models.DateTimeField(verbose_name='접수 기한')),
                ('received_at', models.DateTimeField(blank=True, null=True, verbose_name='접수한 때')),
                ('period_value', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='처리기간')),
                ('period_unit', models.CharField(blank=True, choices=[('immediate', '즉시'), ('day', '일'), ('week', '주'), ('month', '개월'), ('year', '년')], max_length=10, verbose_name='처리기간 단위')),
                ('due_at', models.DateTimeField(blank=True, help_text='이 시각부터 기한이 지난 것입니다.', null=True, verbose_name='처리기한')),
                ('clock', models.CharField(choices=[('intake', '접수 대기'), ('running', '처리기간 진행'), ('paused', '처리기간 제외'), ('stopped', '멈춤')], default='intake', max_length=8, verbose_name='기한 시계')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='끝난 때')),
                ('answer_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='답변(봉인)')),
                ('refusal_reason_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='불수용 사유(봉인)')),
                ('remedy', models.TextField(blank=True, verbose_name='불복 방법')),
                ('rerouted_count', models.PositiveSmallIntegerField(default=0, verbose_name='재배정 횟수')),
                ('reopened_count', models.PositiveSmallIntegerField(default=0, verbose_name='재검토 요청 횟수')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='처리 차수')),
                ('unread_count', models.PositiveSmallIntegerField(default=0, verbose_name='안 읽은 민원인 메시지')),
                ('is_open', models.GeneratedField(db_persist=True, expression=models.Case(models.When(stage__in=['resolved', 'transferred', 'withdrawn', 'returned', 'closed', 'merged'], then=False), default=True, output_field=models.BooleanField()), output_field=models.BooleanField(verbose_name='진행 중'))),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.category', verbose_name='분류')),
                ('citizen', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to=settings.AUTH_USER_MODEL, verbose_name='민원인')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='accounts.department', verbose_name='부서')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_cases', to='complaints.complaint', verbose_name='대표 민원')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='complaints', to='accounts.official', verbose_name='담당자')),
            ],
            options={
                'verbose_name': '민원',
                'verbose_name_plural': '민원',
                'indexes': [models.Index(condition=models.Q(('is_open', True)), fields=['department', 'due_at'], name='open_by_department'), models.Index(condition=models.Q(('is_open', True)), fields=['officer', 'due_at'], name='open_by_officer'), models.Index(condition=models.Q(('is_open', True)), fields=['stage', 'receive_by_at'], name='open_by_stage'), models.Index(fields=['citizen', '-submitted_at'], name='complaints_of_citizen'), models.Index(fields=['phone_index', '-submitted_at'], name='complaints_of_phone'), models.Index(fields=['-submitted_at', '-id'], name='complaints_newest_first')],
                'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['submitted', 'received', 'routed', 'assigned', 'inspecting', 'reviewing', 'supplementing', 'reopening', 'resolved', 'transferred', 'withdrawn', 'returned', 'closed', 'merged'])), name='complaint_stage_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['statutory', 'inquiry', 'suggestion', 'grievance', 'other', 'report'])), name='complaint_kind_known'), models.CheckConstraint(condition=models.Q(('channel__in', ['web', 'sms', 'kakao', 'chatbot', 'phone', 'visit'])), name='complaint_channel_known'), models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'accepted', 'partial', 'already_done', 'refused', 'guided', 'long_review'])), name='complaint_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['received', 'routed', 'assigned', 'inspecting', 'reviewing', 'supplementing', 'resolved', 'returned', 'reopening']), _negated=True), models.Q(('due_at__isnull', False), ('received_at__isnull', False), models.Q(('period_unit', ''), _negated=True)), _connector='OR'), name='received_has_due_date'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['resolved', 'reopening']), _negated=True), models.Q(models.Q(('outcome', ''), _negated=True), models.Q(('answer_sealed', b''), _negated=True)), _connector='OR'), name='resolved_has_answer'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(models.Q(('refusal_reason_sealed', b''), _negated=True), models.Q(('remedy', ''), _negated=True)), _connector='OR'), name='refused_has_reason_and_remedy'), models.CheckConstraint(condition=models.Q(models.Q(('clock', 'stopped'), ('ended_at__isnull', False), ('stage__in', ('resolved', 'transferred', 'withdrawn', 'returned', 'closed', 'merged'))), models.Q(models.Q(('stage__in', ('resolved', 'transferred', 'withdrawn', 'returned', 'closed', 'merged')), _negated=True), models.Q(('clock', 'stopped'), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='ended_has_stopped_clock'), models.CheckConstraint(condition=models.Q(models.Q(('clock', 'intake'), ('stage__in', ['submitted', 'reopening'])), models.Q(models.Q(('stage__in', ['submitted', 'reopening']), _negated=True), models.Q(('clock', 'intake'), _negated=True)), _connector='OR'), name='intake_clock_before_receiving'), models.CheckConstraint(condition=models.Q(models.Q(('clock', 'paused'), ('stage', 'supplementing'), ('stage_before__in', ('assigned', 'inspecting', 'reviewing'))), models.Q(models.Q(('stage', 'supplementing'), _negated=True), models.Q(('clock', 'paused'), _negated=True), ('stage_before', '')), _connector='OR'), name='supplement_pauses_clock'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['assigned', 'inspecting', 'reviewing', 'supplementing', 'resolved', 'reopening']), _negated=True), models.Q(('department__isnull', False), ('officer__isnull', False)), _connector='OR'), name='in_hand_has_officer'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['routed']), _negated=True), ('department__isnull', False), _connector='OR'), name='routed_has_department'), models.CheckConstraint(condition=models.Q(models.Q(('lead__isnull', False), ('stage', 'merged')), models.Q(models.Q(('stage', 'merged'), _negated=True), ('lead__isnull', True)), _connector='OR'), name='merged_has_lead'), models.CheckConstraint(condition=models.Q(('lead__isnull', True), models.Q(('lead', models.F('id')), _negated=True), _connector='OR'), name='no_merge_into_itself'), models.CheckConstraint(condition=models.Q(models.Q(('lat__isnull', True), ('lon__isnull', True)), models.Q(('lat__gte', 33), ('lat__isnull', False), ('lat__lte', 39.5), ('lon__gte', 124), ('lon__isnull', False), ('lon__lte', 132.5)), _connector='OR'), name='place_is_in_korea'), models.CheckConstraint(condition=models.Q(('priority__gte', 1), ('priority__lte', 4)), name='priority_from_1_to_4'), models.CheckConstraint(condition=models.Q(('reopened_count__lte', 2), ('round__gte', 1), ('round__lte', 3)), name='reopened_at_most_twice'), models.CheckConstraint(condition=models.Q(models.Q(('phone_index__isnull', True), ('phone_sealed', b'')), models.Q(models.Q(('phone_sealed', b''), _negated=True), ('phone_index__isnull', False)), _connector='OR'), name='phone_is_indexed')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('ordinal', models.PositiveSmallIntegerField(verbose_name='순번')),
                ('state', models.CharField(choices=[('quarantined', '확인 중'), ('ready', '볼 수 있음'), ('failed', '열 수 없음'), ('refused', '받지 않음')], default='quarantined', max_length=12, verbose_name='상태')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='사유')),
                ('media_type', models.CharField(blank=True, max_length=20, verbose_name='형식')),
                ('byte_count', models.PositiveIntegerField(verbose_name='크기')),
                ('sha256', models.BinaryField(max_length=32, verbose_name='해시')),
                ('width', models.PositiveIntegerField(blank=True, null=True, verbose_name='너비')),
                ('height', models.PositiveIntegerField(blank=True, null=True, verbose_name='높이')),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='찍은 때')),
                ('taken_offset_known', models.BooleanField(default=False, verbose_name='시간대 기록됨')),
                ('exif_lat', models.FloatField(blank=True, null=True, verbose_name='사진 위도')),
                ('exif_lon', models.FloatField(blank=True, null=True, verbose_name='사진 경도')),
                ('uploaded_at', models.DateTimeField(verbose_name='올린 때')),
                ('attempt_count', models.PositiveSmallIntegerField(default=0, verbose_name='시도 횟수')),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='작업 중')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='complaints.complaint', verbose_name='민원')),
            ],
            options={
                'verbose_name': '첨부 사진',
                'verbose_name_plural': '첨부 사진',
                'indexes': [models.Index(condition=models.Q(('state', 'quarantined')), fields=['uploaded_at'], name='photos_to_process')],
                'constraints': [models.UniqueConstraint(fields=('complaint', 'sha256'), name='same_file_once_per_complaint'), models.UniqueConstraint(fields=('complaint', 'ordinal'), name='files_are_numbered'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'refused']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='unusable_file_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('height__isnull', False), ('width__isnull', False)), _connector='OR'), name='ready_file_has_size'), models.CheckConstraint(condition=models.Q(('state__in', ['quarantined', 'ready', 'failed', 'refused'])), name='file_state_known')],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('rule', '규칙'), ('model', '낱말 분석'), ('triage', '접수 담당 분류'), ('manual', '직접 지정'), ('balance', '업무량 균형'), ('handover', '인계')], max_length=10, verbose_name='까닭')),
                ('explanation', models.TextField(blank=True, verbose_name='설명')),
                ('breakdown', models.JSONField(blank=True, default=dict, verbose_name='계산 내역')),
                ('at', models.DateTimeField(verbose_name='일시')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='사용자')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='부서')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='accounts.official', verbose_name='담당자')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='complaints.complaint', verbose_name='민원')),
            ],
            options={
                'verbose_name': '배정 이력',
                'verbose_name_plural': '배정 이력',
                'indexes': [models.Index(fields=['officer', '-at'], name='latest_assignment_of_officer')],
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weight', models.FloatField(default=1.0, help_text='2이면 1인 사람의 두 배를 맡습니다.', verbose_name='몫')),
                ('max_open', models.PositiveSmallIntegerField(default=50, verbose_name='최대 건수')),
                ('starts_on', models.DateField(verbose_name='시작일')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='종료일')),
                ('category', models.ForeignKey(blank=True, help_text='비우면 부서의 모든 민원을 맡습니다.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.category', verbose_name='분류')),
                ('official', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='accounts.official', verbose_name='공무원')),
            ],
            options={
                'verbose_name': '담당',
                'verbose_name_plural': '담당',
                'constraints': [models.CheckConstraint(condition=models.Q(('weight__gt', 0)), name='duty_has_a_share'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='duty_ends_after_start'), models.UniqueConstraint(fields=('official', 'category', 'starts_on'), name='one_duty_per_start', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('holiday', '휴가'), ('sick', '병가'), ('trip', '출장'), ('training', '교육')], default='holiday', max_length=10, verbose_name='종류')),
                ('starts_at', models.DateTimeField(verbose_name='시작')),
                ('ends_at', models.DateTimeField(verbose_name='끝')),
                ('official', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leaves', to='accounts.official', verbose_name='공무원')),
            ],
            options={
                'verbose_name': '부재',
                'verbose_name_plural': '부재',
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='leave_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('text_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='내용(봉인)')),
                ('at', models.DateTimeField(verbose_name='일시')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='쓴 사람')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='complaints.complaint', verbose_name='민원')),
            ],
            options={
                'verbose_name': '내부 메모',
                'verbose_name_plural': '내부 메모',
            },
        ),
        migrations.CreateModel(
            name='Satisfaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('round', models.PositiveSmallIntegerField(verbose_name='처리 차수')),
                ('score', models.PositiveSmallIntegerField(verbose_name='점수')),
                ('comment_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='의견(봉인)')),
                ('channel', models.CharField(choices=[('web', '누리집'), ('sms', '문자'), ('kakao', '카카오톡'), ('chatbot', '챗봇'), ('phone', '전화'), ('visit', '방문')], max_length=12, verbose_name='경로')),
                ('at', models.DateTimeField(verbose_name='처음 평가한 때')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='satisfactions', to='complaints.complaint', verbose_name='민원')),
            ],
            options={
                'verbose_name': '만족도',
                'verbose_name_plural': '만족도',
                'constraints': [models.UniqueConstraint(fields=('complaint', 'round'), name='one_score_per_round'), models.CheckConstraint(condition=models.Q(('score__gte', 1), ('score__lte', 5)), name='score_from_1_to_5')],
            },
        ),
        migrations.CreateModel(
            name='StageChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('seq', models.PositiveIntegerField(help_text='이 일로 생긴 민원의 판과 같습니다.', verbose_name='순번')),
                ('step', models.CharField(choices=[('file', '신청'), ('receive', '접수'), ('discard', '접수하지 않고 종결'), ('route', '부서 배정'), ('reroute', '부서 재배정'), ('assign', '담당자 지정'), ('reassign', '담당자 재지정'), ('inspect', '현장 확인 시작'), ('review', '심사 시작'), ('ask_supplement', '보완 요청'), ('answer_supplement', '보완 접수'), ('send_back', '반려'), ('resolve', '처리 완료'), ('transfer', '타기관 이송'), ('bounce', '이송 반려 접수'), ('withdraw', '취하'), ('close', '종결'), ('merge', '병합'), ('unmerge', '병합 해제'), ('reopen', '재검토 요청'), ('accept_reopening', '재검토 시작'), ('decline_reopening', '기존 답변 유지'), ('write', '민원인 메시지'), ('rate', '만족도 평가')], max_length=24, verbose_name='처리')),
                ('before', models.CharField(blank=True, choices=[('submitted', '신청됨'), ('received', '접수'), ('routed', '부서 배정'), ('assigned', '담당자 지정'), ('inspecting', '현장 확인 중'), ('reviewing', '심사 중'), ('supplementing', '보완 요청'), ('reopening', '재검토 요청'), ('resolved', '처리 완료'), ('transferred', '타기관 이송'), ('withdrawn', '취하'), ('returned', '반려'), ('closed', '종결'), ('merged', '병합')], max_length=16, verbose_name='이전 단계')),
                ('after', models.CharField(choices=[('submitted', '신청됨'), ('received', '접수'), ('routed', '부서 배정'), ('assigned', '담당자 지정'), ('inspecting', '현장 확인 중'), ('reviewing', '심사 중'), ('supplementing', '보완 요청'), ('reopening', '재검토 요청'), ('resolved', '처리 완료'), ('transferred', '타기관 이송'), ('withdrawn', '취하'), ('returned', '반려'), ('closed', '종결'), ('merged', '병합')], max_length=16, verbose_name='이후 단계')),
                ('actor', models.CharField(choices=[('citizen', '민원인'), ('clerk', '접수 담당'), ('officer', '담당자'), ('head', '부서장'), ('examiner', '민원심사관'), ('system', '자동')], max_length=12, verbose_name='자격')),
                ('at', models.DateTimeField(verbose_name='일시')),
                ('public_text_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='민원인에게 보이는 글(봉인)')),
                ('internal_text_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='내부 글(봉인)')),
                ('department_name', models.CharField(blank=True, max_length=40, verbose_name='부서')),
                ('officer_name', models.CharField(blank=True, max_length=64, verbose_name='담당자')),
                ('officer_phone', models.CharField(blank=True, max_length=20, verbose_name='담당자 전화')),
                ('data', models.JSONField(blank=True, default=dict, verbose_name='부가 정보')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='사용자')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='complaints.complaint', verbose_name='민원')),
            ],
            options={
                'verbose_name': '처리 이력',
                'verbose_name_plural': '처리 이력',
                'constraints': [models.UniqueConstraint(fields=('complaint', 'seq'), name='one_change_per_version'), models.CheckConstraint(condition=models.Q(models.Q(('before', ''), ('step', 'file')), models.Q(models.Q(('before', ''), _negated=True), models.Q(('step', 'file'), _negated=True)), _connector='OR'), name='story_begins_with_filing'), models.CheckConstraint(condition=models.Q(('actor__in', ['citizen', 'clerk', 'officer', 'head', 'examiner', 'system'])), name='change_actor_known'), models.CheckConstraint(condition=models.Q(('after__in', ['submitted', 'received', 'routed', 'assigned', 'inspecting', 'reviewing', 'supplementing', 'reopening', 'resolved', 'transferred', 'withdrawn', 'returned', 'closed', 'merged']), ('before__in', ['', 'submitted', 'received', 'routed', 'assigned', 'inspecting', 'reviewing', 'supplementing', 'reopening', 'resolved', 'transferred', 'withdrawn', 'returned', 'closed', 'merged'])), name='change_stages_known')],
            },
        ),
        migrations.CreateModel(
            name='SupplementRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('ordinal', models.PositiveSmallIntegerField(verbose_name='차수')),
                ('items', models.TextField(verbose_name='보완할 내용')),
                ('due_on', models.DateField(verbose_name='보완 기한')),
                ('asked_at', models.DateTimeField(verbose_name='요청한 때')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='받은 때')),
                ('ended_at', models.DateTimeField(blank=True, help_text='답을 받았거나 더 기다리지 않게 된 때', null=True, verbose_name='끝난 때')),
                ('answer_sealed', portal.core.fields.SealedField(blank=True, default=b'', verbose_name='보완 답변(봉인)')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supplements', to='complaints.complaint', verbose_name='민원')),
            ],
            options={
                'verbose_name': '보완 요청',
                'verbose_name_plural': '보완 요청',
                'constraints': [models.UniqueConstraint(fields=('complaint', 'ordinal'), name='supplements_are_numbered'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('complaint',), name='one_open_supplement'), models.CheckConstraint(condition=models.Q(models.Q(('answer_sealed', b''), ('answered_at__isnull', True)), models.Q(('answered_at', models.F('ended_at')), ('answered_at__isnull', False), ('ended_at__isnull', False), models.Q(('answer_sealed', b''), _negated=True)), _connector='OR'), name='answered_supplement_has_answer')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='사유')),
                ('sent_at', models.DateTimeField(verbose_name='보낸 때')),
                ('bounced_at', models.DateTimeField(blank=True, null=True, verbose_name='돌아온 때')),
                ('bounce_note', models.TextField(blank=True, verbose_name='돌아온 사유')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.agency', verbose_name='기관')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='보낸 사람')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='complaints.complaint', verbose_name='민원')),
            ],
            options={
                'verbose_name': '이송',
                'verbose_name_plural': '이송',
                'constraints': [models.UniqueConstraint(condition=models.Q(('bounced_at__isnull', True)), fields=('complaint',), name='one_live_transfer'), models.CheckConstraint(condition=models.Q(models.Q(('bounce_note', ''), ('bounced_at__isnull', True)), models.Q(('bounced_at__isnull', False), models.Q(('bounce_note', ''), _negated=True)), _connector='OR'), name='bounced_transfer_has_note')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='version_never_falls', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."version" < (OLD."version"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='39ed1955e91180d99c48bc993229eb9a99a1ee1a', operation='UPDATE', pgid='pgtrigger_version_never_falls_a0bf6', table='complaints_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='stage_moves_with_version', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."stage" IS DISTINCT FROM (OLD."stage") AND NEW."version" = (OLD."version"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b6c3323d1afb99fb5f0ce2f9f33fb562555b4717', operation='UPDATE', pgid='pgtrigger_stage_moves_with_version_aeb20', table='complaints_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='complaint',
            trigger=pgtrigger.compiler.Trigger(name='complaints_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0c2ae9f26b78fdae1edc779ba4aa859e9647e917', operation='DELETE', pgid='pgtrigger_complaints_are_kept_ac917', table='complaints_complaint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='assignment_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='70ab3155af5c90530b151bb49ce63bec659767cb', operation='UPDATE OR DELETE', pgid='pgtrigger_assignment_append_only_0a6b9', table='complaints_assignment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.F('official'), '='), (complaints.models.duty._Span('starts_at', 'ends_at'), '&&')], name='leaves_do_not_overlap'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='note_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='831481413e409af3ca10f77534a944b4e97e2950', operation='UPDATE OR DELETE', pgid='pgtrigger_note_append_only_2df41', table='complaints_note', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stagechange',
            trigger=pgtrigger.compiler.Trigger(name='stage_change_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b54ed4df5685e9e8af16e3e34971f197fb1eec0d', operation='UPDATE OR DELETE', pgid='pgtrigger_stage_change_append_only_97a96', table='complaints_stagechange', when='BEFORE')),
        ),
    ]
