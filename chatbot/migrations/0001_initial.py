import django.contrib.postgres.fields
import django.db.models.deletion
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
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='공개 번호')),
                ('channel', models.CharField(choices=[('web', '누리집')], default='web', max_length=5, verbose_name='통로')),
                ('started_at', models.DateTimeField(verbose_name='시작')),
                ('last_at', models.DateTimeField(verbose_name='마지막')),
                ('misses_in_row', models.PositiveSmallIntegerField(default=0, verbose_name='연속 실패')),
            ],
            options={
                'verbose_name': '대화',
                'verbose_name_plural': '대화',
            },
        ),
        migrations.CreateModel(
            name='Faq',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=60, unique=True, verbose_name='식별자')),
                ('kind', models.CharField(choices=[('answer', '답변'), ('referral', '다른 기관 안내'), ('smalltalk', '인사')], default='answer', max_length=10, verbose_name='종류')),
                ('question', models.CharField(max_length=120, verbose_name='질문')),
                ('answer', models.TextField(max_length=1000, verbose_name='답변')),
                ('category', models.CharField(max_length=40, verbose_name='분류')),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=30, verbose_name='낱말')),
                ('petition_code', models.SlugField(blank=True, max_length=40, verbose_name='이어지는 신청')),
                ('map_kind', models.CharField(choices=[('none', '없음'), ('place', '한 곳'), ('layer', '여러 곳')], default='none', max_length=5, verbose_name='지도')),
                ('map_layer', models.SlugField(blank=True, max_length=40, verbose_name='지도 묶음')),
                ('place_name', models.CharField(blank=True, max_length=80, verbose_name='장소')),
                ('place_address', models.CharField(blank=True, max_length=120, verbose_name='주소')),
                ('lat', models.FloatField(blank=True, null=True, verbose_name='위도')),
                ('lon', models.FloatField(blank=True, null=True, verbose_name='경도')),
                ('has_sample_facts', models.BooleanField(default=False, verbose_name='예시 수치 포함')),
                ('status', models.CharField(choices=[('draft', '작성 중'), ('published', '게시'), ('retired', '내림')], default='draft', max_length=10, verbose_name='상태')),
                ('checked_on', models.DateField(blank=True, null=True, verbose_name='확인한 날')),
                ('changed_at', models.DateTimeField(verbose_name='고친 때')),
                ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='담당 부서')),
            ],
            options={
                'verbose_name': '자주 묻는 질문',
                'verbose_name_plural': '자주 묻는 질문',
                'indexes': [models.Index(fields=['changed_at'], name='faq_by_change')],
                'constraints': [models.CheckConstraint(condition=models.Q(('slug__regex', '^[a-z0-9-]{2,60}$')), name='faq_slug_is_plain'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('checked_on__isnull', False), _connector='OR'), name='published_faq_was_checked'), models.CheckConstraint(condition=models.Q(models.Q(('map_kind', 'place'), _negated=True), models.Q(('lat__range', (33, 39.5)), ('lon__range', (124, 132.5))), _connector='OR'), name='faq_place_lies_in_korea'), models.CheckConstraint(condition=models.Q(('kind__in', ['answer', 'referral', 'smalltalk'])), name='faq_kind_known'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'published', 'retired'])), name='faq_status_known')],
            },
        ),
        migrations.CreateModel(
            name='FaqLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=40, verbose_name='이름')),
                ('url', models.URLField(verbose_name='주소')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='순서')),
                ('faq', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='chatbot.faq', verbose_name='질문')),
            ],
            options={
                'verbose_name': '링크',
                'verbose_name_plural': '링크',
                'constraints': [models.UniqueConstraint(fields=('faq', 'position'), name='one_link_per_position'), models.CheckConstraint(condition=models.Q(('position__range', (1, 3))), name='at_most_three_links'), models.CheckConstraint(condition=models.Q(('url__startswith', 'https://')), name='links_are_https')],
            },
        ),
        migrations.CreateModel(
            name='Phrasing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200, verbose_name='표현')),
                ('text_key', models.CharField(editable=False, max_length=200, verbose_name='비교용')),
                ('state', models.CharField(choices=[('proposed', '제안'), ('approved', '승인'), ('rejected', '거절')], default='proposed', max_length=10, verbose_name='상태')),
                ('changed_at', models.DateTimeField(verbose_name='고친 때')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='결정한 사람')),
                ('faq', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phrasings', to='chatbot.faq', verbose_name='질문')),
            ],
            options={
                'verbose_name': '시민 표현',
                'verbose_name_plural': '시민 표현',
                'constraints': [models.UniqueConstraint(fields=('faq', 'text_key'), name='one_phrasing_per_faq'), models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('text_key',), name='approved_phrasing_names_one_faq')],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField(verbose_name='순번')),
                ('request_key', models.UUIDField(verbose_name='요청')),
                ('text_masked', models.CharField(max_length=300, verbose_name='질문(가림)')),
                ('decision', models.CharField(choices=[('direct', '바로 답변'), ('chips', '고르기'), ('exits', '답하지 못함'), ('safety', '긴급 안내'), ('empty', '내용 없음')], max_length=6, verbose_name='판단')),
                ('safety_kind', models.CharField(blank=True, max_length=40, verbose_name='긴급 종류')),
                ('asked_at', models.DateTimeField(verbose_name='물은 때')),
                ('latency_ms', models.PositiveIntegerField(verbose_name='걸린 시간(ms)')),
                ('value', models.SmallIntegerField(blank=True, null=True, verbose_name='평가')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='chatbot.conversation', verbose_name='대화')),
                ('faq', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='turns', to='chatbot.faq', verbose_name='답변')),
            ],
            options={
                'verbose_name': '질의',
                'verbose_name_plural': '질의',
                'indexes': [models.Index(condition=models.Q(('decision', 'exits')), fields=['-asked_at'], name='unanswered_by_time')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'seq'), name='turns_are_numbered'), models.UniqueConstraint(fields=('conversation', 'request_key'), name='a_retry_is_one_turn'), models.CheckConstraint(condition=models.Q(('faq__isnull', False), models.Q(('decision', 'direct'), _negated=True), _connector='OR'), name='direct_turn_has_answer'), models.CheckConstraint(condition=models.Q(('value__isnull', True), ('value__in', [-1, 1]), _connector='OR'), name='turn_value_is_a_thumb'), models.CheckConstraint(condition=models.Q(('decision__in', ['direct', 'chips', 'exits', 'safety', 'empty'])), name='turn_decision_known')],
            },
        ),
        migrations.CreateModel(
            name='Unanswered',
            fields=[
            ],
            options={
                'verbose_name': '답변 못한 질문',
                'verbose_name_plural': '답변 못한 질문',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('chatbot.turn',),
        ),
        migrations.CreateModel(
            name='TurnCandidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='순위')),
                ('score', models.FloatField(verbose_name='점수')),
                ('tapped_at', models.DateTimeField(blank=True, null=True, verbose_name='고른 때')),
                ('faq', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='chatbot.faq', verbose_name='답변')),
                ('turn', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='candidates', to='chatbot.turn', verbose_name='질의')),
            ],
            options={
                'verbose_name': '후보',
                'verbose_name_plural': '후보',
                'constraints': [models.UniqueConstraint(fields=('turn', 'rank'), name='one_candidate_per_rank'), models.UniqueConstraint(fields=('turn', 'faq'), name='one_rank_per_candidate'), models.CheckConstraint(condition=models.Q(('rank__range', (1, 5))), name='five_candidates_at_most')],
            },
        ),
    ]
