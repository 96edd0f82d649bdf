"""How every form of the house is drawn."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Fields and error summary come from our components."""
