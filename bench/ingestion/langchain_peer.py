"""The other side of compare-ingestion: LangChain's loaders and splitter, Chroma on disk, an embedder behind llama-server's API. Prints one line of JSON.

Written as LangChain's own tutorials are: load, split, add to the store, query. Where its documentation recommends a slow loader there is a lighter one (--loaders light).
"""
import argparse
import concurrent.futures
import email
import email.policy
import http.client
import itertools
import json
import pathlib
import re
import sys
import threading
import time
import urllib.parse
import warnings
import zipfile

import bs4
import tokenizers
from langchain_chroma import Chroma
from langchain_community import document_loaders as loaders
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

warnings.filterwarnings("ignore")

CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
# 1,000 characters of English are about 256 tokens; so are 385 of Chinese.
CHUNK_CHARACTERS, CHINESE_WEIGHT = 1000, 2.6
MOST_TOKENS = 480  # the model takes 512, the prefix and its marks with them; where the tokens are denser at the beginning the rest is room


def length_of(text):
    return len(text) if text.isascii() else int(len(text) + (CHINESE_WEIGHT - 1) * len(CHINESE.findall(text)))


class ServerEmbeddings(Embeddings):
    """llama-server's /v1/embeddings, several texts a request and several requests at once, on connections that stay open. Texts that are too long are cut first, for llama-server refuses them."""

    def __init__(self, url, batch, at_once, tokenizer):
        self.tokenizer = tokenizer
        self.address, self.batch = urllib.parse.urlsplit(url).netloc, batch
        self.own = threading.local()
        self.pool = concurrent.futures.ThreadPoolExecutor(at_once)
        self.tokens = self.cut = self.refused = 0
        self.seconds = 0.0

    def ask(self, texts):
        body = json.dumps({"input": texts, "encoding_format": "float"})
        for is_last in (False, True):
            if not hasattr(self.own, "connection"):
                self.own.connection = http.client.HTTPConnection(self.address, timeout=600)
            try:
                self.own.connection.request("POST", "/v1/embeddings", body, {"Content-Type": "application/json"})
                answer = self.own.connection.getresponse()
                said = answer.read()
                break
            except (ConnectionError, http.client.HTTPException):  # the server closes a connection that was idle
                del self.own.connection
                if is_last:
                    raise
        if answer.status != 200:
            if b"too large" not in said and b"exceed" not in said:
                raise RuntimeError(f"llama-server answered {answer.status}: {said[:300]}")
            if len(texts) > 1:  # one of them has more tokens than the model takes
                return [vector for text in texts for vector in self.ask([text])]
            self.refused += 1
            return self.ask([texts[0][: len(texts[0]) * 3 // 4]])
        told = json.loads(said)
        self.tokens += told["usage"]["prompt_tokens"]
        return [entry["embedding"] for entry in sorted(told["data"], key=lambda entry: entry["index"])]

    def embed(self, texts, prefix):
        began = time.monotonic()
        texts = [self.shortened(text, encoded) for text, encoded in zip(texts, self.tokenizer.encode_batch_fast(texts) if len(texts) > 1 else [None])]
        # Texts of like length go together, as it is for panduan.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        groups = [order[begin:begin + self.batch] for begin in range(0, len(order), self.batch)]
        vectors = [None] * len(texts)
        for group, found in zip(groups, self.pool.map(lambda group: self.ask([prefix + texts[index] for index in group]), groups)):
            for index, vector in zip(group, found):
                vectors[index] = vector
        self.seconds += time.monotonic() - began
        return vectors

    def shortened(self, text, encoded):
        if encoded is None or len(encoded.ids) <= MOST_TOKENS:
            return text
        self.cut += 1
        return text[: len(text) * MOST_TOKENS // len(encoded.ids)]

    def embed_documents(self, texts):
        return self.embed(texts, "passage: ")

    def embed_query(self, text):
        return self.embed([text], "query: ")[0]


def one(path, text):
    return [Document(page_content=text, metadata={"source": str(path)})]


def light_csv(path):
    """CSVLoader makes a document of each row, which is embedded alone; rows that share a chunk are faster."""
    return one(path, "\n\n".join(row.page_content for row in loaders.CSVLoader(path, encoding="utf-8").load()))


def light_xlsx(path):
    import openpyxl
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return one(path, "\n".join(" | ".join(str(value) for value in row if value is not None) for row in rows if any(value is not None for value in row)))


def light_pptx(path):
    import pptx
    return one(path, "\n\n".join(shape.text_frame.text for slide in pptx.Presentation(path).slides for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text))


def light_eml(path):
    message = email.message_from_bytes(pathlib.Path(path).read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    return one(path, f"{message['subject']}\n\n{body.get_content() if body else ''}")


def light_epub(path):
    with zipfile.ZipFile(path) as book:
        chapters = [bs4.BeautifulSoup(book.read(name), "lxml").get_text() for name in book.namelist() if name.endswith((".xhtml", ".html"))]
    return one(path, "\n\n".join(chapters))


def text_loader(path):
    return loaders.TextLoader(path, encoding="utf-8").load()


LIGHT = {"html": lambda path: loaders.BSHTMLLoader(path, open_encoding="utf-8").load(), "txt": text_loader, "md": text_loader, "py": text_loader,
         "pdf": lambda path: loaders.PyPDFium2Loader(path).load(), "docx": lambda path: loaders.Docx2txtLoader(path).load(),
         "csv": light_csv, "xlsx": light_xlsx, "pptx": light_pptx, "eml": light_eml, "epub": light_epub}
DOCUMENTED = LIGHT | {"pdf": lambda path: loaders.PyPDFLoader(path).load(), "csv": lambda path: loaders.CSVLoader(path, encoding="utf-8").load(),
                      "md": lambda path: loaders.UnstructuredMarkdownLoader(path).load(), "xlsx": lambda path: loaders.UnstructuredExcelLoader(path).load(),
                      "pptx": lambda path: loaders.UnstructuredPowerPointLoader(path).load(), "eml": lambda path: loaders.UnstructuredEmailLoader(path).load(),
                      "epub": lambda path: loaders.UnstructuredEPubLoader(path).load()}


def load(folder, loader_of):
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                yield from loader_of[path.suffix[1:]](str(path))
            except Exception as error:  # as DirectoryLoader(silent_errors=True): one bad file does not end it
                print(f"langchain: {path}: {error}", file=sys.stderr)
                yield Document(page_content="", metadata={"source": str(path), "failed": True})


def store_all(store, splits, group):
    for begin in range(0, len(splits), group):
        store.add_documents(splits[begin:begin + group])
        print(f"langchain: {min(begin + group, len(splits))}/{len(splits)} chunks", file=sys.stderr, flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("store", type=pathlib.Path)
    arguments.add_argument("--server", required=True)
    arguments.add_argument("--tokenizer", required=True, help="that tokenizer.py wrote")
    arguments.add_argument("--question", required=True)
    arguments.add_argument("--loaders", choices=("light", "documented"), required=True)
    arguments.add_argument("--batch", type=int, required=True, help="texts a request")
    arguments.add_argument("--at-once", type=int, required=True, help="requests at once")
    arguments.add_argument("--group", type=int, required=True, help="chunks that are added to the store at once")
    arguments.add_argument("--records", type=pathlib.Path, help="use LangChain's record manager in this file, which knows what was added before")
    arguments.add_argument("--embed-only", type=int, help="only embed so many chunks, and say how fast")
    given = arguments.parse_args()
    embeddings = ServerEmbeddings(given.server, given.batch, given.at_once, tokenizers.Tokenizer.from_file(given.tokenizer))
    embeddings.embed_query("awake")
    embeddings.tokens, embeddings.seconds = 0, 0.0
    began, processor = time.monotonic(), time.process_time()
    documents = list(load(given.folder, LIGHT if given.loaders == "light" else DOCUMENTED))
    failed = sum(1 for document in documents if document.metadata.pop("failed", False))
    loaded = time.monotonic()
    splits = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARACTERS, chunk_overlap=0, length_function=length_of).split_documents(documents)
    split = time.monotonic()
    if given.embed_only:
        embeddings.embed_documents([part.page_content for part in itertools.islice(splits, given.embed_only)])
        print(json.dumps({"tokens": embeddings.tokens, "seconds": embeddings.seconds, "tokens_per_second": embeddings.tokens / embeddings.seconds}))
        return
    store = Chroma(collection_name="documents", embedding_function=embeddings, persist_directory=str(given.store))
    if given.records:
        from langchain_classic.indexes import SQLRecordManager, index
        records = SQLRecordManager("chroma/documents", db_url=f"sqlite:///{given.records}")
        records.create_schema()
        index(splits, records, store, cleanup="incremental", source_id_key="source", batch_size=given.group, key_encoder="sha256")
    else:
        store_all(store, splits, given.group)
    found = store.similarity_search(given.question, k=3)
    ended = time.monotonic()
    print(json.dumps({"seconds": ended - began, "load_seconds": loaded - began, "split_seconds": split - loaded, "embed_seconds": embeddings.seconds,
                      "store_seconds": ended - split - embeddings.seconds, "python_processor_seconds": time.process_time() - processor,
                      "documents": len({document.metadata["source"] for document in documents}), "failed": failed, "chunks": len(splits), "tokens": embeddings.tokens,
                      "cut": embeddings.cut, "refused": embeddings.refused, "found": [document.metadata["source"] for document in found]}))


main()
