"""Makes a folder of real documents in many formats, the same ones for the same seed: what compare-ingestion adds.

    corpus.py PACKAGES FOLDER --documents N --seed S --kind mixed|parse-bound

PACKAGES holds one unpacked Debian package a folder. No text is used twice, so that nobody gains by knowing that two documents are the same.
"""
import argparse
import csv
import datetime
import email.message
import gzip
import html
import io
import json
import logging
import math
import pathlib
import random
import re
import sys
import warnings
import zipfile

import bs4
import docx
import openpyxl
import pptx
import pypdf

logging.getLogger("pypdf").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", category=bs4.XMLParsedAsHTMLWarning)

# Parts of a hundred, and of these how many in Chinese.
MIXED = {"html": (25, 5), "txt": (14, 4), "pdf": (14, 4), "md": (9, 2), "docx": (9, 2), "py": (6, 0), "eml": (6, 1), "epub": (5, 1), "pptx": (4, 1), "csv": (4, 0), "xlsx": (4, 0)}
PARSE_BOUND = {"html": (25, 0), "pdf": (25, 0), "pptx": (25, 0), "xlsx": (25, 0)}
EVERYDAY_BYTES = 40_000  # of a page or text that is taken as it is; a few are larger
LARGEST_BYTES = 500_000
LARGE_PART = 0.03
MEDIAN_CHARACTERS, SPREAD = 2500, 0.9  # of a document that is made from sections
WHOLE_PDF_PART = 0.015
YEAR = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)  # files carry this time, whenever they are made


class Sources:
    """What the packages hold, in an order of the seed; each thing is given once."""

    def __init__(self, packages, chance):
        self.packages, self.chance = packages, chance
        self.pages = {"en": self.shuffled(self.found("sqlite3-doc/**/*.html", "debian-handbook/**/html/en-US/*.html", "debian-policy/**/*.html", "exim4-doc-html/**/*.html",
                                                     "installation-guide-amd64/**/en/*.html", "libreoffice-help-en-us/**/*.html", "apt-doc/**/*.html", "developers-reference/**/*.html")),
                      "zh": self.shuffled(self.found("debian-handbook/**/html/zh-CN/*.html", "installation-guide-amd64/**/zh_CN/*.html", "debian-faq-zh-cn/**/*.html",
                                                     "maint-guide-zh-cn/**/*.html", "debmake-doc/**/*.zh-cn.html"))}
        self.texts = self.shuffled(self.found("git-doc/**/*.txt", "python3.11-doc/**/*.txt"))
        self.code = self.shuffled(self.found("libpython3.11-stdlib/**/*.py"))
        self.manuals = {"en": self.found("debian-reference-en/**/*.pdf", "r-doc-pdf/**/R/doc/manual/R-*.pdf", "r-doc-pdf/**/R/doc/manual/fullrefman.pdf", "debian-policy/**/policy.pdf.gz",
                                         "maint-guide/**/*.pdf", "debian-policy/**/fhs-3.0.pdf.gz", "debian-faq/**/debian-faq.en.pdf.gz", "debmake-doc/**/*.en.pdf"),
                        "zh": self.found("debian-reference-zh-cn/**/*.pdf", "maint-guide-zh-cn/**/*.pdf", "debmake-doc/**/*.zh-cn.pdf")}
        # Sections come from the books whose pages are not taken as they are.
        self.books = {"en": self.shuffled(self.found("sqlite3-doc/**/*.html"))[::-1] + self.found("debian-reference-en/**/*.html"),
                      "zh": self.found("debian-reference-zh-cn/**/*.html")}
        self.large = {}
        self.taken = set()
        self.blocks = {}
        self.rows = None
        self.ranges = {}

    def found(self, *patterns):
        return sorted(path for pattern in patterns for path in self.packages.glob(pattern) if path.is_file() and not path.is_symlink())

    def shuffled(self, paths):
        self.chance.shuffle(paths)
        return paths

    def as_it_is(self, paths, kind, wanted):
        """A file whose bytes are taken as they are: mostly small ones, a few large."""
        for path in paths:
            size = path.stat().st_size
            if path in self.taken or not 1000 <= size <= LARGEST_BYTES:
                continue
            if size > EVERYDAY_BYTES:
                if self.large.get(kind, 0) + 1 > math.ceil(LARGE_PART * wanted):
                    continue
                self.large[kind] = self.large.get(kind, 0) + 1
            self.taken.add(path)
            return path.read_bytes()
        raise SystemExit(f"corpus: the packages hold no more files for {kind}: ask for fewer documents")

    def stream(self, language):
        """Headings and paragraphs of pages that are not taken as they are."""
        while True:
            source = next((p for p in self.books[language] + self.pages[language][::-1] if p not in self.taken), None)
            if source is None:
                raise SystemExit(f"corpus: the packages hold no more text ({language}): ask for fewer documents")
            self.taken.add(source)
            page = bs4.BeautifulSoup(source.read_bytes(), "lxml")
            for unwanted in page(["script", "style", "nav"]):
                unwanted.decompose()
            for element in page.find_all(["h1", "h2", "h3", "h4", "p", "li", "pre"]):
                if element.find(["p", "li", "pre"]):
                    continue
                text = element.get_text() if element.name == "pre" else " ".join(element.get_text().split())
                if text.strip():
                    yield ("heading" if element.name[0] == "h" else "code" if element.name == "pre" else "paragraph", text.strip("\n"))

    def section(self, language):
        """[(kind, text)], about as long as chance says, from where the one before ended."""
        wanted = min(200_000, max(700, self.chance.lognormvariate(math.log(MEDIAN_CHARACTERS), SPREAD)))
        if language == "zh":
            wanted /= 2.2  # a character says more
        stream = self.blocks.setdefault(language, self.stream(language))
        taken, length = [], 0
        while length < wanted:
            block = next(stream)
            taken.append(block)
            length += len(block[1])
        return taken

    def table(self, count):
        """(columns, rows) of real tables: country subdivisions, languages, characters."""
        if self.rows is None:
            self.rows = []
            for name, columns in (("iso_3166-2", ("code", "name", "type")), ("iso_639-3", ("alpha_3", "name", "scope", "type"))):
                path = self.found(f"iso-codes/**/json/{name}.json")[0]
                entries = next(iter(json.loads(path.read_text()).values()))
                self.rows.append((columns, iter([tuple(str(entry.get(column, "")) for column in columns) for entry in entries])))
            characters = self.found("unicode-data/**/UnicodeData.txt*")[0]
            raw = gzip.decompress(characters.read_bytes()) if characters.suffix == ".gz" else characters.read_bytes()
            lines = [line.split(";") for line in raw.decode().splitlines()]
            self.rows.append((("code", "name", "category", "class"), iter([tuple(line[:4]) for line in lines])))
        start = self.chance.randrange(len(self.rows))
        for turn in range(len(self.rows)):
            columns, rows = self.rows[(start + turn) % len(self.rows)]
            taken = [row for _, row in zip(range(count), rows)]
            if len(taken) == count:
                return columns, taken
        raise SystemExit("corpus: the packages hold no more table rows: ask for fewer documents")

    def pdf(self, language, wanted):
        """A few pages of a manual, or a whole one."""
        if language not in self.ranges:
            self.ranges[language] = self.page_ranges(language, wanted)
        try:
            source, pages = next(self.ranges[language])
        except StopIteration:
            raise SystemExit(f"corpus: the packages hold no more pages ({language}): ask for fewer documents") from None
        writer = pypdf.PdfWriter()
        reader = self.reader(source)
        for number in range(*pages) if pages else range(len(reader.pages)):
            writer.add_page(reader.pages[number])
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def reader(self, source):
        if getattr(self, "open_source", None) != source:
            raw = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
            self.open_source, self.open_reader = source, pypdf.PdfReader(io.BytesIO(raw))
        return self.open_reader

    def page_ranges(self, language, wanted):
        whole = math.floor(WHOLE_PDF_PART * wanted)
        # The smaller half of the manuals may be given whole; of the others come pages from everywhere, so that few documents already mix them.
        by_size = sorted(self.manuals[language], key=lambda path: path.stat().st_size)
        whole_ones = by_size[: min(whole, len(by_size) // 2)]
        for source in whole_ones:
            yield source, None
        open_at = {source: 0 for source in by_size[len(whole_ones):]}
        while open_at:
            for source in list(open_at):
                pages = len(self.reader(source).pages)
                for _ in range(max(1, wanted // (2 * len(by_size)))):
                    begin = open_at[source]
                    if begin >= pages:
                        open_at.pop(source)
                        break
                    open_at[source] = begin + self.chance.randint(1, 8)
                    yield source, (begin, min(open_at[source], pages))


def title_of(blocks):
    return next((text for kind, text in blocks if kind == "heading"), blocks[0][1][:60]).splitlines()[0]


def as_markdown(blocks):
    write = {"heading": "## {}", "paragraph": "{}", "code": "```\n{}\n```"}
    return "\n\n".join(write[kind].format(text) for kind, text in blocks) + "\n"


def as_text(blocks):
    return "\n\n".join(text for _, text in blocks) + "\n"


def visible(text):
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def as_docx(blocks):
    document = docx.Document()
    for kind, text in blocks:
        if kind == "heading":
            document.add_heading(visible(text), 2)
        else:
            document.add_paragraph(visible(text))
    return saved(document)


def as_pptx(blocks):
    presentation = pptx.Presentation()
    for begin in range(0, len(blocks), 5):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = visible(title_of(blocks[begin:]))
        slide.placeholders[1].text = visible("\n".join(text for _, text in blocks[begin:begin + 5]))
    return saved(presentation)


def as_xlsx(columns, rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(columns)
    for row in rows:
        sheet.append(row)
    return saved(book)


def as_csv(columns, rows):
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue()


def as_eml(blocks, number):
    message = email.message.EmailMessage()
    message["From"], message["To"] = "Editor <editor@example.org>", "Readers <readers@example.org>"
    message["Subject"] = visible(title_of(blocks)).replace("\r", " ")[:120]
    message["Date"] = YEAR + datetime.timedelta(hours=number)
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content(as_text(blocks))
    return message.as_bytes()


def as_epub(blocks, number):
    title = html.escape(title_of(blocks))
    body = "".join(f"<{'h2' if kind == 'heading' else 'p'}>{html.escape(visible(text))}</{'h2' if kind == 'heading' else 'p'}>" for kind, text in blocks)
    files = {"mimetype": "application/epub+zip",
             "META-INF/container.xml": '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                                       '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
             "book.opf": f'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
                         f'<dc:identifier id="id">book-{number}</dc:identifier><dc:title>{title}</dc:title><dc:language>en</dc:language></metadata><manifest>'
                         f'<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="one"/></spine></package>',
             "one.xhtml": f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}</title></head><body>{body}</body></html>'}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for name, content in files.items():
            book.writestr(zipfile.ZipInfo(name, YEAR.timetuple()[:6]), content)
    return out.getvalue()


def saved(document):
    """What a library saved, with the same times whenever it was saved."""
    out, again = io.BytesIO(), io.BytesIO()
    for properties in ("core_properties", "properties"):
        if hasattr(document, properties):
            for time in ("created", "modified"):
                setattr(getattr(document, properties), time, YEAR.replace(tzinfo=None))
    document.save(out)
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in made.namelist():
            content = made.read(name)
            if name == "docProps/core.xml":  # openpyxl writes the time of saving
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", YEAR.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            copy.writestr(zipfile.ZipInfo(name, YEAR.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return again.getvalue()


def mixed(sources, kind, language, number, wanted):
    if kind == "html":
        return sources.as_it_is(sources.pages[language], f"{kind} ({language})", wanted)
    if kind == "txt" and language == "en":
        return sources.as_it_is(sources.texts, kind, wanted)
    if kind == "py":
        return sources.as_it_is(sources.code, kind, wanted)
    if kind == "pdf":
        return sources.pdf(language, wanted)
    if kind in ("csv", "xlsx"):
        columns, rows = sources.table(sources.chance.randint(15, 120))
        return as_csv(columns, rows) if kind == "csv" else as_xlsx(columns, rows)
    blocks = sources.section(language)
    if kind in ("eml", "epub"):
        return {"eml": as_eml, "epub": as_epub}[kind](blocks, number)
    return {"txt": as_text, "md": as_markdown, "docx": as_docx, "pptx": as_pptx}[kind](blocks)


def curve(chance, points):
    x, y = 300.0, 400.0
    for _ in range(points):
        x, y = min(580.0, max(20.0, x + chance.gauss(0, 4))), min(700.0, max(20.0, y + chance.gauss(0, 4)))
        yield f"{x:.2f}", f"{y:.2f}"


def drawn_pdf(chance, text):
    """Pages of vector graphics, each with one line of text."""
    writer = pypdf.PdfWriter()
    font = pypdf.generic.DictionaryObject({pypdf.generic.NameObject(key): pypdf.generic.NameObject(value) for key, value in (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))})
    for line in text:
        page = writer.add_blank_page(600, 800)
        said = line.encode("ascii", "replace").decode().replace("\\", "").replace("(", "").replace(")", "")[:90]
        drawing = "\n".join(f"{x} {y} {'l' if index else 'm'}" + (f" S {x} {y} m" if index % 50 == 49 else "") for index, (x, y) in enumerate(curve(chance, 30_000)))
        stream = pypdf.generic.StreamObject()
        stream.set_data(f"BT /F1 11 Tf 40 750 Td ({said}) Tj ET\n{drawing} S\n".encode())
        page[pypdf.generic.NameObject("/Contents")] = writer._add_object(stream.flate_encode())
        page[pypdf.generic.NameObject("/Resources")] = pypdf.generic.DictionaryObject({pypdf.generic.NameObject("/Font"): pypdf.generic.DictionaryObject({pypdf.generic.NameObject("/F1"): font})})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def parse_bound(sources, kind, language, number, wanted):
    """Much to parse, little to embed."""
    chance = sources.chance
    lines = [text for _, text in sources.section(language)][:4]
    if kind == "pdf":
        return drawn_pdf(chance, lines)
    if kind == "html":
        rows = "".join(f'<div class="cell cell-{index % 17} wide" style="left:{x}px;top:{y}px" data-index="{index}"><span class="mark"><i></i><b></b></span></div>\n' for index, (x, y) in enumerate(curve(chance, 8_000)))
        drawing = "".join(f'<path class="line" d="M{x} {y}h3v3z"/>' for x, y in curve(chance, 8_000))
        return f"<!DOCTYPE html><html><head><title>{html.escape(title_of([('heading', lines[0])]))}</title><style>.cell{{position:absolute}}</style></head><body>" \
               f"{''.join(f'<p>{html.escape(line)}</p>' for line in lines)}<div>{rows}</div><svg>{drawing}</svg></body></html>"
    if kind == "pptx":
        presentation = pptx.Presentation()
        for line in lines:
            slide = presentation.slides.add_slide(presentation.slide_layouts[5])
            slide.shapes.title.text = visible(line)[:200]
            for x, y in curve(chance, 400):
                slide.shapes.add_shape(1, int(float(x) * 9000), int(float(y) * 9000), 40_000, 40_000)
        return saved(presentation)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["note"])
    for line in lines:
        sheet.append([visible(line)[:500]])
    grey = openpyxl.styles.PatternFill("solid", fgColor="EEEEEE")
    for row in sheet.iter_rows(min_row=10, max_row=1_500, max_col=30):  # a form: cells with a colour and nothing in them
        for cell in row:
            cell.fill = grey
    return saved(book)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("packages", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--documents", type=int, required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--kind", choices=("mixed", "parse-bound"), required=True)
    given = arguments.parse_args()
    sources = Sources(given.packages, random.Random(given.seed))
    shares = MIXED if given.kind == "mixed" else PARSE_BOUND
    make = mixed if given.kind == "mixed" else parse_bound
    given.folder.mkdir(parents=True)
    number, total = 0, {}
    due = 0.0
    for kind, (share, chinese) in shares.items():
        for language, part in (("en", share - chinese), ("zh", chinese)):
            before, due = round(due), due + part * given.documents / 100
            wanted = round(due) - before
            for index in range(wanted):
                content = make(sources, kind, language, number, wanted)
                content = content.encode() if isinstance(content, str) else content
                # The formats come mixed, not one after the other: a number of the seed stands in front of the name.
                name = f"{sources.chance.randrange(10 ** 6):06}-{language}-{index}.{kind}"
                (given.folder / name).write_bytes(content)
                number += 1
                count, size = total.get((kind, language), (0, 0))
                total[(kind, language)] = (count + 1, size + len(content))
                if number % 100 == 0:
                    print(f"corpus: {number}/{given.documents} documents", file=sys.stderr, flush=True)
    print(json.dumps({"documents": number, "seed": given.seed, "kind": given.kind,
                      "formats": {f"{kind} {language}": {"documents": count, "bytes": size} for (kind, language), (count, size) in total.items()}}))


main()
