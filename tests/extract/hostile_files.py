"""Files made to harm who reads them, each small to store and large, deep or false to read."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise

import docx
import openpyxl
from file_samples import TITLE, xls_sample
from pdf_writer import PdfWriter, Style
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from table_samples import PROSE


def pdf() -> bytes:
    """A short honest PDF."""
    writer = PdfWriter(Style())
    writer.title(TITLE)
    writer.paragraph(PROSE)
    return writer.bytes()


def raw_pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (count, table, count, len(body))
    )


def stream(content: bytes, filters: str = "/Filter/FlateDecode") -> bytes:
    """A stream object, compressed."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (filters.encode(), len(content), content)


def one_page(content: bytes) -> bytes:
    """A PDF of one page with this content stream."""
    page = PAGE % (2, 4, 5)
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            page,
            content,
            FONT,
        ]
    )


PAGE = (
    b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
    b"/Resources<</Font<</F %d 0 R>>>>>>"
)
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
SHOWN = b"BT /F 12 Tf 70 700 Td (%s) Tj ET\n" % (b"words that are long enough to be read " * 2)


def many_pages(count: int = 10_000) -> bytes:
    """Ten thousand pages that share one content stream."""
    kids = b" ".join(b"%d 0 R" % number for number in range(5, count + 5))
    page = PAGE % (2, 3, 4)
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
            stream(zlib.compress(SHOWN)),
            FONT,
            *[page] * count,
        ]
    )


def deep_arrays(depth: int = 2_000_000) -> bytes:
    """A page whose content is arrays in arrays."""
    return one_page(stream(zlib.compress(SHOWN + b"[" * depth + b"]" * depth + b" 0 d\n")))


def deep_page_tree(depth: int = 50_000) -> bytes:
    """A chain of page tree nodes, each with one kid."""
    nodes = [
        b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (number + 3, number + 1)
        for number in range(depth)
    ]
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]>>" % (depth + 1)
    return raw_pdf([b"<</Type/Catalog/Pages 2 0 R>>", *nodes, page])


def page_tree_in_a_circle() -> bytes:
    """A page tree whose kid is itself."""
    return raw_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])


def flate_bomb(size: int = 300 * 1024**2) -> bytes:
    """A content stream of 300 kilobytes that inflates to 300 megabytes of spaces."""
    packer = zlib.compressobj(9)
    packed = packer.compress(SHOWN)
    block = b" " * (16 * 1024 * 1024)
    packed += b"".join(packer.compress(block) for _ in range(size // len(block)))
    return one_page(stream(packed + packer.flush()))


def chained_bomb(size: int = 300 * 1024**2) -> bytes:
    """The same, compressed twice: some kilobytes."""
    packer = zlib.compressobj(9)
    block = b" " * (16 * 1024 * 1024)
    packed = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    twice = zlib.compress(packed, 9)
    return one_page(stream(twice, "/Filter[/FlateDecode/FlateDecode]"))


def endless_rules(count: int = 400_000) -> bytes:
    """A page ruled into more cells than a table finder can cross."""
    lines = b"".join(
        b"%d 0 m %d 842 l S 0 %d m 595 %d l S\n" % (n % 595, n % 595, n % 842, n % 842)
        for n in range(count)
    )
    return one_page(stream(zlib.compress(SHOWN + lines)))


def package(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return file.getvalue()


def members_of(body: bytes) -> dict[str, bytes]:
    """The members of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(body)) as read:
        return {name: read.read(name) for name in read.namelist()}


def honest_docx() -> bytes:
    """A short honest DOCX."""
    document = docx.Document()
    document.add_paragraph(TITLE)
    document.add_paragraph(PROSE)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def honest_xlsx() -> bytes:
    """A short honest XLSX."""
    workbook = openpyxl.Workbook()
    workbook.active.append([TITLE])
    workbook.active.append(["规章", 1, 2, 3])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def with_member(body: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one member changed."""
    members = members_of(body)
    return package(members | {name: change(members[name])})


def docx_bomb(size: int = 200 * 1024**2) -> bytes:
    """A DOCX whose text inflates to 200 megabytes."""
    return with_member(honest_docx(), "word/document.xml", lambda xml: xml + b" " * size)


def lying_docx(size: int = 300 * 1024**2) -> bytes:
    """The same, with a central directory and local headers that say one kilobyte."""
    body = docx_bomb(size)
    true = struct.pack("<L", size + len(members_of(honest_docx())["word/document.xml"]))
    assert body.count(true) == 2
    return body.replace(true, struct.pack("<L", 1024))


def many_members(count: int = 50_000) -> bytes:
    """A DOCX of many members."""
    members = members_of(honest_docx())
    return package(members | {f"word/media/{n}.png": b"" for n in range(count)})


def laughing_docx() -> bytes:
    """A billion laughs."""
    names = "abcdefghij"
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{("&" + before + ";") * 10}">' for before, name in pairwise(names)
    )
    declared = f"<!DOCTYPE w [{entities}]>".encode()
    return _declaring(declared, b"&j;")


def reaching_docx(target: str) -> bytes:
    """A DOCX that asks for a file of the machine, or for an address."""
    return _declaring(f'<!DOCTYPE w [<!ENTITY x SYSTEM "{target}">]>'.encode(), b"&x;")


def _declaring(declared: bytes, used: bytes) -> bytes:
    def change(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        return head + b"?>" + declared + rest.replace(PROSE.encode(), used + PROSE.encode())

    return with_member(honest_docx(), "word/document.xml", change)


def deep_docx(depth: int = 100_000) -> bytes:
    """A table in a cell in a table, and so on."""
    begin = b"<w:tbl><w:tr><w:tc>" * depth
    end = b"<w:p/></w:tc></w:tr></w:tbl>" * depth
    return with_member(
        honest_docx(),
        "word/document.xml",
        lambda xml: xml.replace(b"<w:p>", begin + end + b"<w:p>", 1),
    )


def far_cell_xlsx() -> bytes:
    """A sheet of a million rows by 16,384 columns, two of whose cells are filled."""
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_member(
        honest_xlsx(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", row)
    )


def declared_wide_xlsx() -> bytes:
    """A small sheet that says it has a million rows by 16,384 columns."""
    return with_member(
        honest_xlsx(),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<dimension ref="A1:D2"', b'<dimension ref="A1:XFD1048576"'),
    )


def merged_wide_xlsx() -> bytes:
    """A sheet with a merged range over all of it."""
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
    return with_member(
        honest_xlsx(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", merge)
    )


def garbled(body: bytes, step: int = 97) -> bytes:
    """A file with every 97th byte after its head turned over."""
    changed = bytearray(body)
    for place in range(200, len(changed), step):
        changed[place] ^= 0xFF
    return bytes(changed)


def xls() -> bytes:
    """An honest XLS."""
    return xls_sample(1).body


def encrypted(password: str) -> bytes:
    """A PDF with a user password; an empty one lets all readers in.

    Its text is Latin: reportlab leaves the strings of its CJK fonts out of the encryption.
    """
    file = io.BytesIO()
    lock = StandardEncryption(userPassword=password, ownerPassword="owner", strength=128)
    canvas = Canvas(file, invariant=1, encrypt=lock)
    canvas.drawString(70, 700, "Annual report of 2022, open to all who read it")
    canvas.save()
    return file.getvalue()
