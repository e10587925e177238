"""A picture with text in it, inside documents of every format."""
import base64
import pathlib
import subprocess

from formats import office

AROUND = "The valley has two crossings, and a drawing shows both of them."
INSIDE = "The bridge was opened in 1932 and is 898 metres long. The tunnel beside it takes the trains."


def draw(path):
    """Large black letters on white, as a diagram has them."""
    from PIL import Image, ImageDraw, ImageFont

    found = subprocess.run(["fc-match", "-f", "%{file}", "DejaVu Sans"], capture_output=True, text=True, check=True).stdout
    picture = Image.new("RGB", (1400, 300), "white")
    pencil = ImageDraw.Draw(picture)
    for number, line in enumerate(INSIDE.split(". ")):
        pencil.text((40, 40 + 110 * number), line if line.endswith(".") else line + ".", fill="black", font=ImageFont.truetype(found, 44))
    picture.save(path, dpi=(200, 200))


def write_all(folder):
    import docx
    import openpyxl
    import pptx
    from docx.shared import Inches
    from ebooklib import epub
    from openpyxl.drawing.image import Image
    from pptx.util import Inches as SlideInches

    folder = pathlib.Path(folder)
    picture = folder / "picture.png"
    draw(picture)
    made = [("PNG alone", picture)]

    document = docx.Document()
    document.add_paragraph(AROUND)
    document.add_picture(str(picture), width=Inches(6))
    document.save(folder / "picture.docx")
    made.append(("DOCX", folder / "picture.docx"))
    for kind, wanted in (("ODT", "odt"), ("PDF", "pdf")):
        office.convert(folder / "picture.docx", wanted, folder / f"picture.{wanted}")
        made.append((kind, folder / f"picture.{wanted}"))

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = AROUND
    slide.shapes.add_picture(str(picture), SlideInches(1), SlideInches(2), SlideInches(8))
    deck.save(folder / "picture.pptx")
    made.append(("PPTX", folder / "picture.pptx"))

    book = openpyxl.Workbook()
    book.active.append([AROUND])
    book.active.add_image(Image(str(picture)), "A3")
    book.save(folder / "picture.xlsx")
    made.append(("XLSX", folder / "picture.xlsx"))

    encoded = base64.b64encode(picture.read_bytes()).decode()  # one in a file of its own is a document of its own
    (folder / "picture.html").write_text(f'<!DOCTYPE html><title>Valley</title><p>{AROUND}</p><img src="data:image/png;base64,{encoded}">', encoding="utf-8")
    made.append(("HTML", folder / "picture.html"))

    work = epub.EpubBook()
    work.set_title("Valley")
    page = epub.EpubHtml(title="Valley", file_name="valley.xhtml")
    page.content = f'<p>{AROUND}</p><img src="picture.png"/>'
    work.add_item(page)
    work.add_item(epub.EpubItem(file_name="picture.png", media_type="image/png", content=picture.read_bytes()))
    work.spine = [page]
    work.add_item(epub.EpubNcx())
    work.add_item(epub.EpubNav())
    epub.write_epub(str(folder / "picture.epub"), work)
    made.append(("EPUB", folder / "picture.epub"))
    return made
