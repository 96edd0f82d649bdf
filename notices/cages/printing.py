"""In the cage: the notices of a list as one document to print, in its order, each beginning on a front side."""

import json
from itertools import groupby

import pypdfium2

from notices.printing import PRINT
from portal.core.cage import given_file


def main(payload: bytes) -> bytes:
    """
    Write `print.pdf`. The payload has for each letter the number of its file and its pages, from 1.

    Pages of one file are taken over in one go, or each would bring its fonts along; the blank backs are put between
    them afterwards, the last one first.
    """
    letters: list[tuple[int, list[int]]] = json.loads(payload)["letters"]
    made = pypdfium2.PdfDocument.new()
    for number, group in groupby(letters, key=lambda letter: letter[0]):
        pages = [page - 1 for _, own in group for page in own]
        made.import_pages(pypdfium2.PdfDocument(given_file(number)), pages)
    end = len(made)
    for _, own in reversed(letters):
        if len(own) % 2:
            made.new_page(*made[end - 1].get_size(), index=end)
        end -= len(own)
    made.save(PRINT)
    return json.dumps({"pages": len(made)}).encode()
