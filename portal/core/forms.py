"""How every form of the house is drawn: our field contract, ids as Django's aria-describedby expects them."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """`{{ form }}` is the error summary and every field; `{{ form.as_div }}` the fields alone."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
