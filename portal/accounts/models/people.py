"""User, Department and Official."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from portal.core.bilingual import in_language
from portal.core.fields import SealedField, SealedModel, sealed_text

ROLES = {
    "intake": "접수",
    "officer": "담당자",
    "head": "부서장",
    "examiner": "민원심사관",
    "sender": "발송승인",
    "auditor": "감사",
    "administrator": "관리자",
}  # Django groups of these names; what each may do is in portal/accounts/reference/roles.toml


class People(UserManager["User"]):
    """Users without e-mail addresses: nobody is asked for one."""

    use_in_migrations = False

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """A user who signs in with this password; without one, nobody can."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """The first administrator of an installation (`manage.py createsuperuser`)."""
        return self.create_user(username, password=password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser, SealedModel):
    """Whoever signs in. A citizen's name and phone are sealed; an official's public name stands on `Official`."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]
    name_sealed = SealedField(verbose_name="이름(봉인)")
    name = sealed_text("name_sealed")
    phone_sealed = SealedField(verbose_name="휴대전화(봉인)")
    phone = sealed_text("phone_sealed")
    phone_index = models.BinaryField("휴대전화 색인", max_length=16, null=True, blank=True)

    objects: ClassVar[People] = People()

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "사용자"
        verbose_name_plural = "사용자"
        constraints = [
            # An official may also be a citizen: signing in by code must never lead to the account with rights.
            models.UniqueConstraint(
                fields=["phone_index", "is_staff"],
                condition=models.Q(phone_index__isnull=False),
                name="one_user_per_phone",
            )
        ]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        """The public name: an official's, or the log-in name."""
        official: Official | None = getattr(self, "official", None)
        return official.display_name if official else self.username

    def get_short_name(self) -> str:
        """As above, for greetings."""
        return self.get_full_name()


class Department(models.Model):
    """부서(과) of the district office."""

    code = models.SlugField("부호", max_length=40, unique=True)
    name = models.CharField("부서명", max_length=40, unique=True)
    name_en = models.CharField(
        "영어 이름", max_length=80, blank=True, help_text="비우면 영어 화면에도 한글 이름이 나옵니다."
    )
    phone = models.CharField("대표번호", max_length=20)
    duties = models.TextField("담당 업무", blank=True)
    is_active = models.BooleanField("운영 중", default=True)

    class Meta:
        verbose_name = "부서"
        verbose_name_plural = "부서"

    def __str__(self) -> str:
        return self.name

    @property
    def spoken_name(self) -> str:
        """Its name in the reader's language."""
        return in_language(self.name, self.name_en)


class Official(models.Model):
    """공무원: the public face of a user who works for the district. `office_phone` is told to citizens."""

    user = models.OneToOneField(User, verbose_name="사용자", on_delete=models.PROTECT, related_name="official")
    department = models.ForeignKey(Department, verbose_name="부서", on_delete=models.PROTECT, related_name="officials")
    name = models.CharField("이름", max_length=40)
    title = models.CharField("직위", max_length=20, default="주무관")
    office_phone = models.CharField("사무실 전화", max_length=20)
    is_active = models.BooleanField("재직 중", default=True)

    class Meta:
        verbose_name = "공무원"
        verbose_name_plural = "공무원"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(office_phone__regex=r"^\+?(82-?)?0?1[016789]"), name="office_phone_is_no_mobile"
            )
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.display_name}"

    @property
    def display_name(self) -> str:
        """이담당 주무관."""
        return f"{self.name} {self.title}"

    def has_role(self, role: str) -> bool:
        """Whether the official holds one of ROLES. The group names are read once per instance."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(self.user.groups.values_list("name", flat=True))
        return role in self._roles
