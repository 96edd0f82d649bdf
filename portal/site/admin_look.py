"""What django-unfold is told about the officials' pages: plain data, imported by the settings; no room is imported."""

from typing import Any

BLUE = {
    "50": "#ecf2fe",
    "100": "#d8e5fd",
    "200": "#b1cefb",
    "300": "#86aff9",
    "400": "#4c87f6",
    "500": "#256ef4",
    "600": "#0b50d0",
    "700": "#083891",
    "800": "#052561",
    "900": "#03163a",
    "950": "#020d24",
}  # KRDS 1.1.0 primary
GREY = {
    "50": "#f8f9fa",
    "100": "#f4f5f6",
    "200": "#e6e8ea",
    "300": "#cdd1d5",
    "400": "#8a949e",
    "500": "#6d7882",
    "600": "#58616a",
    "700": "#464c53",
    "800": "#33363d",
    "900": "#1e2124",
    "950": "#131416",
}  # KRDS 1.1.0 grey

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "portal.site.admin_menu.site_title",
    "SITE_HEADER": "portal.site.admin_menu.site_header",
    "SITE_SUBHEADER": "portal.site.admin_menu.site_subheader",
    "SITE_URL": "/",
    "SITE_ICON": "portal.site.admin_menu.site_icon",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "portal.site.admin_menu.site_icon"}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "portal.site.admin_menu.environment",
    "DASHBOARD_CALLBACK": "portal.site.dashboard.board",
    "STYLES": ["portal.site.admin_menu.stylesheet"],
    "SCRIPTS": ["portal.site.admin_menu.script"],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": BLUE,
        "base": GREY,
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-300)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-200)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    "COMMAND": {"search_callback": "portal.site.admin_menu.palette"},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "portal.site.admin_menu.navigation",
    },
}
