#!/usr/bin/env python3
"""Kills `panduan sync` at random moments, and compares the store with that of a run that was left alone. Usage: sync_kill_test.py PANDUAN [KILLS]

The folder has 500 files; while the runs are killed, files are changed, moved and removed. In the end both stores have to hold the same
documents, each with the same text, chunks, index terms and, but for what rounding in batches of another size does, vectors.
"""
import array
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PANDUAN = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 50
FILES = 500
SEED = 7


def content(number, edition):
    return f"# Record {number}\n\nBridge {number} was opened in {1800 + number % 200}.\n\n大桥{number}全长{number * 7 % 991}米，第{edition}版。\n"


def run(data, *arguments):
    done = subprocess.run([PANDUAN, "--data", str(data), *arguments], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"panduan {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def kill_one(data, folder, seconds):
    """True when it was killed before it was done."""
    process = subprocess.Popen([PANDUAN, "--data", str(data), "sync", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    was_running = process.poll() is None
    process.kill()
    process.wait()
    return was_running


def disturb(folder, chance, edition):
    """Changes, moves, removes and adds a few files, as people do."""
    files = sorted(folder.rglob("*.md"))
    for path in chance.sample(files, 4):
        path.write_text(content(int(path.stem), edition))
    for path in chance.sample(files, 2):
        target = folder / f"folder-{edition % 5}" / path.name
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
    gone = chance.choice(sorted(folder.rglob("*.md")))
    gone.unlink()
    (folder / f"{1000 + edition}.md").write_text(content(1000 + edition, edition))


def stored(data):
    """source → (text, [(range, path, terms)]), and the vectors in the same order.

    The terms are those that the word index keeps, whose agreement with its lists is doctor's to check: Debian's own SQLite knows no
    secure deletion, and will not open an index that has it.
    """
    with sqlite3.connect(f"file:{data}/panduan.db?mode=ro", uri=True) as database:
        texts, chunks, vectors = {}, {}, {}
        for source, text, content_id in database.execute(
            "SELECT d.source, c.canonical_text, c.id FROM documents d JOIN document_versions v ON v.id = d.current_version_id JOIN contents c ON c.id = v.content_id"):
            texts[source] = bytes(text)
            rows = database.execute(
                "SELECT k.byte_begin, k.byte_end, k.heading_path, w.c0, x.vector FROM chunks k JOIN words_1_content w ON w.id = k.id JOIN vectors x ON x.chunk_id = k.id "
                "WHERE k.content_id = ? ORDER BY k.ordinal", (content_id,)).fetchall()
            chunks[source] = [row[:4] for row in rows]
            vectors[source] = [array.array("f", row[4]) for row in rows]
    return texts, chunks, vectors


def main():
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as root:
        root = Path(root).resolve()
        folder = root / "folder"
        folder.mkdir()
        for number in range(FILES):
            (folder / f"{number}.md").write_text(content(number, 0))
        killed = 0
        for edition in range(1, KILLS + 1):
            killed += kill_one(root / "killed", folder, chance.uniform(0.05, 2.0))
            if edition % 4 == 0:
                disturb(folder, chance, edition)
                report = json.loads(run(root / "killed", "doctor", "--json"))
                assert report["well"], report
        assert killed >= KILLS / 2, f"only {killed} of {KILLS} runs were still going when they were killed"
        run(root / "killed", "sync", str(folder))
        assert json.loads(run(root / "killed", "doctor", "--json"))["well"]
        run(root / "alone", "sync", str(folder))
        one, other = stored(root / "killed"), stored(root / "alone")
        assert one[0].keys() == {str(path) for path in folder.rglob("*.md")}, "the documents are not the files of the folder"
        assert one[0] == other[0], "the texts differ"
        assert one[1] == other[1], "the chunks differ"
        likeness = min(sum(a * b for a, b in zip(left, right)) for source in one[2] for left, right in zip(one[2][source], other[2][source]))
        assert likeness > 0.999, f"a vector differs: its cosine with the other one is {likeness}"
        print(f"sync: killed {killed} times in {KILLS}; {len(one[0])} documents and {sum(map(len, one[1].values()))} chunks are the same, the least cosine of two vectors is {likeness:.6f}")


if __name__ == "__main__":
    main()
