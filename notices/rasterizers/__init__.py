"""Engines that turn pages into pixels. They are sockets: NOTICES_RASTERIZERS names them, a contract test holds them."""

from notices.rasterizers.base import Bitmap, Crop, PageRequest, Rasterizer, RasterizerError

__all__ = ["Bitmap", "Crop", "PageRequest", "Rasterizer", "RasterizerError"]
