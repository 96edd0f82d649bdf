"""Our own QR code on documents that have none: where it may stand, what it says, and how it is drawn."""

from collections.abc import Collection, Sequence

import numpy as np
import zxingcpp

from notices.codes import verify_address
from notices.rasterizers.base import Bitmap
from notices.zones import STAMP_MM, Field, QrScheme, Template, Zone

FEWEST_PX_PER_MODULE = 2  # below it a telephone's camera, or the reader of the finished JPEG, guesses
_WHITE = 255


def zone_for(template: Template, white: Sequence[Collection[str]]) -> str:
    """
    The free zone for our code, by its name, or ''.

    :param white: which free zones are bare paper, for each page that may be sent: it has to be so on every one
    """
    if template.qr_scheme != QrScheme.NONE or not white:
        return ""
    names = (zone.name for zone in template.of(Field.FREE))
    return next((name for name in names if all(name in page for page in white)), "")


def words_for(template: Template, stamp_zone: str) -> str:
    """For the approval: whether the pictures can be read back, and if not, why not."""
    if template.qr_scheme != QrScheme.NONE:
        return "쪽에 있는 QR 코드를 완성된 그림에서 다시 읽어 확인합니다."
    if stamp_zone:
        return "쪽에 QR 코드가 없어 빈자리에 우리 QR 코드를 찍고, 완성된 그림에서 다시 읽어 확인합니다."
    if template.of(Field.FREE):
        cause = "QR 코드를 찍으려던 자리에 무언가 인쇄된 쪽이 있어 찍지 않았습니다."
    else:
        cause = "쪽에 QR 코드가 없고, 우리 QR 코드를 찍을 빈자리도 정하지 않았습니다."
    return f"{cause} 완성된 그림은 지문(해시)으로만 확인합니다."


def texts_for(key: str, pages: int, *, secret: bytes, site: str) -> tuple[str, ...]:
    """What the codes on the pages of one notice say: the address at which each page can be verified."""
    return tuple(verify_address(key, page, pages, secret, site=site) for page in range(1, pages + 1))


def stamp(bitmap: Bitmap, text: str, zone: Zone, *, left_mm: float, top_mm: float, px_per_mm: float) -> bool:
    """
    Draw a code into the middle of a zone of a page drawn from (left, top) on; False if it would be too small to read.

    Modules are whole pixels, so that nothing blurs their edges.
    """
    code = np.asarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=1))
    code = _without_margin(code)
    side = code.shape[0]
    room = min(zone.width, zone.height) * px_per_mm
    module = min(round(STAMP_MM * px_per_mm / side) or 1, int(room // side))
    if module < FEWEST_PX_PER_MODULE:
        return False
    drawn = np.kron(code, np.ones((module, module), dtype=np.uint8))
    top = round((zone.top + zone.height / 2 - top_mm) * px_per_mm - drawn.shape[0] / 2)
    left = round((zone.left + zone.width / 2 - left_mm) * px_per_mm - drawn.shape[1] / 2)
    if top < 0 or left < 0 or top + drawn.shape[0] > bitmap.shape[0] or left + drawn.shape[1] > bitmap.shape[1]:
        return False
    place = bitmap[top : top + drawn.shape[0], left : left + drawn.shape[1]]
    place[:] = drawn if bitmap.ndim == 2 else drawn[:, :, None]
    return True


def _without_margin(code: Bitmap) -> Bitmap:
    dark = code < _WHITE // 2
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return code[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
