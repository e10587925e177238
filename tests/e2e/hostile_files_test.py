#!/usr/bin/env python3
"""Adds files that were made to attack what reads them, through a running server. Usage: hostile_files_test.py PANDUAN [unittest arguments]

Each has to be refused with its reason in one line, which `list` and the API show, or to be read; a good document beside them is added, the
server lives, and its memory is what it was when they are added again. The files are made here; those that other tests use as well lie in tests/data.
"""
import io
import json
import os
import re
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import urllib.request
import zipfile
import zlib
from pathlib import Path

PANDUAN = os.path.abspath(sys.argv.pop(1))
DATA = Path(__file__).resolve().parent.parent / "data"
GOOD = "The heron clock of Varnholt strikes thirteen times at noon.\n"
MOST_GROWTH_MB = 120  # of the server's own memory, the second time: what its threads keep for the next file differs from time to time
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
LAUGHS = "<!DOCTYPE w [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY {chr(98 + i)} '{('&' + chr(97 + i) + ';') * 10}'>" for i in range(9)) + "]>"
CONTAINER = '<container><rootfiles><rootfile full-path="c.opf"/></rootfiles></container>'
PACKAGE = '<package><metadata/><manifest><item id="a" media-type="application/xhtml+xml" href="a.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>'
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OPEN = 'xmlns:o="o" xmlns:t="t" xmlns:x="x"'


def zip_of(*members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def overlapping_zip(members, megabytes):
    """Each file quotes the header of the next one and goes on with its packed bytes: all are whole, and hardly anything stands there twice."""
    content = b" " * (megabytes << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    entries, body = [], b""
    for index in reversed(range(members)):
        name = b"f%04d.txt" % index
        if body:  # a block of deflate that is stored
            packed = struct.pack("<BHH", 0, header, header ^ 0xFFFF) + body
            content = body[:header] + content
        facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, zlib.crc32(content), len(packed), len(content), len(name), 0)
        header = 4 + len(facts) + len(name)
        body = b"PK\x03\x04" + facts + name + packed
        entries.append((facts, name, len(body)))
    directory = b"".join(b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(body) - size) + name for facts, name, size in reversed(entries))
    return body + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, members, members, len(directory), len(body), 0)


def nested_bomb():
    """Archives in an archive: each is within every limit, together they are not."""
    return zip_of(*((f"{index}.zip", zip_of(("spaces.txt", b" " * (30 << 20)))) for index in range(5)))


def linked_zip():
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zip_of((link, "/etc/passwd"), ("../../escape.txt", "out"), ("/etc/absolute.txt", "out"))


def linked_tar():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        link = tarfile.TarInfo("folder")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
        through = tarfile.TarInfo("folder/passwd.txt")  # lies behind the link, if that were followed
        through.size = 5
        archive.addfile(through, io.BytesIO(b"wrong"))
    return packed.getvalue()


def pdf_of(*objects):
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj %s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table, len(places) + 1, len(body))


def stream_of(dictionary, content):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (dictionary, len(content), content)


def deep_tree_pdf(depth):
    levels = [b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (number + 1, number - 1) for number in range(2, depth + 2)]
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", *levels, b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]>>" % (depth + 1))


def stream_bomb_pdf():
    packed = zlib.compress(zlib.compress(b"(x) Tj " * (8 << 20), 9), 9)  # 56 MB of 4 KB
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
                  stream_of(b"/Filter[/FlateDecode/FlateDecode]", packed))


def form_loop_pdf():
    """A form that paints itself."""
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
                  b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R/Resources<</XObject<</F 4 0 R>>>>>>",
                  stream_of(b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 4 0 R>>>>", b"/F Do"), stream_of(b"", b"/F Do"))


def png_of(width, height):
    """White, and packed to nearly nothing."""
    chunk = lambda name, content: struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    packer = zlib.compressobj(9)
    line = bytes(1) + b"\xff" * ((width + 7) // 8)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def looping_tiff():
    """Its second page is its first."""
    entries = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 1), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 8), (279, 4, 1, 8)]
    return b"II*\0" + struct.pack("<I", 16) + bytes(8) + struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 16)


def nested_mail(depth):
    opened = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(depth))
    return f"Subject: Deep\nFrom: a@b.example\nMIME-Version: 1.0\n{opened}Content-Type: text/plain\n\nAt the bottom.\n".encode()


def nested_messages(depth):
    return ("Subject: Deep\n" + "Content-Type: message/rfc822\n\nSubject: Deeper\n" * depth + "\nAt the bottom.\n").encode()


def docx_of(body, head=""):
    return zip_of(("word/document.xml", f"<?xml version='1.0'?>{head}<w:document {WORD}><w:body>{body}</w:body></w:document>"))


def odt_of(body, head="", kind="text"):
    return zip_of(("content.xml", f"{head}<o:document-content {OPEN}><o:body><o:{kind}>{body}</o:{kind}></o:body></o:document-content>"))


def epub_of(chapter, package=PACKAGE):
    return zip_of(("META-INF/container.xml", CONTAINER), ("c.opf", package), ("a.xhtml", chapter))


READ = ""  # it is read
EITHER = None  # it is read, or refused with a reason
REFUSED = "."

# name → what is in it, and what its reason has to say
FILES = {
    # of no end
    "page-loop.pdf": ((DATA / "pdf/loop.pdf").read_bytes(), "no pages|broken"),
    "million-pages.pdf": ((DATA / "pdf/claims.pdf").read_bytes(), "1000000 pages.*split it"),
    "deep-tree.pdf": (lambda: deep_tree_pdf(20_000), REFUSED),
    "nested-arrays.pdf": (lambda: pdf_of(b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 300_000 + b"]" * 300_000 + b">>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"), REFUSED),
    "stream-bomb.pdf": (stream_bomb_pdf, REFUSED),
    "form-loop.pdf": (form_loop_pdf, REFUSED),
    "looping.tiff": (looping_tiff, REFUSED),
    "vast.png": (lambda: png_of(60_000, 60_000)[:5000], "pixels.*smaller"),
    "large.png": (lambda: png_of(4_000, 4_000), "no text was found"),
    # passwords
    "locked.pdf": ((DATA / "documents/encrypted.pdf").read_bytes(), "encrypted.*without a password"),
    "locked.docx": (COMPOUND, "password.*save a copy"),
    "locked.xlsx": (COMPOUND, "password.*save a copy"),
    "locked.pptx": (COMPOUND, "password.*save a copy"),
    "locked.odt": ((DATA / "office/bad-password.odt").read_bytes(), "password.*save a copy"),
    "locked.epub": (lambda: zip_of(("META-INF/container.xml", CONTAINER), ("META-INF/encryption.xml", "<e><EncryptedData><CipherData><CipherReference URI='a.xhtml'/></CipherData></EncryptedData></e>"), ("c.opf", PACKAGE), ("a.xhtml", bytes(range(128, 256)) * 40)), REFUSED),
    "locked.zip/secret.txt": ((DATA / "containers/password.zip").read_bytes(), "password.*unpack it"),
    # entities that grow
    "laughs.docx": (lambda: docx_of("<w:p><w:r><w:t>Seen &j; words</w:t></w:r></w:p>", LAUGHS), READ),
    "laughs.odt": (lambda: odt_of("<x:p>Seen &j; words</x:p>", LAUGHS), READ),
    "laughs.epub": (lambda: epub_of(f"{LAUGHS}<html><body><p>Seen &j; words</p></body></html>", LAUGHS.replace("DOCTYPE w", "DOCTYPE package") + PACKAGE), READ),
    "laughs.html": (lambda: f"{LAUGHS}<p>Seen &j; words</p>".encode(), READ),
    "other-file.docx": (lambda: docx_of("<w:p><w:r><w:t>Seen &x; words</w:t></w:r></w:p>", "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"), READ),
    # bombs
    "bomb.docx": ((DATA / "office/bad-bomb.docx").read_bytes(), "unpacks to more"),
    "bomb.zip": (lambda: zip_of(*((f"spaces-{index}.txt", b" " * (40 << 20)) for index in range(3))), "made to fill a disk"),
    "overlapping.zip": (lambda: overlapping_zip(20, 10), "made to fill a disk"),
    "nested.zip": (nested_bomb, "together with the archives in it"),
    "deep.zip/1.zip/2.zip/3.zip": (lambda: zip_of(("1.zip", zip_of(("2.zip", zip_of(("3.zip", zip_of(("4.txt", "deep")))))))), "more than 3 deep"),
    "many.zip": (lambda: zip_of(*((f"{index}.none", "") for index in range(20_000))), REFUSED),
    # ways out
    "linked.zip/link.txt": (linked_zip, "a link"),
    "linked.tar/folder": (linked_tar, "a link"),
    "linked.txt": (lambda: Path("/etc/passwd"), "leads out"),
    # nesting
    "nested.html": (lambda: b"<div><b><table><tr><td>" * 40_000 + b"deep", EITHER),
    "nested.md": (lambda: b"> " * 100_000 + b"deep\n" + b"[" * 100_000 + b"*a **b " * 50_000, EITHER),
    "nested.rst": (lambda: "".join(" " * min(level, 500) + f"- {level}\n\n" for level in range(1000)).encode(), EITHER),
    "nested.json": (lambda: b'{"a":[' * 200_000, "deep|nest"),
    "nested.eml": (lambda: nested_mail(2_000), EITHER),
    "messages.eml": (lambda: nested_messages(20_000), EITHER),
    "nested.docx": ((DATA / "office/bad-nested.docx").read_bytes(), EITHER),
    "nested.odt": (lambda: odt_of("<x:section>" * 100_000 + "<x:p>deep</x:p>" + "</x:section>" * 100_000), EITHER),
    "nested.epub": (lambda: epub_of("<div>" * 100_000 + "deep"), EITHER),
    "nested.py": (lambda: b"(" * 5_000 + b"\n" + b"[{" * 5_000, EITHER),
    "nested.c": (lambda: b"int f(){" + b"{if(a){" * 2_000, EITHER),
    # sizes that are only said
    "repeated.ods": (lambda: odt_of('<t:table t:name="T"><t:table-row t:number-rows-repeated="2000000000"><t:table-cell t:number-columns-repeated="2000000000"><x:p>cell</x:p></t:table-cell></t:table-row></t:table>', kind="spreadsheet"), EITHER),
    "far.xlsx": (lambda: zip_of(("xl/workbook.xml", '<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>'), ("xl/_rels/workbook.xml.rels", '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>'),
                                ("xl/s.xml", '<worksheet><sheetData><row r="99999999999"><c r="ZZZZZZZ99999999999" t="inlineStr"><is><t>far away</t></is></c></row></sheetData></worksheet>')), EITHER),
    "quote.csv": (lambda: b'a,b\n"' + b"x,\n" * 5_000, EITHER),
}


class HostileFilesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.files = self.root / "files"
        self.files.mkdir()
        self.environment = {"PANDUAN_ENGINE_THREADS": "1", **os.environ, "PANDUAN_DATA_DIR": str(self.root / "data"), "PANDUAN_MODELS_CHAT": "qwen2.5-coder-0.5b", "PANDUAN_SERVER_PORT": "0"}

    def run_panduan(self, *arguments, codes=(0,), timeout=600):
        done = subprocess.run([PANDUAN, *arguments], env=self.environment, capture_output=True, timeout=timeout)
        self.assertIn(done.returncode, codes, f"panduan {arguments}: {done.stdout[-1000:]} {done.stderr[-1000:]}")
        return [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]

    def start_server(self):
        server = subprocess.Popen([PANDUAN, "serve"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()))
        return server, re.search(r"http://\S+/", server.stdout.readline()).group()

    def memory_mb(self, server, what="RssAnon"):
        return int(re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text()).group(1)) / 1024

    def check_reason(self, source, reason):
        self.assertRegex(reason, r"^[^\n]{5,400}$", source)
        self.assertNotRegex(reason, r"std::|bad_alloc|\[json|exception|assert", source)

    def test_each_is_refused_with_its_reason_or_read(self):
        for name, (content, _) in FILES.items():
            path = self.files / name.split("/")[0]
            content = content() if callable(content) else content
            path.symlink_to(content) if isinstance(content, Path) else path.write_bytes(content)
        (self.files / "good.txt").write_text(GOOD)
        server, address = self.start_server()
        began = time.monotonic()
        self.run_panduan("add", str(self.files), "--json", codes=(1,))
        first, seconds = self.memory_mb(server), time.monotonic() - began
        self.run_panduan("remove", str(self.files))
        told = self.run_panduan("add", str(self.files), "--json", codes=(1,))
        listed = {one["source"]: one["reason"] for one in self.run_panduan("list", "--json")[0]["failed"]}
        with urllib.request.urlopen(address + "api/v1/documents", timeout=30) as answer:
            self.assertEqual({one["source"]: one["reason"] for one in json.load(answer)["failed"]}, listed)
        read = {one["source"] for one in told if one.get("outcome") in ("added", "unchanged")}
        for source, reason in sorted(listed.items()):
            print(f"{source.removeprefix(str(self.files) + '/')}: {reason}")
            self.check_reason(source, reason)
        for name, (_, expected) in FILES.items():
            with self.subTest(name=name):
                source = str(self.files / name)
                is_read = source in read
                if expected is not None:
                    self.assertEqual(is_read, expected == READ, listed.get(source))
                if not is_read:
                    self.assertRegex(listed.get(source, ""), expected or REFUSED)
        print(f"{len(FILES)} files, {len(listed)} reasons, {seconds:.0f} s; memory of the server: {first:.0f} MB, the second time {self.memory_mb(server):.0f} MB")
        if not os.environ.get("PANDUAN_KEEPS_FREED_MEMORY"):
            self.assertLess(self.memory_mb(server) - first, MOST_GROWTH_MB)
        hit = self.run_panduan("search", "--json", "heron clock of Varnholt")[0]
        self.assertEqual((hit["source"], hit["text"]), (str(self.files / "good.txt"), GOOD.strip()))

    def test_a_line_of_two_gigabytes_is_not_read(self):
        for name in ("line.txt", "line.pdf", "line.zip", "line.eml", "line"):
            with open(self.files / name, "wb") as file:
                file.truncate(2 << 30)
        (self.files / "good.txt").write_text(GOOD)
        server, _ = self.start_server()
        began = time.monotonic()
        self.run_panduan("add", str(self.files), str(self.files / "line"), "--json", codes=(1,))
        listed = {one["source"]: one["reason"] for one in self.run_panduan("list", "--json")[0]["failed"]}
        self.assertEqual({Path(source).name for source in listed}, {"line.txt", "line.pdf", "line.zip", "line.eml", "line"})
        for source, reason in listed.items():
            self.assertRegex(reason, r"2147483648 bytes, the limit is \d+: split it, or raise documents.max_file_mb", source)
        self.assertLess(time.monotonic() - began, 60)
        if not os.environ.get("PANDUAN_KEEPS_FREED_MEMORY"):
            self.assertLess(self.memory_mb(server, "VmHWM"), 1500)

    def test_what_becomes_a_pipe_or_a_device_is_not_waited_for(self):
        (self.files / "a.txt").write_text("First.\n")
        (self.files / "good.txt").write_text(GOOD)
        self.start_server()
        self.run_panduan("sync", str(self.files))
        for name in ("a.txt", "a", "folder.zip", "a.eml"):
            (self.files / name).unlink(missing_ok=True)
            os.mkfifo(self.files / name)
        self.run_panduan("add", *(str(self.files / name) for name in ("a.txt", "a", "folder.zip", "a.eml")), "/dev/zero", codes=(1,), timeout=60)
        listed = {one["source"]: one["reason"] for one in self.run_panduan("list", "--json")[0]["failed"]}
        self.assertEqual(len(listed), 5, listed)
        for source, reason in listed.items():
            self.assertRegex(reason, "it is not a regular file", source)
        self.run_panduan("sync", str(self.files), timeout=60)
        self.assertEqual([Path(one["source"]).name for one in self.run_panduan("list", "--json")[0]["documents"]], ["good.txt"])

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_what_may_not_be_read_says_so(self):
        (self.files / "secret.txt").write_text("Secret.\n")
        (self.files / "secret.txt").chmod(0)
        self.run_panduan("add", str(self.files), codes=(1,))
        self.assertRegex(self.run_panduan("list", "--json")[0]["failed"][0]["reason"], "Permission denied")


if __name__ == "__main__":
    unittest.main(verbosity=2)
