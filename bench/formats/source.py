"""Chapters of the Debian manuals as plain blocks: what every file of the comparison is written from, and compared with."""
import dataclasses
import html.parser
import pathlib
import re

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
STYLES = {"code": "code", "tt": "code", "em": "em", "i": "em", "strong": "strong", "b": "strong"}
BLOCKS = {"p", "li", "dt", "dd", "pre", "div", "section", "ul", "ol", "dl", "blockquote", "aside", "table", "hr", "figure", "td", "th", "tr"} | set(HEADINGS)
SKIPPED_CLASSES = {"toc", "headerlink", "navheader", "navfooter", "related", "sphinxsidebar", "toctree-wrapper", "contents", "titlepage-hidden"}
SKIPPED = {"script", "style", "head", "nav", "footer", "header"}


@dataclasses.dataclass
class Block:
    kind: str  # heading, paragraph, item, pre, table
    runs: list = dataclasses.field(default_factory=list)  # (text, style)
    level: int = 0
    rows: list = dataclasses.field(default_factory=list)  # of a table: lists of cells' text, the first with the columns' names

    @property
    def text(self):
        return "".join(text for text, _ in self.runs)


class Node:
    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.children = tag, dict(attributes), []


class Tree(html.parser.HTMLParser):
    """XHTML and the HTML of Sphinx: all that is opened is closed, but for what is void."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = Node("root", [])
        self.open = [self.root]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        node = Node(tag, attributes)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attributes):
        self.open[-1].children.append(Node(tag, attributes))

    def handle_endtag(self, tag):
        for index in range(len(self.open) - 1, 0, -1):
            if self.open[index].tag == tag:
                del self.open[index:]
                return

    def handle_data(self, data):
        self.open[-1].children.append(data)


def find(node, holds):
    if holds(node):
        return node
    for child in node.children:
        if isinstance(child, Node) and (found := find(child, holds)):
            return found
    return None


def collapse(text):
    text = re.sub("[\u00ad\u200b\ufeff]", "", text)
    return re.sub(r"\s+", " ", text).strip()


def flat_text(node):
    if isinstance(node, str):
        return node
    if skipped(node):
        return ""
    if node.tag == "br":
        return " "
    inner = "".join(flat_text(child) for child in node.children)
    return f" {inner} " if node.tag in BLOCKS else inner


def skipped(node):
    return node.tag in SKIPPED or bool(SKIPPED_CLASSES & set((node.attributes.get("class") or "").split()))


def all_of(node, tag):
    found = []
    for child in node.children:
        if isinstance(child, Node):
            found += [child] if child.tag == tag else all_of(child, tag)
    return found


class Reader:
    def __init__(self):
        self.blocks, self.runs = [], []

    def flush(self, kind="paragraph", level=0):
        runs, self.runs = self.runs, []
        if kind == "pre":
            text = re.sub("[\u00ad\u200b\ufeff]", "", "".join(text for text, _ in runs)).replace("\u00a0", " ").strip("\n")
            if text.strip():
                self.blocks.append(Block("pre", [(text, "")]))
            return
        tidy, last = [], " "
        for text, style in runs:
            text = re.sub(r"\s+", " ", re.sub("[\u00ad\u200b\ufeff]", "", text))
            if last == " ":
                text = text.lstrip()
            if not text:
                continue
            if tidy and (tidy[-1][1] == style or not text.strip()):
                tidy[-1] = (tidy[-1][0] + text, tidy[-1][1])
            elif tidy and tidy[-1][0].endswith(" ") and tidy[-1][1]:
                tidy[-1] = (tidy[-1][0].rstrip(), tidy[-1][1])  # a space is nobody's code
                tidy += [(" ", ""), (text, style)]
            else:
                tidy.append((text, style))
            last = text[-1]
        while tidy and not tidy[-1][0].rstrip():
            tidy.pop()
        if tidy:
            tidy[-1] = (tidy[-1][0].rstrip(), tidy[-1][1])
            self.blocks.append(Block(kind, tidy, level))

    def read(self, node, style="", kind="paragraph"):
        for child in node.children:
            if isinstance(child, str):
                self.runs.append((child, style))
                continue
            if skipped(child):
                continue
            tag = child.tag
            if tag in HEADINGS:
                self.flush(kind)
                self.read(child, "")
                self.flush("heading", HEADINGS[tag])
            elif tag == "pre":
                self.flush(kind)
                self.runs.append((preformatted(child), ""))
                self.flush("pre")
            elif tag == "table" and all_of(child, "thead"):
                self.flush(kind)
                self.add_table(child)
            elif tag == "br":
                self.runs.append((" ", style))
            elif tag in BLOCKS:
                self.flush(kind)
                inner = "item" if tag in ("li",) else kind
                self.read(child, style, inner)
                self.flush(inner)
            else:
                self.read(child, STYLES.get(tag, style), kind)

    def add_table(self, table):
        rows = []
        for row in all_of(table, "tr"):
            cells = [collapse(flat_text(cell)) for cell in row.children if isinstance(cell, Node) and cell.tag in ("td", "th")]
            if any(cells):
                rows.append(cells)
        wide = len(rows[0]) if rows else 0
        if wide >= 2 and len(rows) >= 2 and all(len(row) == wide for row in rows) and all("|" not in cell for row in rows for cell in row):
            self.blocks.append(Block("table", rows=rows))
        else:
            for row in rows:
                self.runs.append((" ".join(row), ""))
                self.flush()


def preformatted(node):
    if isinstance(node, str):
        return node
    return "\n" if node.tag == "br" else "".join(preformatted(child) for child in node.children)


def is_body(node):
    classes = set((node.attributes.get("class") or "").split())
    return (node.tag == "div" and bool({"chapter", "appendix", "preface", "body", "article"} & classes)) or node.attributes.get("role") == "main"


def read_blocks(path):
    """Blocks of an HTML file of the Debian manuals, without its navigation."""
    root = Tree(pathlib.Path(path).read_text(encoding="utf-8")).root
    reader = Reader()
    reader.read(find(root, is_body) or find(root, lambda node: node.tag == "body"))
    reader.flush()
    return reader.blocks


def lines_of(block):
    if block.kind == "table":
        return [" | ".join(row) for row in block.rows]
    return block.text.split("\n") if block.kind == "pre" else [block.text]


def plain_text(blocks):
    """As somebody would type it: paragraphs apart by an empty line, tables with tabs."""
    out = []
    for block in blocks:
        out.append("\n".join(line.replace(" | ", "\t") for line in lines_of(block)))
    return "\n\n".join(out) + "\n"


def heading_paths(blocks):
    paths, open_headings = [], []
    for block in blocks:
        if block.kind != "heading":
            continue
        while open_headings and open_headings[-1][0] >= block.level:
            open_headings.pop()
        open_headings.append((block.level, collapse(block.text)))
        paths.append(tuple(text for _, text in open_headings))
    return paths


def tables_of(blocks):
    """Each with a name: the heading above it."""
    found, name = [], ""
    for block in blocks:
        if block.kind == "heading":
            name = block.text
        elif block.kind == "table":
            found.append((name, block.rows))
    return found
