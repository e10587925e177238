"""Writes blocks as files of every format that is read."""
import csv
import email.message
import email.policy
import html
import io
import json
import pathlib
import re

from formats import office, source

LANGUAGES = {"en": "en-US", "zh-cn": "zh-CN", "zh-tw": "zh-TW", "fr": "fr-FR"}


def html_of(blocks, language, title):
    tags = {"code": "code", "em": "em", "strong": "strong"}

    def inline(runs):
        return "".join(f"<{tags[style]}>{html.escape(text)}</{tags[style]}>" if style else html.escape(text) for text, style in runs)

    out = [f'<!DOCTYPE html>\n<html lang="{LANGUAGES[language]}"><head><meta charset="utf-8"><title>{html.escape(title)}</title>']
    out.append("<style>table, th, td { border: 1px solid black; border-collapse: collapse }</style></head><body>")
    in_list = False
    for block in blocks:
        if in_list != (block.kind == "item"):
            out.append("<ul>" if block.kind == "item" else "</ul>")
            in_list = block.kind == "item"
        if block.kind == "heading":
            out.append(f"<h{block.level}>{inline(block.runs)}</h{block.level}>")
        elif block.kind == "item":
            out.append(f"<li>{inline(block.runs)}</li>")
        elif block.kind == "pre":
            out.append(f"<pre>{html.escape(block.text)}</pre>")
        elif block.kind == "table":
            out.append(html_table(block.rows))
        else:
            out.append(f"<p>{inline(block.runs)}</p>")
    return "\n".join(out + (["</ul>"] if in_list else []) + ["</body></html>"]) + "\n"


def html_table(rows):
    def line(cells, tag):
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    return '<table border="1"><thead>' + line(rows[0], "th") + "</thead>\n<tbody>" + "\n".join(line(row, "td") for row in rows[1:]) + "</tbody></table>"


def write_docx(blocks, target):
    import docx

    document = docx.Document()
    for block in blocks:
        if block.kind == "heading":
            document.add_heading(block.text, min(block.level, 9))
        elif block.kind == "table":
            docx_table(document, block.rows)
        elif block.kind == "pre":
            paragraph = document.add_paragraph()
            for index, line in enumerate(block.text.split("\n")):
                if index:
                    paragraph.add_run().add_break()
                paragraph.add_run(line)
        else:
            paragraph = document.add_paragraph(style="List Bullet" if block.kind == "item" else None)
            for text, style in block.runs:
                run = paragraph.add_run(text)
                run.bold, run.italic = style == "strong", style == "em"
    document.save(target)


def docx_table(document, rows):
    """As a person would: the first row is the first row, and nothing says that it names the columns."""
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, cells in zip(table.rows, rows):
        for cell, text in zip(row.cells, cells):
            cell.text = text


def slides_of(blocks):
    """A heading begins a slide; one that would be overfull goes on under the same heading; a table has a slide of its own."""
    slides, title = [], ""
    for block in blocks:
        if block.kind == "heading":
            title = block.text
            slides.append((title, []))
        elif block.kind == "table" or not slides or len(slides[-1][1]) >= 8 or any(other.kind == "table" for other in slides[-1][1]):
            slides.append((title, [block]))
        else:
            slides[-1][1].append(block)
    return slides


def write_pptx(blocks, target):
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    for title, body in slides_of(blocks):
        has_table = any(block.kind == "table" for block in body)
        slide = deck.slides.add_slide(deck.slide_layouts[5 if has_table else 1])
        slide.shapes.title.text = title
        if has_table:
            rows = body[0].rows
            grid = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.5), Inches(1.5), Inches(9), Inches(5)).table
            for row, cells in enumerate(rows):
                for column, text in enumerate(cells):
                    grid.cell(row, column).text = text
            continue
        frame = slide.placeholders[1].text_frame
        first = True
        for block in body:
            for line in source.lines_of(block):
                paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
                paragraph.text, first = line, False
    deck.save(target)


def sheet_names(tables):
    names = []
    for number, (name, _) in enumerate(tables, 1):
        names.append(f"{number} " + re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:24].strip())
    return names


def write_xlsx(tables, target):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, (_, rows) in zip(sheet_names(tables), tables):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([number_or_text(cell) for cell in row])
    book.save(target)


def number_or_text(cell):
    """Numbers as numbers, where they are written as a sheet shows them."""
    if re.fullmatch(r"[1-9]\d{0,8}|0", cell):
        return int(cell)
    return cell or None


def write_ods(tables, target):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    for name, (_, rows) in zip(sheet_names(tables), tables):
        sheet = Table(name=name)
        for cells in rows:
            row = TableRow()
            for cell in cells:
                made = TableCell(valuetype="string")
                if cell:
                    made.addElement(P(text=cell))
                row.addElement(made)
            sheet.addElement(row)
        book.spreadsheet.addElement(sheet)
    book.save(str(target))


def csv_of(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def records_of(rows):
    names = [name or "-" for name in rows[0]]
    return [dict(zip(names, row)) for row in rows[1:]]


def write_epub(blocks, language, title, target):
    """A chapter a file, as ebooklib writes it."""
    from ebooklib import epub

    book = epub.EpubBook()
    book.set_identifier("compare-formats")
    book.set_title(title)
    book.set_language(LANGUAGES[language])
    chapters, current = [], []
    for block in blocks:
        if block.kind == "heading" and block.level == 1 and current:
            chapters.append(current)
            current = []
        current.append(block)
    chapters.append(current)
    pages = []
    for number, chapter in enumerate(chapters, 1):
        page = epub.EpubHtml(title=chapter[0].text, file_name=f"chapter{number}.xhtml", lang=LANGUAGES[language])
        page.content = html_of(chapter, language, chapter[0].text)
        book.add_item(page)
        pages.append(page)
    book.toc, book.spine = pages, pages
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    epub.write_epub(str(target), book)


def mail_of(blocks, language, title, plain=True, page=True, attached=()):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = "Ann <ann@example.org>", "bob@example.org", title
    message["Date"] = "Thu, 26 Nov 2026 10:00:00 +0000"
    if plain:
        message.set_content(source.plain_text(blocks))
    if page and plain:
        message.add_alternative(html_of(blocks, language, title), subtype="html")
    elif page:
        message.set_content(html_of(blocks, language, title), subtype="html")
    for path in attached:
        message.add_attachment(pathlib.Path(path).read_bytes(), maintype="application", subtype="octet-stream", filename=pathlib.Path(path).name)
    return message.as_bytes()


def write_texts(blocks, language, title, folder):
    """Every format of running text; returns (format, who wrote it, file)."""
    folder = pathlib.Path(folder)
    made = []

    def add(kind, writer, name):
        made.append((kind, writer, folder / name))
        return folder / name

    page = add("HTML", "as it is", "source.html")
    office.write(page, html_of(blocks, language, title).encode("utf-8"))
    native = add("ODT", "LibreOffice", "office.odt")
    office.convert(page, "odt:writer8", native, "HTML (StarWriter)")
    for kind, wanted, name in [("DOCX", "docx:MS Word 2007 XML", "office.docx"), ("PDF", "pdf", "office.pdf"), ("EPUB", "epub", "office.epub"), ("HTML", "html:HTML (StarWriter)", "office.html"),
                               ("HTML", "xhtml", "office.xhtml"), ("TXT", "txt:Text (encoded):UTF8", "office.txt")]:
        office.convert(native, wanted, add(kind, "LibreOffice", name))
    for kind, wanted, name in [("Markdown", "gfm", "pandoc.md"), ("reStructuredText", "rst", "pandoc.rst"), ("DOCX", "docx", "pandoc.docx"), ("ODT", "odt", "pandoc.odt"), ("EPUB", "epub", "pandoc.epub"),
                               ("HTML", "html5", "pandoc.html"), ("PPTX", "pptx", "pandoc.pptx")]:
        office.pandoc(page, wanted, add(kind, "pandoc", name), *(["--columns=250"] if wanted == "rst" else []))  # narrow cells would cut words
    if not office.is_newer(add("DOCX", "python-docx", "python.docx"), page):
        write_docx(blocks, folder / "python.docx")
    office.convert(folder / "python.docx", "pdf", add("PDF", "python-docx, LibreOffice", "python.pdf"))
    write_epub(blocks, language, title, add("EPUB", "ebooklib", "python.epub"))
    if not office.is_newer(add("PPTX", "python-pptx", "python.pptx"), page):
        write_pptx(blocks, folder / "python.pptx")
    office.convert(folder / "python.pptx", "odp", add("ODP", "LibreOffice", "office.odp"))
    office.convert(folder / "office.odp", "pptx", add("PPTX", "LibreOffice", "office.pptx"))
    for encoding, name in encodings_of(language):
        add("TXT", encoding, f"{name}.txt").write_bytes(source.plain_text(encodable(blocks, encoding)).encode(encoding))
    for kind, plain, page_too in [("text and HTML", True, True), ("HTML", False, True), ("text", True, False)]:
        add("EML", kind, f"{kind.replace(' ', '-')}.eml").write_bytes(mail_of(blocks, language, title, plain, page_too))
    return made


def encodings_of(language):
    """With a byte order mark where Windows writes one."""
    common = [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-mark"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")]
    own = {"zh-cn": ["gb18030", "gbk"], "zh-tw": ["big5"], "fr": ["latin-1", "cp1252"], "en": ["cp1252"]}[language]
    return common + [(name, name) for name in own]


def encodable(blocks, encoding):
    """Without the blocks that the encoding cannot hold."""

    def fits(block):
        try:
            "\n".join(source.lines_of(block)).encode(encoding)
            return True
        except UnicodeEncodeError:
            return False

    return [block for block in blocks if fits(block)]


def write_tables(blocks, folder):
    """Every format of nothing but tables; returns (format, who wrote it, files, tables in each)."""
    folder = pathlib.Path(folder)
    tables = source.tables_of(blocks)
    page = folder / "source.html"
    for write, name in ((write_xlsx, "python.xlsx"), (write_ods, "python.ods")):
        if not office.is_newer(folder / name, page):
            write(tables, folder / name)
    office.convert(folder / "python.xlsx", "ods", folder / "office.ods")
    office.convert(folder / "office.ods", "xlsx", folder / "office.xlsx")
    made = [("XLSX", "openpyxl", [folder / "python.xlsx"], [tables]), ("XLSX", "LibreOffice", [folder / "office.xlsx"], [tables]), ("ODS", "odfpy", [folder / "python.ods"], [tables]),
            ("ODS", "LibreOffice", [folder / "office.ods"], [tables])]
    singles = [("CSV", "comma", "csv", lambda rows: csv_of(rows)), ("CSV", "semicolon", "csv", lambda rows: csv_of(rows, ";")), ("TSV", "tab", "tsv", lambda rows: csv_of(rows, "\t")),
               ("JSON", "array of objects", "json", lambda rows: json.dumps(records_of(rows), ensure_ascii=False, indent=1)),
               ("JSONL", "object a line", "jsonl", lambda rows: "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records_of(rows)))]
    for kind, writer, ending, write in singles:
        files = []
        for number, (_, rows) in enumerate(tables, 1):
            files.append(folder / f"{writer.split()[0]}-{number}.{ending}")
            files[-1].write_bytes(write(rows).encode("utf-8"))
        made.append((kind, writer, files, [[table] for table in tables]))
    return made
