"""Static files under hashed names, also inside JavaScript modules."""

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Without the aggregation `import "./b.js"` would point at a name that does not exist."""

    support_js_module_import_aggregation = True
    manifest_strict = True


class PlainFiles(StaticFilesStorage):
    """Names as they are, for development."""
