"""An index as bytes and back: arrays and a page of JSON in a zip, nothing that could run."""

import io
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from chatbot.engine.lexical import Coverage
from chatbot.engine.vectors import Meanings

Arrays = Mapping[str, NDArray[Any]]
_TOLD = "told.json"
_QUICK = 1  # a blob is written far more often than it is moved


class Unreadable(Exception):
    """The blob is damaged or was written by another version: build again."""


def packed(arrays: Arrays, told: Mapping[str, Any]) -> bytes:
    """The same arrays and words always make the same bytes."""
    kept = io.BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED, compresslevel=_QUICK) as bundle:
        bundle.writestr(_entry(_TOLD), json.dumps(told, ensure_ascii=False), compresslevel=_QUICK)
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            entry = _entry(f"{name}.npy", is_dense=array.dtype.kind == "u")
            bundle.writestr(entry, content.getvalue(), compresslevel=_QUICK)
    return kept.getvalue()


def unpacked(blob: bytes, *, version: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """
    What `packed` put in.

    :raises Unreadable: if the blob is damaged or of another version
    """
    with refusing_damage(), ZipFile(io.BytesIO(blob)) as bundle:
        told = json.loads(bundle.read(_TOLD))
        if told["version"] != version:
            raise Unreadable("version")
        arrays = {
            name.removesuffix(".npy"): np.lib.format.read_array(io.BytesIO(bundle.read(name)), allow_pickle=False)
            for name in bundle.namelist()
            if name != _TOLD
        }
    return arrays, told


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Whatever a damaged blob makes go wrong is one error."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, RuntimeError, zlib.error) as error:
        raise Unreadable(type(error).__name__) from error


def arrays_of(name: str, coverage: Coverage) -> dict[str, NDArray[Any]]:
    """The arrays of an inverted index, as small as they may be."""
    return {
        f"{name}_codes": coverage.codes,
        f"{name}_held": _small(np.diff(coverage.begins)),
        f"{name}_holders": _small(coverage.holders),
        f"{name}_counts": coverage.counts,
    }


def coverage_from(name: str, arrays: Arrays, size: int) -> Coverage:
    """The inverted index of these arrays."""
    codes, held, holders, counts = (arrays[f"{name}_{part}"] for part in ("codes", "held", "holders", "counts"))
    return Coverage.of(size, held.astype(np.int64), codes=codes, holders=holders, counts=counts)


def _small(whole: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in two bytes each where those do."""
    return whole.astype(np.uint16) if not len(whole) or int(whole.max()) < 2**16 else whole


def meaning_arrays(meanings: Meanings) -> dict[str, NDArray[Any]]:
    """The arrays of meanings, whose rows are of half precision."""
    return {
        "meaning_rows": meanings.rows.astype(np.float16),
        "meaning_begins": meanings.begins,
        "meaning_mean": meanings.mean,
    }


def meanings_from(arrays: Arrays) -> Meanings | None:
    """The meanings of these arrays, if there are any."""
    if "meaning_rows" not in arrays:
        return None
    return Meanings(arrays["meaning_rows"].astype(np.float32), arrays["meaning_begins"], arrays["meaning_mean"])


def _entry(name: str, *, is_dense: bool = True) -> ZipInfo:
    info = ZipInfo(name)  # of 1980: no clock in a blob
    info.compress_type = ZIP_DEFLATED if is_dense else ZIP_STORED  # vectors and codes take long and hardly shrink
    return info
