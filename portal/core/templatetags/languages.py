"""`{{ department.name|korean }}`: what stays Korean on an English page says so to whoever reads it aloud."""

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from portal.core.languages import is_korean

register = template.Library()
_HANGUL = re.compile(r"[ㄱ-ㆎ가-힣]")


@register.filter
def korean(text: object) -> SafeString:
    """Names of offices, guides and places are content: they are not translated, but marked."""
    if is_korean() or not _HANGUL.search(str(text)):
        return conditional_escape(str(text))
    return format_html('<span lang="ko">{}</span>', text)
