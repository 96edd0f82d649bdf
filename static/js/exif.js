// Where a JPEG was taken, read on the phone before the picture is made smaller: that takes the position away.

const GPS_POINTER = 0x8825;
const HEAD = 256 * 1024;

/** { lat, lon } or null. A broken file is simply without a position; the server looks again. */
export async function positionOf(file) {
  try {
    return read(new DataView(await file.slice(0, HEAD).arrayBuffer()));
  } catch {
    return null;
  }
}

function read(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < view.byteLength && view.getUint8(at) === 0xff) {
    const isExif = view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966;
    if (isExif) return fromTiff(view, at + 10);
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function fromTiff(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const u16 = (at) => view.getUint16(start + at, little);
  const u32 = (at) => view.getUint32(start + at, little);
  const entries = (at) => Array.from({ length: u16(at) }, (_, index) => at + 2 + index * 12);
  const pointer = entries(u32(4)).find((entry) => u16(entry) === GPS_POINTER);
  if (pointer === undefined) return null;
  const tags = new Map(entries(u32(pointer + 8)).map((entry) => [u16(entry), entry]));
  const degrees = (tag, sign, negative) => {
    const at = u32(tags.get(tag) + 8);
    const [d, m, s] = [0, 8, 16].map((step) => u32(at + step) / u32(at + step + 4));
    const letter = String.fromCharCode(view.getUint8(start + tags.get(sign) + 8));
    return (d + m / 60 + s / 3600) * (letter === negative ? -1 : 1);
  };
  const [lat, lon] = [degrees(2, 1, "S"), degrees(4, 3, "W")];
  return lat >= 33 && lat <= 39.5 && lon >= 124 && lon <= 132.5 ? { lat, lon } : null;
}
