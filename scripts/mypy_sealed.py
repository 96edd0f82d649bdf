"""Tells mypy what Django knows: a model with `phone = sealed_text(...)` may be constructed with `phone="…"`."""

from inspect import getattr_static

from django.db.models import Model
from mypy.checker import TypeChecker
from mypy.options import Options
from mypy.plugin import Plugin
from mypy.types import Type
from mypy_django_plugin.main import NewSemanalDjangoPlugin


class SealedPlugin(NewSemanalDjangoPlugin):
    """The django-stubs plugin, which knows fields only, with our sealed properties added."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        from portal.core.fields import sealed_text  # noqa: PLC0415 - settings exist only now

        fields_only = self.django_context.get_expected_types

        def with_sealed(api: TypeChecker, model_cls: type[Model], *, method: str) -> dict[str, Type]:
            expected = fields_only(api, model_cls, method=method)
            for name in dir(model_cls):
                if isinstance(getattr_static(model_cls, name), sealed_text):
                    expected[name] = api.named_generic_type("builtins.str", [])
            return expected

        self.django_context.get_expected_types = with_sealed  # type: ignore[method-assign]


def plugin(_version: str) -> type[Plugin]:
    """Where mypy enters."""
    return SealedPlugin
