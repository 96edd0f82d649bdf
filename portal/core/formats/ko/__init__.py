"""How dates are written where Django's own Korean reads long; FORMAT_MODULE_PATH of the settings points here."""
