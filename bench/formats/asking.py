"""A store of its own, filled and searched as a person would: by the program's commands and its API."""
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import time
import unicodedata
import urllib.request


class Server:
    def __init__(self, program, data):
        self.program, self.data = str(pathlib.Path(program).resolve()), str(data)
        self.environment = {**os.environ, "PANDUAN_DATA_DIR": self.data, "PANDUAN_ENGINE_THREADS": os.environ.get("PANDUAN_ENGINE_THREADS", "1")}

    def run(self, *arguments):
        ran = subprocess.run([self.program, *arguments], env=self.environment, capture_output=True, text=True)
        if ran.returncode not in (0, 3):
            raise RuntimeError(f"panduan {' '.join(arguments)}: {ran.stderr or ran.stdout}")
        return ran.stdout

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen([self.program, "serve", "--port", str(self.port)], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def search(self, question, limit=10):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/search", json.dumps({"question": question, "limit": limit}).encode("utf-8"), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["hits"]


def packed(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def packed_row(cells):
    return re.sub(r"\|+$", "", packed("|".join(cells)))


def rows_in(text, rows):
    lines = {re.sub(r"\|+$", "", packed(line)) for line in text.split("\n")}
    return [row for row in rows if packed_row(row) in lines]


def ask(server, table, questions):
    """What became of each question."""
    known = {}
    figures = {"questions": len(questions), "first": 0, "first and named": 0, "top 3": 0, "by words": 0, "by meaning": 0, "other table": 0, "other chunk": 0, "chunk rows": []}
    for question, row, _ in questions:
        hits = server.search(question)
        for hit in hits:
            key = hit["document_id"], hit["range"]["begin"]
            if key not in known:
                own = pathlib.Path(hit["source"]).stem == table.name
                known[key] = {packed_row(other) for other in rows_in(hit["text"], table.rows[1:])} if own else None
        found = [known[hit["document_id"], hit["range"]["begin"]] for hit in hits]
        right = [own is not None and packed_row(row) in own for own in found]
        figures["top 3"] += any(right[:3])
        for way, rank in (("by words", "word_rank"), ("by meaning", "vector_rank")):
            figures[way] += any(hit[rank] == 1 and own for hit, own in zip(hits, right))
        if right and right[0]:
            figures["first"] += 1
            figures["chunk rows"].append(len(found[0]))
            named = packed_row(table.rows[0])
            figures["first and named"] += named in packed(hits[0]["heading_path"]) or named in {packed(line) for line in hits[0]["text"].split("\n")}
        elif not found or found[0] is None:
            figures["other table"] += 1
        else:
            figures["other chunk"] += 1
    figures["median rows"] = statistics.median(figures["chunk rows"]) if figures["chunk rows"] else 0
    return figures
