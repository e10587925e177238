#!/usr/bin/env python3
"""Adds damaged files of every format through a running server, which has to live, and to keep what it holds. Usage: mutated_files_test.py PANDUAN [COUNT [SEED]]

Twenty good documents come first. Then COUNT files (10,000) are made of the small real ones in tests/data and fuzz/corpus: cut off, with bits
flipped, blocks moved, lengths changed, tokens put in, under the ending of another format, spliced of two, or, where they are archives, with a
member changed in these ways and packed anew. They are added in folders of 250, looked at, and removed again. After each folder:

- the server answers, has no worker left, and its memory is what it was;
- each file is a document, holds some, or is listed as failed with its reason in one line;
- the good documents are the same byte for byte: id, version, hash, text, chunks, index terms, vectors, original bytes;
- and a search finds a good document by its words. In the end a question does so too.

It prints what became of the files by format, the reasons by kind, and the memory of the server.
"""
import collections
import contextlib
import io
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

PANDUAN = os.path.abspath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 7
ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER_FILES = 250
MOST_BYTES = 40_000  # of a file to begin with
MOST_WRONG_BYTES = 8_000  # of one under another ending: an office document that is unpacked like an archive is pages of XML to embed
MOST_GROWTH_MB = 40  # of the server's memory, once it is warm
FACT = "The heron clock of Varnholt strikes thirteen times at noon.\n"
QUESTION = "How many times does the heron clock of Varnholt strike at noon?"
CODE = {"bash": "sh", "csharp": "cs", "javascript": "js", "python": "py", "rust": "rs", "typescript": "ts", "other": "rb"}
WORDS = {"notes": "md", "page": "html", "styled-page": "html", "text": "txt"}
TOKENS = [b"\0" * 40, b"\xff\xfe\xff", b"\xed\xa0\x80", b"<!ENTITY x '&x;&x;'>", b"]]>", b"<![CDATA[", b"<div><table><tr><td>" * 400, b"[" * 3000, b"{\"a\":" * 500, b"(" * 3000,
          b"/* \" ' `", b"%PDF-1.7\n", b"endstream endobj\n", b"1 0 R /Kids [1 0 R]", b"/Count 1000000 ", b"PK\x05\x06", b"PK\x03\x04", b"--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" * 60,
          b"\r\n\r\n", b"=?utf-8?B?////?=", b"&#xD800;&#x110000;", b"../../../../etc/passwd\0", b"\"\n\"", b"::\n\n  .. include:: /etc/passwd\n", b"999999999999999999999", b"\xf4\x90\x80\x80", b"<w:p>", b"a" * 20_000]


def ending_of(path):
    """Of a file in fuzz/corpus, whose name says its format behind the last dash."""
    if path.parent.name != "load_document":
        return "".join(path.suffixes)[1:]
    word = path.name.split("-")[-1]
    return WORDS.get(path.name) or (CODE.get(word, word) if path.name.startswith("code-") else word)


def real_files():
    """ending → the bytes of each"""
    found = collections.defaultdict(list)
    folders = [ROOT / "tests/data" / name for name in ("documents", "office", "pdf", "pictures", "containers")]
    for path in sorted(path for folder in [*folders, ROOT / "fuzz/corpus/load_document"] for path in folder.iterdir()):
        ending = ending_of(path)
        if not ending or path.stat().st_size > MOST_BYTES:
            continue
        content = path.read_bytes()
        found[ending].append(content[1:] if path.parent.name == "load_document" else content)
    return found


def change(chance, content, others, deep=True):
    """The changed bytes, and what was done to them."""
    is_zip = content.startswith(b"PK\x03\x04")
    kind = chance.choice(["cut", "flip", "swap", "length", "token", "splice", "repeat"] + ["member"] * (5 if is_zip and deep else 0))
    at, to = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    if kind == "cut":
        return content[: max(1, at)], kind
    if kind == "flip":
        changed = bytearray(content)
        for _ in range(chance.choice((1, 3, 20))):
            changed[chance.randrange(chance.choice((min(64, len(changed)), len(changed))))] ^= 1 << chance.randrange(8)
        return bytes(changed), kind
    if kind == "swap":
        end = chance.randrange(to, len(content) + 1)
        return content[:at] + content[to:end] + content[at:to] + content[end:], kind
    if kind == "length":
        numbers = list(re.finditer(rb"\d+", content))
        if numbers and chance.random() < 0.5:
            number = chance.choice(numbers)
            return content[: number.start()] + chance.choice((b"0", b"-1", b"65536", b"4294967295", b"99999999999999999999")) + content[number.end() :], kind
        field = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x7f\xff\xff\xff", b"\0\x80", b"\xff", chance.randbytes(4)))
        return content[:at] + field + content[at + len(field) :], kind
    if kind == "token":
        return content[:at] + chance.choice(TOKENS) + content[at:], kind
    if kind == "splice":
        other = chance.choice(others)
        return content[:at] + other[chance.randrange(len(other)) :], kind
    if kind == "repeat":
        return content[:to] + content[at:to] * chance.choice((1, 5, 50)) + content[to:], kind
    return change_member(chance, content, others), kind


def change_member(chance, content, others):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):  # made to be broken, or locked
        return content[:-1]
    chosen = chance.randrange(len(members))
    name, member = members[chosen]
    what = chance.random()
    if what < 0.1:
        members.pop(chosen)
    elif what < 0.2:
        members[chosen] = (name, members[chance.randrange(len(members))][1])
    else:
        members[chosen] = (name, change(chance, member or b" ", others, deep=False)[0])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members:
            archive.writestr(name, member)
    return packed.getvalue()


class Server:
    """panduan serve on a data folder, and the commands that go through it."""

    def __init__(self, root):
        self.environment = {"PANDUAN_ENGINE_THREADS": "1", **os.environ, "PANDUAN_DATA_DIR": str(root / "data"), "PANDUAN_MODELS_CHAT": "qwen2.5-coder-0.5b", "PANDUAN_SERVER_PORT": "0"}
        self.database = root / "data/panduan.db"
        self.said = open(root / "server.log", "w+")
        self.process = subprocess.Popen([PANDUAN, "serve"], env=self.environment, stdout=subprocess.PIPE, stderr=self.said, text=True)
        self.address = re.search(r"http://\S+/", self.process.stdout.readline()).group()

    def run(self, *arguments, codes=(0,)):
        done = subprocess.run([PANDUAN, *arguments], env=self.environment, capture_output=True, timeout=3600)
        assert done.returncode in codes, f"panduan {arguments} ended with {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}"
        return [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return json.load(answer)

    def memory_mb(self):
        """Of its own: the models are files that are mapped."""
        return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text()).group(1)) / 1024

    def workers(self):
        return subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True).stdout.split()

    def rows(self, query, *arguments):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(query, arguments).fetchall()

    def holds(self, folder):
        """All that is stored of the documents of a folder."""
        versions = "FROM documents d JOIN document_versions v ON v.id = d.current_version_id JOIN contents c ON c.id = v.content_id "
        below = "WHERE substr(d.source, 1, ?) = ? ORDER BY d.source, 2"
        arguments = (len(str(folder)) + 1, f"{folder}/")
        return (self.rows(f"SELECT d.source, d.public_id, v.ordinal, v.content_sha256, c.title, c.media_type, c.canonical_text, b.bytes {versions} JOIN content_bytes b ON b.content_id = c.id {below}", *arguments),
                self.rows(f"SELECT d.source, k.ordinal, k.byte_begin, k.byte_end, k.heading_path, k.tokens, w.c0, x.vector {versions} "
                          f"JOIN chunks k ON k.content_id = c.id JOIN words_1_content w ON w.id = k.id JOIN vectors x ON x.chunk_id = k.id {below}", *arguments),
                self.rows(f"SELECT d.source, p.ordinal, p.label, p.byte_begin, p.byte_end, p.word_boxes {versions} JOIN pages p ON p.content_id = c.id {below}", *arguments))

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.said.close()


def make_good(folder, real):
    folder.mkdir()
    (folder / "clock.txt").write_text(FACT)
    (folder / "钟.md").write_text("# 苍鹭钟\n\n瓦恩霍特的苍鹭钟在正午敲十三下。\n")
    for ending in ("docx", "xlsx", "pptx", "odt", "odp", "ods", "epub", "pdf", "html", "md", "csv", "json", "rst", "eml", "py", "cpp", "sh", "zip"):
        (folder / f"good.{ending}").write_bytes(real[ending][-1 if ending in ("docx", "pptx", "ods", "eml") else 0])


def check_reason(source, reason):
    assert reason and "\n" not in reason and len(reason) < 500, f"{source}: a reason is one line: {reason!r}"
    assert not re.search(r"std::|basic_string|vector::|bad_alloc|\[json|exception|assert", reason), f"{source}: a reason is for a person: {reason!r}"


def kind_of(reason):
    reason = re.sub(r"^cannot read '/[^']*'", "cannot read FILE", reason)
    return re.sub(r"\d+", "N", re.sub(r"\(.*\)|'[^']*'", "…", reason))[:100]


def main():
    real = real_files()
    endings = sorted(real)
    everything = [content for contents in real.values() for content in contents]
    outcomes, kinds, reasons, memory = collections.defaultdict(collections.Counter), collections.Counter(), collections.Counter(), []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as root, contextlib.ExitStack() as at_the_end:
        root = Path(root).resolve()
        server = Server(root)
        at_the_end.callback(server.kill)
        make_good(root / "good", real)
        server.run("add", str(root / "good"), "--json", codes=(0, 1))
        good = server.holds(root / "good")
        assert len(good[0]) >= 20 and len(good[1]) >= 20, [row[0] for row in good[0]]
        print(f"{len(good[0])} good documents in {len(good[1])} passages; {len(everything)} real files of {len(endings)} endings", flush=True)
        for first in range(0, COUNT, FOLDER_FILES):
            folder = root / "changed"
            folder.mkdir()
            for index in range(first, min(first + FOLDER_FILES, COUNT)):
                chance = random.Random(SEED * 1_000_003 + index)
                ending = endings[index % len(endings)]
                content, kind = chance.choice(real[ending]), "wrong ending"
                if chance.random() < 0.08 and len(content) < MOST_WRONG_BYTES:
                    ending = chance.choice(endings)
                else:
                    content, kind = change(chance, content, everything)
                kinds[kind] += 1
                (folder / f"{index}.{ending}").write_bytes(content)
            paths = {str(path): "".join(path.suffixes)[1:] for path in folder.iterdir()}
            told = server.run("add", str(folder), "--json", codes=(0, 1))
            assert told[-1]["event"] == "summary", told[-1]
            stored = {row[0] for row in server.rows("SELECT source FROM documents")}
            failed = {one["source"]: one["reason"] for one in server.run("list", "--json")[0]["failed"]}
            assert {one["source"] for one in told if one.get("outcome") == "failed"} == failed.keys(), "what failed is what is listed as failed"
            for source, reason in failed.items():
                check_reason(source, reason)
                reasons[kind_of(reason)] += 1
            holders = {str(folder / Path(source).relative_to(folder).parts[0]) for source in stored | failed.keys() if source.startswith(f"{folder}/")}
            for path, ending in paths.items():
                assert path in holders, f"nothing is known of {path}"
                outcomes[ending]["failed" if path in failed else "added"] += 1
            assert server.process.poll() is None and server.get("healthz")["status"] == "ok" and server.get("readyz")["ready"], "the server lives"
            assert not server.workers(), f"workers are left: {server.workers()}"
            assert server.get("api/v1/documents?limit=1")["failed"], "the API lists what failed"
            assert server.holds(root / "good") == good, "a good document was changed"
            hit = server.run("search", "--json", "heron clock of Varnholt")[0]
            assert hit["source"] == str(root / "good/clock.txt") and hit["text"] == FACT.strip(), hit
            memory.append(server.memory_mb())
            if first + FOLDER_FILES >= COUNT:
                events = server.run("ask", "--json", QUESTION, codes=(0, 3))
                passages = next(event for event in events if event["event"] == "passages")
                assert str(root / "good/clock.txt") in json.dumps(passages, ensure_ascii=False), passages
            server.run("remove", str(folder))
            assert server.holds(root / "good") == good, "a good document was changed by a removal"
            subprocess.run(["rm", "-r", str(folder)], check=True)
            print(f"{first + len(paths):6} files, {time.monotonic() - began:6.0f} s, {len(failed):4} of them or of what they hold failed, {memory[-1]:5.0f} MB", flush=True)
        server.run("remove", str(root / "good/clock.txt"))
        assert server.stop() == 0, "the server ends when it is asked to"
        report = server.run("doctor", "--json", codes=(0, 1))[0]
        assert report["well"], {**report, "settings": None}
        server.said.seek(0)
        log = server.said.read()
    print("\nending    added failed")
    for ending, counts in sorted(outcomes.items()):
        print(f"{ending:9} {counts['added']:5} {counts['failed']:6}")
    print("\n" + ", ".join(f"{kind}: {count}" for kind, count in kinds.most_common()) + "\n")
    for reason, count in reasons.most_common():
        print(f"{count:6}  {reason}")
    warm = memory[min(2, len(memory) - 1) :]
    growth = max(warm) - warm[0]
    middle = (len(warm) - 1) / 2
    slope = sum((at - middle) * value for at, value in enumerate(warm)) / max(1, sum((at - middle) ** 2 for at in range(len(warm))))
    print(f"\nmemory of the server: {warm[0]:.0f} MB when warm, at most {max(warm):.0f} MB, {slope * 1000 / FOLDER_FILES:+.1f} MB with 1,000 files; lines in its log: {len(log.splitlines())}")
    assert growth < MOST_GROWTH_MB or os.environ.get("PANDUAN_KEEPS_FREED_MEMORY"), f"the server's memory grew by {growth:.0f} MB"


if __name__ == "__main__":
    main()
