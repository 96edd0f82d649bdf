"""The picture of an answer, beside its editor."""

from functools import partial

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from chatbot.admin.access import attempt, official_with, page_of
from chatbot.models import Faq, FaqPicture
from chatbot.services import picturing
from portal.accounts.models import User
from portal.core import clock


class PictureForm(forms.Form):
    """A file and what is to be seen on it."""

    use_required_attribute = False
    picture = forms.FileField(
        label="사진",
        help_text="JPG나 PNG, 10MB까지. 크기를 줄이고 찍은 곳 같은 정보를 지워 올립니다.",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = forms.CharField(
        label="사진 설명",
        help_text="화면을 소리로 듣는 분이 읽습니다.",
        max_length=FaqPicture.LONGEST_ALT,
        required=False,
    )


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """사진 올리기, 내리기."""
    user = official_with(request, "change_faq")
    faq = get_object_or_404(Faq, pk=pk)
    form = PictureForm(request.POST, request.FILES)
    if "drop" in request.POST:
        attempt(request, lambda: picturing.drop_picture(faq=faq, by=user), done="사진을 내렸습니다.")
    elif not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    else:
        act = partial(_keep, faq, **form.cleaned_data, by=user)
        shown = "바로" if faq.status == Faq.Status.PUBLISHED else "게시하면"
        attempt(request, act, done=f"사진을 저장했습니다. 답변 아래에 {shown} 보입니다.")
    return redirect(page_of("faq", "edit", pk))


def _keep(faq: Faq, *, picture: UploadedFile | None, alt: str, by: User) -> None:
    """Without a file the words for the picture that is there."""
    known = getattr(faq, "picture", None)
    if picture is None and known is not None:
        picturing.describe_picture(picture=known, alt=alt, by=by, now=clock.now())
        return
    content = picture.read(picturing.MOST_UPLOADED_BYTES + 1) if picture else b""
    picturing.set_picture(faq=faq, content=content, alt=alt, by=by, now=clock.now())
