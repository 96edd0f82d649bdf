"""News and jobs: written in the admin, shown from their day to their last, found by the search."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client

from portal.accounts.models import User
from portal.core.clock import day_in_korea, now
from portal.site.models import Post
from portal.site.prose import Block, blocks
from portal.site.services import MayNotPublish, keep_post
from tests.site.guides import make_department, make_faq

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> User:
    """An official who may write on the site."""
    user = User.objects.create_user("writer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_post", "change_post", "view_post"]))
    return User.objects.get(pk=user.pk)


def make_post(by: User, **fields: Any) -> Post:
    wanted = {
        "slug": "blood",
        "title": "구청 앞 헌혈의 날",
        "summary": "오전 10시부터 오후 4시까지",
        "body": "함께해 주세요.\n\n- 신분증\n- 가벼운 마음",
        "words": ["헌혈"],
        "department": make_department(),
        "published_on": day_in_korea(now()),
        **fields,
    }
    post = Post(**wanted)
    keep_post(post, by=by, now=now())
    return post


def test_news_stands_in_the_list_on_its_page_in_the_search_and_in_the_sitemap(client: Client, writer: User) -> None:
    make_post(writer)

    page = client.get("/news/blood/").content.decode()
    assert "<li>신분증</li><li>가벼운 마음</li>" in page
    assert "청소행정과" in page
    for path in ("/news/", "/search/?q=헌혈", "/sitemap.xml"):
        assert "/news/blood/" in client.get(path).content.decode()
    assert client.get("/jobs/blood/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"published_on": None},
        {"published_on": day_in_korea(now()) + timedelta(days=1)},
        {"published_on": date(2026, 1, 1), "ends_on": day_in_korea(now()) - timedelta(days=1)},
    ],
)
def test_draft_future_and_past_are_not_shown(client: Client, writer: User, fields: dict[str, Any]) -> None:
    make_post(writer, **fields)

    assert client.get("/news/blood/").status_code == 404
    for path in ("/news/", "/search/?q=헌혈", "/sitemap.xml"):
        assert "/news/blood/" not in client.get(path).content.decode()


def test_job_says_until_when_one_may_apply(client: Client, writer: User) -> None:
    ends_on = day_in_korea(now()) + timedelta(days=7)
    make_post(writer, kind=Post.Kind.JOB, slug="library", title="도서관 도우미", ends_on=ends_on)

    page = client.get("/jobs/library/").content.decode()

    assert f"{ends_on.year}. {ends_on.month}. {ends_on.day}. 마감" in page


def test_empty_lists_say_so_kindly(client: Client) -> None:
    for path in ("/news/", "/jobs/", "/moving-in/"):
        answer = client.get(path)

        assert answer.status_code == 200
        assert 'class="empty"' in answer.content.decode()


def test_steps_after_moving_in_follow_their_order_and_skip_what_is_withdrawn(client: Client) -> None:
    make_faq(slug="waste-day", question="쓰레기는 언제 내놓나요?")
    make_faq(slug="resident-move", question="전입신고는 어떻게 하나요?")

    page = client.get("/moving-in/").content.decode()

    assert 0 < page.index("전입신고는") < page.index("쓰레기는 언제")
    assert page.count('class="row"') == 2


def test_nobody_publishes_without_the_right_to() -> None:
    stranger = User.objects.create_user("stranger", is_staff=True)

    with pytest.raises(MayNotPublish):
        make_post(stranger)

    assert not Post.objects.exists()


def test_database_refuses_an_end_before_the_beginning(writer: User) -> None:
    with pytest.raises(IntegrityError, match="post_ends_after_it_begins"), transaction.atomic():
        make_post(writer, published_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))


def test_text_is_drawn_in_blocks() -> None:
    assert blocks("## 언제\n오전 10시\n오후 4시\n\n- 하나\n- 둘\n끝\n\n\n다음") == [
        Block("heading", ("언제",)),
        Block("paragraph", ("오전 10시", "오후 4시")),
        Block("list", ("하나", "둘")),
        Block("paragraph", ("끝",)),
        Block("paragraph", ("다음",)),
    ]


def test_text_of_officials_is_never_markup(client: Client, writer: User) -> None:
    make_post(writer, body="<script>alert(1)</script>\n\n- <b>굵게</b>")

    page = client.get("/news/blood/").content.decode()

    assert "<script>alert" not in page
    assert "<b>굵게</b>" not in page


def test_official_writes_news_on_the_admins_form(client: Client, writer: User) -> None:
    client.force_login(writer)
    form = {
        "kind": "news",
        "slug": "snow",
        "title": "제설 도구를 빌려 드려요",
        "summary": "",
        "body": "동 행정복지센터에서 빌려 가세요.",
        "words": "제설, 넉가래",
        "department": make_department().pk,
        "published_on": day_in_korea(now()).isoformat(),
        "ends_on": "",
    }

    shown = client.get("/admin/site/post/add/")
    answer = client.post("/admin/site/post/add/", form)

    assert shown.status_code == 200
    assert answer.status_code == 302
    post = Post.objects.get()
    assert (post.words, post.changed_by) == (["제설", "넉가래"], writer)
    assert client.get("/admin/site/post/").status_code == 200
