"""
Open311 GeoReport v2: other apps read what is public about complaints, and file new ones with a key.

The standard's English field names are its own; the sentences in them are ours. `docs/api.md` has the details.
"""
