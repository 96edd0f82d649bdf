"""PDFs that people, programs and attackers really make: each function writes one and gives its path."""

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
from PIL import Image

import notices

DEMO = Path(notices.__file__).parent / "reference" / "demo"
A4 = (0, 0, 595.276, 841.89)


def demo_pages(path: Path, pages: Sequence[int], *, change: Callable[[pikepdf.Pdf], None] | None = None) -> Path:
    """Pages (from 1) of the demo document, in this order, changed."""
    with pikepdf.open(DEMO / "notices.pdf") as source, pikepdf.new() as pdf:
        for page in pages:
            pdf.pages.append(source.pages[page - 1])
        if change:
            change(pdf)
        pdf.save(path)
    return path


def drawn(path: Path, content: bytes, *, box: Sequence[float] = A4, fonts: pikepdf.Dictionary | None = None) -> Path:
    """One page with this content stream."""
    with pikepdf.new() as pdf:
        _add_page(pdf, content, box, pikepdf.Dictionary(Font=fonts or pikepdf.Dictionary()))
        pdf.save(path)
    return path


def _add_page(pdf: pikepdf.Pdf, content: bytes, box: Sequence[float], resources: pikepdf.Dictionary) -> None:
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=pikepdf.Array(list(box)),
        Resources=resources,
        Contents=pdf.make_stream(content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def without_codes(path: Path, pages: Sequence[int] = range(1, 60)) -> Path:
    """Pages of the demo document with white paper where their QR codes were, as an older system prints them."""
    left, bottom, side = 16 / 25.4 * 72, 10 / 25.4 * 72, 28 / 25.4 * 72

    def cover(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            page.contents_add(f"q 1 g {left:.2f} {bottom:.2f} {side:.2f} {side:.2f} re f Q".encode())

    return demo_pages(path, pages, change=cover)


# --- not a PDF, or not whole ----------------------------------------------------------------------------------------


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def jpeg_named_pdf(path: Path) -> Path:
    out = io.BytesIO()
    Image.new("L", (100, 100), 255).save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


def hwp(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096 + b"HWP Document File V5.00")
    return path


def half_file(path: Path) -> Path:
    whole = (DEMO / "notices.pdf").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def html_before(path: Path) -> Path:
    path.write_bytes(b"<html><script>alert(1)</script></html>\n" + (DEMO / "notices.pdf").read_bytes())
    return path


def no_pages(path: Path) -> Path:
    with pikepdf.new() as pdf:
        pdf.save(path)
    return path


def encrypted(path: Path) -> Path:
    with pikepdf.open(DEMO / "notices.pdf") as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="1234", owner="5678"))
    return path


def owner_only(path: Path) -> Path:
    with pikepdf.open(DEMO / "notices.pdf") as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="", owner="5678"))
    return path


# --- sizes ----------------------------------------------------------------------------------------------------------


def huge_page(path: Path) -> Path:
    return drawn(path, b"0 0 100 100 re f", box=(0, 0, 115_200, 115_200))


def tiny_page(path: Path) -> Path:
    return drawn(path, b"0 0 1 1 re f", box=(0, 0, 3, 3))


def user_unit(path: Path) -> Path:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.UserUnit = 10

    return demo_pages(path, [1], change=change)


# --- what acts ------------------------------------------------------------------------------------------------------


def javascript(path: Path) -> Path:
    def change(pdf: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('hello')")
        pdf.Root.OpenAction = action
        pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["x", action])))
        pdf.pages[0].obj.AA = pikepdf.Dictionary(O=action)

    return demo_pages(path, [1], change=change)


def links(path: Path) -> Path:
    def change(pdf: pikepdf.Pdf) -> None:
        rectangle = pikepdf.Array([100, 100, 200, 200])
        uri = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://evil.example/")
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
        pdf.pages[0].obj.Annots = pikepdf.Array(
            [
                pdf.make_indirect(
                    pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rectangle, A=action)
                )
                for action in (uri, launch)
            ]
        )

    return demo_pages(path, [1], change=change)


def attachment(path: Path) -> Path:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["virus.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ", filename="virus.exe")  # type: ignore[call-arg]  # the stub demands all

    return demo_pages(path, [1], change=change)


def xfa(path: Path) -> Path:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=pikepdf.Array())

    return demo_pages(path, [1], change=change)


def rich_media(path: Path) -> Path:
    def change(pdf: pikepdf.Pdf) -> None:
        media = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia, Rect=pikepdf.Array([0, 0, 9, 9])
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(media)])

    return demo_pages(path, [1], change=change)


# --- bombs ----------------------------------------------------------------------------------------------------------


def nested_forms(path: Path, *, page_before: bool = False) -> Path:
    """Forty forms, each drawing the next one ten times: 2 KB of file, 10^40 squares."""
    with pikepdf.new() as pdf:
        form = pdf.make_stream(b"0 0 1 1 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
        for _ in range(40):
            resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
            form = pdf.make_stream(
                b"/F Do " * 10,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Form,
                BBox=[0, 0, 9, 9],
                Resources=resources,
            )
        _add_page(pdf, b"/F Do", A4, pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form)))
        with pikepdf.open(DEMO / "notices.pdf") as demo:
            if page_before:
                pdf.pages.insert(0, demo.pages[0])
            pdf.pages.append(demo.pages[1])
            pdf.save(path)
    return path


def flate_bomb(path: Path) -> Path:
    """A content stream of 160 MB in 700 KB."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"0 0 m 1 1 l S\n" * 750_000) for _ in range(15)) + packer.flush()
    with pikepdf.new() as pdf:
        _add_page(pdf, b"", A4, pikepdf.Dictionary())
        pdf.pages[0].obj.Contents = pikepdf.Stream(pdf, packed, Filter=pikepdf.Name.FlateDecode)
        pdf.save(path, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return path


def huge_image(path: Path) -> Path:
    """A picture of 60,000 by 60,000 points in 450 KB."""
    packer = zlib.compressobj(9)
    row = bytes(60_000 // 8)
    packed = b"".join(packer.compress(row) for _ in range(60_000)) + packer.flush()
    with pikepdf.new() as pdf:
        image = pikepdf.Stream(
            pdf,
            packed,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=60_000,
            Height=60_000,
            BitsPerComponent=1,
            ColorSpace=pikepdf.Name.DeviceGray,
            Filter=pikepdf.Name.FlateDecode,
        )
        resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=pdf.make_indirect(image)))
        _add_page(pdf, b"q 595 0 0 841 0 0 cm /I Do Q", A4, resources)
        _save_with_good_page(pdf, path)
    return path


def many_segments(path: Path) -> Path:
    """One path of 400,000 curves, filled and stroked."""
    places = ((n % 595, n % 841, n % 7, n % 11, n % 593, n % 839) for n in range(400_000))
    curves = b"".join(b"%d %d %d %d %d %d c\n" % place for place in places)
    with pikepdf.new() as pdf:
        _add_page(pdf, b"0 0 m\n" + curves + b"B*", A4, pikepdf.Dictionary())
        _save_with_good_page(pdf, path)
    return path


def _save_with_good_page(pdf: pikepdf.Pdf, path: Path) -> None:
    """Page 2 of the demo document behind the bad one, and nothing decoded on the way."""
    with pikepdf.open(DEMO / "notices.pdf") as demo:
        pdf.pages.append(demo.pages[1])
        pdf.save(path, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def zip_behind(path: Path) -> Path:
    """A PDF that is a ZIP as well: whoever reads from the end finds another file than whoever reads from the start."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    path.write_bytes((DEMO / "notices.pdf").read_bytes() + out.getvalue())
    return path


def script_behind(path: Path) -> Path:
    """A PDF with a web page behind its end."""
    path.write_bytes((DEMO / "notices.pdf").read_bytes() + b"\n<html><script>alert(1)</script></html>")
    return path


def second_pdf_behind(path: Path) -> Path:
    """Two whole PDFs in one file."""
    whole = (DEMO / "notices.pdf").read_bytes()
    path.write_bytes(whole + whole)
    return path


# --- odd but honest -------------------------------------------------------------------------------------------------


def turned(path: Path, rotation: int, *, page: int = 1) -> Path:
    """A demo page that shows upright only because of its /Rotate."""
    matrices = {90: "0 1 -1 0 841.89 0", 180: "-1 0 0 -1 595.276 841.89", 270: "0 -1 1 0 0 595.276"}
    box = (0, 0, 841.89, 595.276) if rotation in (90, 270) else A4
    with pikepdf.open(DEMO / "notices.pdf") as source, pikepdf.new() as pdf:
        form = pdf.copy_foreign(source.pages[page - 1].as_form_xobject())
        resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
        _add_page(pdf, f"q {matrices[rotation]} cm /F Do Q".encode(), box, resources)
        pdf.pages[0].obj.Rotate = rotation
        pdf.save(path)
    return path


def cropped(path: Path) -> Path:
    """A demo page on larger paper, with a crop box where the page used to be."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.CropBox = pikepdf.Array(list(A4))
        pdf.pages[0].obj.MediaBox = pikepdf.Array([-60, -90, 700, 950])

    return demo_pages(path, [1], change=change)


def unembedded_font(path: Path) -> Path:
    with pikepdf.new() as pdf:
        descendant = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType0,
            BaseFont=pikepdf.Name("/HYGothic-Medium"),
            CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Korea1", Supplement=1),
        )
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name("/HYGothic-Medium"),
            Encoding=pikepdf.Name("/KSCms-UHC-H"),
            DescendantFonts=pikepdf.Array([pdf.make_indirect(descendant)]),
        )
        fonts = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pdf.make_indirect(font)))
        _add_page(pdf, b"BT /F 12 Tf 100 700 Td <c7d1> Tj ET", A4, fonts)
        pdf.save(path)
    return path
