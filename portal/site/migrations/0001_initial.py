import django.contrib.postgres.fields
import django.db.models.deletion
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
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('news', '새 소식'), ('job', '일자리')], default='news', max_length=4, verbose_name='종류')),
                ('slug', models.SlugField(help_text='영문 소문자, 숫자, 붙임표만 씁니다.', max_length=60, unique=True, verbose_name='주소')),
                ('title', models.CharField(max_length=80, verbose_name='제목')),
                ('summary', models.CharField(blank=True, max_length=120, verbose_name='한 줄 요약')),
                ('body', models.TextField(help_text='빈 줄은 새 문단, ‘- ’는 목록, ‘## ’는 소제목입니다.', max_length=10000, verbose_name='내용')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='시민이 쓸 다른 말을 쉼표로 나눠 적습니다.', size=20, verbose_name='찾는 말')),
                ('published_on', models.DateField(blank=True, help_text='비워 두면 작성 중입니다.', null=True, verbose_name='게시일')),
                ('ends_on', models.DateField(blank=True, help_text='이날까지 보입니다. 비워 두면 계속 보입니다.', null=True, verbose_name='마감일')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='고친 때')),
                ('changed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='고친 사람')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='담당 부서')),
            ],
            options={
                'verbose_name': '새 소식·일자리',
                'verbose_name_plural': '새 소식·일자리',
                'indexes': [models.Index(fields=['kind', '-published_on'], name='post_by_kind_and_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('slug__regex', '^[a-z0-9-]{2,60}$')), name='post_slug_is_plain'), models.CheckConstraint(condition=models.Q(('kind__in', ['news', 'job'])), name='post_kind_known'), models.CheckConstraint(condition=models.Q(('published_on__isnull', True), ('ends_on__isnull', True), ('published_on__lte', models.F('ends_on')), _connector='OR'), name='post_ends_after_it_begins')],
            },
        ),
    ]
