"""What of a source was read: words in order, headings, rows of tables, places."""
import collections
import json
import pathlib
import re
import subprocess
import tempfile
import unicodedata

CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"


def words(text):
    """Runs of characters between white space; of Chinese, characters."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"(?<=\s)\|(?=\s)", " ", text)
    return re.findall(rf"[{CHINESE}]|[^\s{CHINESE}]+", text)


def without_marks(listed):
    """Those that have a letter or a digit: no bullets, dashes and other marks between white space."""
    return [word for word in listed if any(letter.isalnum() for letter in word)]


def plain_words(text):
    """Letters and digits only, for texts whose builders set their own marks; without case."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(rf"[{CHINESE}]|[^\W_{CHINESE}]+", text)


def differences(a, b):
    """The longest common sequence by diff, which is fast where little differs: (words in both, only in a, only in b), the latter two as (place in a, word)."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, name) for name in "ab"]
        for path, listed in zip(paths, (a, b)):
            path.write_text("".join(word + "\n" for word in listed), encoding="utf-8")
        ran = subprocess.run(["diff", "--minimal", "--unified=0", *map(str, paths)], capture_output=True, text=True, encoding="utf-8", errors="replace")
    lost, added, at = [], [], 0
    for line in ran.stdout.splitlines()[2:]:
        if match := re.match(r"@@ -(\d+)(?:,(\d+))? ", line):
            at = int(match[1])
        elif line.startswith("-"):
            lost.append((at, line[1:]))
            at += 1
        elif line.startswith("+"):
            added.append((at, line[1:]))
    return len(a) - len(lost), lost, added


def read(bench, files):
    ran = subprocess.run([bench, "--json", *map(str, files)], capture_output=True, check=True)
    return [json.loads(line) for line in ran.stdout.decode("utf-8").splitlines()]


def part(document, span):
    return document["text"].encode("utf-8")[span[0]:span[1]].decode("utf-8", "replace")


def tidy(text):
    """White space as one space, and none beside Chinese, where programs write and drop it as they like."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    return re.sub(rf"(?<=[{CHINESE}“”—]) (?!\|)|(?<!\|) (?=[{CHINESE}“”—])", "", text)


def row_text(cells):
    """As a row is written, without empty cells at its end."""
    return re.sub(r"( \|)+$", "", tidy(" | ".join(cells)))


def share(part_of, whole):
    return part_of / whole if whole else None


def measure_text(expected, document, tokens=words):
    """(share of the source's words that were read in order, share of what was read that is in the source)"""
    theirs, ours = tokens(expected), tokens(document["text"])
    both, lost, added = differences(theirs, ours)
    return {"words": share(both, len(theirs)), "extra": share(len(added), len(ours)), "lost": lost, "added": added}


def read_headings(document):
    data = document["text"].encode("utf-8")
    found, open_headings = [], []
    for heading in document["headings"]:
        while open_headings and open_headings[-1][0] >= heading["level"]:
            open_headings.pop()
        open_headings.append((heading["level"], tidy(data[heading["text"][0]:heading["text"][1]].decode("utf-8", "replace"))))
        found.append(tuple(text for _, text in open_headings))
    return found


def without_number(name):
    return re.sub(r"^(chapter |appendix )?\d[\d.]*\.? ", "", name.casefold())


def measure_headings(paths, document, shown=tidy):
    """Share found; share found whose path ends in the source's, with nothing of the source above it. And how many were found that are none."""
    wanted = [tuple(shown(tidy(name)) for name in path) for path in paths]
    names = {name for path in wanted for name in path}
    found = [tuple(shown(name) for name in path) for path in read_headings(document)]
    left = collections.Counter(path[-1] for path in found)
    named = 0
    for path in wanted:
        if left[path[-1]] > 0:
            left[path[-1]] -= 1
            named += 1
    rest = list(found)
    right = 0
    for path in wanted:
        for index, other in enumerate(rest):
            if other[-len(path):] == path and not names & set(other[:-len(path)]):
                right += 1
                del rest[index]
                break
    extra = sum(1 for path in found if path[-1] not in names)
    return {"headings": share(named, len(wanted)), "paths": share(right, len(wanted)), "false headings": extra}


def measure_rows(tables, document):
    """Share of the rows below the header that are a line of a table, cell by cell; share of them whose table names its columns as the source does."""
    data = document["text"].encode("utf-8")
    read_rows = collections.defaultdict(list)
    for table in document["tables"]:
        begin, end = table["text"]
        header = row_text([data[table["header"][0]:table["header"][1]].decode("utf-8", "replace")])
        for line in data[begin:end].decode("utf-8", "replace").split("\n"):
            read_rows[row_text([line])].append(header)
    rows = readable = named = 0
    for _, table in tables:
        header = row_text(table[0])
        for cells in table[1:]:
            rows += 1
            line = row_text(cells)
            if line in read_rows:
                readable += 1
                named += header in read_rows[line]
    return {"rows": share(readable, rows), "named rows": share(named, rows)}


def measure_pages(document):
    """Share of the words (runs between white space) that stand on a page, slide or sheet; and of those that have a box."""
    data = document["text"].encode("utf-8")
    total = len(document["text"].split())
    placed = boxed = 0
    for page in document["pages"]:
        begin, end = page["text"]
        placed += len(data[begin:end].decode("utf-8", "replace").split())
        spans = sorted((word[0], word[1]) for word in page["words"])
        covered = bytearray(end - begin)
        for first, last in spans:
            covered[first - begin:last - begin] = b"\x01" * (last - first)
        for match in re.finditer(rb"\S+", data[begin:end]):
            if match[0] == b"|" or all(covered[match.start():match.end()]):
                boxed += 1
    return {"placed": share(placed, total) if document["pages"] else None, "boxed": share(boxed, total) if any(page["words"] for page in document["pages"]) else None}


def measure_boxes(path, document):
    """Share of the boxes in whose middle pdftotext has a word that shares its text."""
    ran = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, encoding="utf-8", errors="replace", check=True).stdout
    data = document["text"].encode("utf-8")
    right = total = 0
    for page, printed in zip(document["pages"], ran.split("<page ")[1:]):
        theirs = collections.defaultdict(list)
        for left, top, far, bottom, text in re.findall(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', printed):
            box = float(left), float(top), float(far), float(bottom), fold(unescape(text))
            for band in range(int(box[1] // 20), int(box[3] // 20) + 1):
                theirs[band].append(box)
        for begin, end, left, top, far, bottom in page["words"]:
            text = fold(data[begin:end].decode("utf-8", "replace"))
            if not text:
                continue
            total += 1
            x, y = (left + far) / 2, (top + bottom) / 2
            right += any(l - 2 <= x <= r + 2 and t - 2 <= y <= b + 2 and (text in other or other in text) for l, t, r, b, other in theirs[int(y // 20)])
    return {"boxes right": share(right, total)}


def fold(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def unescape(text):
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&")
