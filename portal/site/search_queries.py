"""What can be found: the answers, menus, departments and kinds of reports as they stand in the database now."""

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override

from chatbot import queries as chatbot
from chatbot.models import Faq
from complaints import numbers
from complaints.models import Category, CategoryKeyword, Complaint
from portal.accounts.models import Department
from portal.core.clock import day_in_korea, now
from portal.core.languages import house_language
from portal.site import guide_queries, menu, post_queries
from portal.site.models import EnglishGuide, Post
from portal.site.search import LABELS, Catalogue, Entry, Hit, Kind, Part, marked

SUGGESTED, SHOWN = 8, 40
_WORDS_PER_CATEGORY = 12
_SENTENCE = re.compile(r"(요|까|다|나|죠|니|어|줘|지)[.?!~]*$|\?$")
_lock = threading.Lock()


@dataclass(slots=True)
class _Shelf:
    """The catalogue of this process and the state of the rows it was made from."""

    version: str = ""
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(()))


_shelf = _Shelf()


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the results, the found stretches of its title marked."""

    entry: Entry
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind."""

    kind: Kind
    results: Sequence[Result]

    @property
    def label(self) -> str:
        """The kind in Korean."""
        return LABELS[self.kind]


def suggestions(query: str, cases: Sequence[Complaint] = ()) -> list[Result]:
    """The best few while somebody types, the same kinds together."""
    return [result for group in _grouped(_hits(query, cases)[:SUGGESTED], query) for result in group.results]


def results(query: str, cases: Sequence[Complaint] = (), *, may_ask: Callable[[], bool]) -> list[Group]:
    """
    Everything that fits, by kind, the kind of the best result first. A whole sentence also asks the chatbot.

    :param may_ask: whether the chatbot may be asked now, which costs much more than looking through titles
    """
    hits = _hits(query, cases)
    if _is_sentence(query) and may_ask():
        hits = _with_answers(query, hits)
    return _grouped(hits, query)


def catalogue() -> Catalogue:
    """What can be found; an edit is seen by the next search in every process."""
    version = _version()
    with _lock:
        if _shelf.version != version:
            with house_language():  # one catalogue for every reader
                _shelf.catalogue = Catalogue(_entries())
            _shelf.version = version
        return _shelf.catalogue


def _hits(query: str, cases: Sequence[Complaint]) -> list[Hit]:
    own = Catalogue(_case_entry(case) for case in cases).find(query, most=SUGGESTED) if cases else []
    return [*own, *_by_number(query, known={hit.entry.url for hit in own}), *catalogue().find(query, most=SHOWN)]


def _by_number(query: str, *, known: set[str]) -> Iterator[Hit]:
    try:
        number = numbers.parse_number(query)
    except numbers.NotANumber:
        return
    if reverse("complaints:detail", args=[number]) in known:
        return
    url = f"{reverse('complaints:track')}?{urlencode({'number': number})}"
    yield Hit(Entry(Kind.CASE, number, url, _("접수번호로 진행 상황 보기")), 100.0)


def _is_sentence(query: str) -> bool:
    words = query.split()
    return len(words) >= 3 or (len(words) == 2 and bool(_SENTENCE.search(query)))


def _with_answers(query: str, hits: list[Hit]) -> list[Hit]:
    answered = [_faq_entry(faq) for faq in chatbot.answers_for(query) if faq.kind == Faq.Kind.ANSWER]
    urls = {entry.url for entry in answered}
    return [*(Hit(entry, 100.0) for entry in answered), *(hit for hit in hits if hit.entry.url not in urls)]


def _grouped(hits: Sequence[Hit], query: str) -> list[Group]:
    groups: dict[Kind, list[Result]] = defaultdict(list)
    for hit in hits:
        groups[hit.entry.kind].append(Result(hit.entry, marked(hit.entry.spoken_title, query)))
    return [Group(kind, found) for kind, found in groups.items()]


def _version() -> str:
    """Which transaction wrote each row and where it lies: changes with any of them, also before the commit."""
    tables = [model._meta.db_table for model in (Faq, EnglishGuide, Department, Category, CategoryKeyword, Post)]
    row = "concat_ws(' ', count(*), sum(hashtext(concat_ws(' ', ctid, xmin))))"
    each = [f"(select {row} from {table})" for table in tables]  # noqa: S608  (names of our own tables)
    with connection.cursor() as cursor:
        cursor.execute(f"select concat_ws(' ', {', '.join(each)})")
        rows = str(cursor.fetchone()[0])
    return f"{day_in_korea(now())} {rows}"  # what begins or ends with the day changes no row


def _entries() -> Iterator[Entry]:
    for page in menu.ENTRIES:
        kind = Kind.REPORT if page in menu.REPORTS else Kind.MENU
        with override("en"):
            title_en, about_en = _(page.label), _(page.about) if page.about else ""
        words = (*page.synonyms, title_en)
        yield Entry(kind, page.label, page.url, page.about, words, title_en=title_en, about_en=about_en)
    english = dict(EnglishGuide.objects.values_list("faq_id", "title"))
    for faq in guide_queries.published(now=now()).order_by("pk"):
        entry, title_en = _faq_entry(faq), english.get(faq.pk, "")
        yield replace(entry, words=(*entry.words, title_en), title_en=title_en) if title_en else entry
    for department in Department.objects.filter(is_active=True).order_by("name"):
        url = f"{reverse('site:departments')}#{department.code}"
        words = tuple(word.strip() for word in re.split(r"[,·]", department.duties) if word.strip())
        words += (department.name_en,) if department.name_en else ()
        yield Entry(
            *(Kind.DEPARTMENT, department.name, url, department.duties, words, department.phone),
            title_en=department.name_en,
        )
    yield from _categories()
    for post in post_queries.standing(now=now()):
        yield Entry(
            Kind.NEWS, post.title, reverse(f"site:{post.kind}_post", args=[post.slug]), post.summary, tuple(post.words)
        )


def _categories() -> Iterator[Entry]:
    words: dict[int, list[str]] = defaultdict(list)
    known = CategoryKeyword.objects.filter(Q(source="seed") | Q(source="official"), weight__gt=0)
    for category_id, text in known.order_by("-weight", "pk").values_list("category_id", "text"):
        words[category_id].append(text)
    for category in Category.objects.filter(is_active=True).select_related("department").order_by("pk"):
        url = f"{reverse('complaints:new')}?{urlencode({'text': f'{category.name}: '})}"
        found_by = (*words[category.pk][:_WORDS_PER_CATEGORY], *filter(None, [category.name_en]))
        about, title_en = _sent_to(category.department), category.name_en
        with override("en"):
            about_en = _sent_to(category.department)
        yield Entry(Kind.REPORT, category.name, url, about, found_by, title_en=title_en, about_en=about_en)


def _sent_to(department: Department) -> str:
    return _("%(name)s에 신청하기") % {"name": department.spoken_name}


def _faq_entry(faq: Faq) -> Entry:
    url = reverse("site:guide", args=[faq.slug])
    return Entry(Kind.GUIDE, faq.question, url, faq.category, tuple(faq.tags))


def _case_entry(case: Complaint) -> Entry:
    url = reverse("complaints:detail", args=[case.number])
    category = case.category.name if case.category else ""
    words = tuple(word for word in (case.number, category, case.get_stage_display()) if word)
    return Entry(Kind.CASE, case.title or _("사진 신고"), url, f"{case.get_stage_display()} · {case.number}", words)
