#!/usr/bin/env python3
"""End-to-end tests of the command line: the real binary, real models, real files. Usage: cli_test.py PANDUAN [unittest arguments]"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
import zipfile
from pathlib import Path

PANDUAN = os.path.abspath(sys.argv.pop(1))
DATA = Path(__file__).resolve().parent.parent / "data"
CHAT_MODEL = "qwen2.5-coder-0.5b"  # the smaller of the two: what is tested here is not how clever it is
ENGLISH = "The Aurora bridge was opened in 1932.\n\nIt was designed by Ada Kern and is 898 metres long.\n"
CHINESE = "极光大桥于1932年通车，全长898米。\n\n大桥的设计者是林海。\n"


def packed(text):
    return re.sub(r"\s+", "", text)


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.environment = {**os.environ, "PANDUAN_DATA_DIR": str(self.root / "data"), "PANDUAN_MODELS_CHAT": CHAT_MODEL, "PANDUAN_SERVER_PORT": "0"}
        self.addCleanup(self.folder.cleanup)

    def file(self, name, content):
        path = self.root / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run_panduan(self, *arguments, code=0, input=None):
        done = subprocess.run([PANDUAN, *arguments], env=self.environment, input=input, capture_output=True, timeout=300)
        if code is not None:
            self.assertEqual(done.returncode, code, f"panduan {arguments}: {done.stdout.decode()} {done.stderr.decode()}")
        return done.stdout.decode(), done.stderr.decode()

    def events(self, question, code=0):
        out, _ = self.run_panduan("ask", "--json", question, code=code)
        return [json.loads(line) for line in out.splitlines()]

    def start_server(self):
        server = subprocess.Popen([PANDUAN, "serve"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()))
        address = re.search(r"http://\S+/", server.stdout.readline())
        self.assertIsNotNone(address)
        return server, address.group()

    def test_answers_in_both_languages_with_quotes_that_stand_in_the_source(self):
        self.run_panduan("add", self.file("bridge.txt", ENGLISH), self.file("大桥.md", CHINESE))
        for question, source, answer in (("When was the Aurora bridge opened?", ENGLISH, "1932"), ("大桥的设计者是谁？", CHINESE, "林海")):
            events = self.events(question)
            self.assertEqual(list(dict.fromkeys(e["event"] for e in events)), ["searching", "passages", "quote", "statement", "answer", "verdict", "done"])
            self.assertIn(answer, next(e["text"] for e in events if e["event"] == "answer"))
            for quote in (e for e in events if e["event"] == "quote"):
                self.assertIn(packed(quote["text"]), packed(source))

    def test_says_that_it_does_not_know_when_there_is_nothing(self):
        events = self.events("What is the capital of France?", code=3)
        self.assertEqual([e["event"] for e in events], ["searching", "passages", "verdict", "done"])

    def test_skips_what_has_not_changed_and_replaces_what_has(self):
        path = self.file("a.txt", ENGLISH)
        self.assertIn("1 added", self.run_panduan("add", path)[0])
        self.assertIn("1 the same", self.run_panduan("add", path)[0])
        self.file("a.txt", ENGLISH.replace("1932", "1950"))
        self.assertIn("1 updated", self.run_panduan("add", path)[0])
        self.assertNotIn("1932", self.run_panduan("search", "bridge opened")[0])

    def test_says_in_one_line_what_is_wrong_with_a_file_and_goes_on(self):
        bad = {
            "empty.txt": (b"", "no text"),
            "binary.bin": (bytes(range(256)) * 40, "not a format"),
            "damaged.txt": ("桥梁与隧道".encode() + b"\xff" + "的历史".encode(), "UTF-8"),
            "cut-off.docx": (b"PK\x03\x04" + b"\x14" * 60, "broken or cut off"),
            "broken.pdf": (b"%PDF-1.4\nnothing of the kind", "PDF"),
            "locked.pdf": ((DATA / "documents/encrypted.pdf").read_bytes(), "encrypted"),
            "huge.txt": (ENGLISH.encode() * 40_000, "documents.max_file_mb"),
        }
        paths = [self.file(name, content) for name, (content, _) in bad.items()]
        out, _ = self.run_panduan("--set", "documents.max_file_mb=3", "add", *paths, self.file("good.txt", ENGLISH), code=1)
        for name, (_, reason) in bad.items():
            line = next(line for line in out.splitlines() if name in line)
            self.assertIn("failed", line)
            self.assertIn(reason, line)
        self.assertIn("1 added, 0 updated, 0 the same, 7 failed", out)

    def test_refuses_bad_questions_and_missing_paths(self):
        self.assertIn("cannot add", self.run_panduan("add", str(self.root / "nowhere.txt"), code=3)[1])
        self.assertIn("shorten it", self.run_panduan("ask", "-", code=1, input=b"x" * 100_000)[1])
        self.assertIn("UTF-8", self.run_panduan("ask", "-", code=2, input=b"what \xff is it")[1])
        self.assertIn("empty", self.run_panduan("ask", " ", code=2)[1])
        self.assertIn("not installed", self.run_panduan("ask", "--model", "nothing", "what?", code=4)[1])
        for arguments in (["ask"], ["frobnicate"], ["--set", "nonsense", "list"], ["--set", "server.port=x", "list"]):
            self.run_panduan(*arguments, code=2)

    def test_works_through_the_server_that_owns_the_store(self):
        server, address = self.start_server()
        self.assertIn("1 added", self.run_panduan("add", self.file("bridge.txt", ENGLISH))[0])
        self.assertEqual(self.events("When was the Aurora bridge opened?")[-1]["event"], "done")
        with urllib.request.urlopen(address + "api/v1/documents") as answer:
            self.assertEqual(len(json.load(answer)["documents"]), 1)
        _, error = self.run_panduan("serve", code=5)
        self.assertIn("in use by process", error)
        os.chdir(self.root)  # a relative path is one of the command line, not of the server
        self.addCleanup(os.chdir, "/")
        self.assertIn("removed", self.run_panduan("remove", "bridge.txt")[0])
        self.assertIn("no document", self.run_panduan("remove", "bridge.txt", code=3)[1])
        self.assertIn("1 added", self.run_panduan("add", "bridge.txt")[0])
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(20), 0)
        self.assertIn("bridge.txt", self.run_panduan("list")[0])

    def test_without_a_chat_model_it_quotes_what_comes_nearest(self):
        self.run_panduan("add", self.file("bridge.txt", ENGLISH), self.file("大桥.md", CHINESE))
        models = Path(json.loads(self.run_panduan("doctor", "--json")[0])["settings"]["models.dir"]["value"])
        (self.root / "models").mkdir()
        (self.root / "models" / "multilingual-e5-small-q4_0.gguf").symlink_to(models / "multilingual-e5-small-q4_0.gguf")
        self.environment |= {"PANDUAN_MODELS_DIR": str(self.root / "models"), "PANDUAN_MODELS_CHAT": "auto"}
        events = self.events("When was the Aurora bridge opened?")
        self.assertEqual(list(dict.fromkeys(e["event"] for e in events)), ["searching", "passages", "quote", "verdict", "done"])
        self.assertIn("1932", next(e["text"] for e in events if e["event"] == "quote"))
        out, _ = self.run_panduan("ask", "大桥于哪一年通车？")
        self.assertIn("没有安装对话模型", out)
        self.assertIn("1932", out)
        self.run_panduan("ask", "--risk", "0.1", "When?", code=2)

    def test_explains_what_the_model_was_asked(self):
        self.run_panduan("add", self.file("bridge.txt", ENGLISH))
        out, _ = self.run_panduan("ask", "--explain", "When was the Aurora bridge opened?")
        self.assertRegex(out, r"prompt 1: \w+, version \d")
        self.assertIn("<|im_start|>", out)  # as the model's template has it
        asked = self.events("When was the Aurora bridge opened?")[-1]["asked"]
        self.assertTrue(asked and all(set(one) == {"prompt", "version"} for one in asked))

    def test_a_workspace_has_its_own_voice_and_cuts_documents_in_its_own_way(self):
        text = "".join(f"Bridge number {i} was opened in {1900 + i}. " for i in range(40))
        path = self.file("bridges.txt", text)
        self.assertIn("1 added", self.run_panduan("add", path)[0])
        server, _ = self.start_server()
        out, _ = self.run_panduan("workspace", "set", "chunk_tokens", "64")
        self.assertIn("1 document was cut in another way", out)
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(20), 0)
        before = json.loads(self.run_panduan("list", "--json")[0])["documents"][0]["chunks"]
        self.assertIn("1 updated", self.run_panduan("add", path)[0])
        self.assertGreater(json.loads(self.run_panduan("list", "--json")[0])["documents"][0]["chunks"], before)
        self.run_panduan("workspace", "set", "role", "You are a bridge keeper.")
        shown = json.loads(self.run_panduan("workspace", "show", "--json")[0])
        self.assertEqual((shown["role"], shown["chunk_tokens"], shown["cut_otherwise"]), ("You are a bridge keeper.", 64, 0))
        self.run_panduan("workspace", "unset", "role", "chunk_tokens")
        self.assertEqual(json.loads(self.run_panduan("workspace", "show", "--json")[0])["own"], [])
        self.assertIn("no setting 'colour'", self.run_panduan("workspace", "set", "colour", "red", code=2)[1])
        self.assertIn("at most half", self.run_panduan("workspace", "set", "chunk_overlap", "200", code=2)[1])

    def test_a_risk_needs_a_model_that_was_measured(self):
        self.run_panduan("add", self.file("bridge.txt", ENGLISH))
        _, error = self.run_panduan("--model", "smollm2-135m", "ask", "--risk", "0.1", "When was the Aurora bridge opened?", code=2)
        self.assertRegex(error, r"^panduan: [^\n]*no probability[^\n]*\n$")
        _, error = self.run_panduan("ask", "--risk", "2", "When was the Aurora bridge opened?", code=2)
        self.assertIn("--risk", error)

    def test_a_conversation_goes_on_and_is_erased_with_the_document_it_cites(self):
        self.run_panduan("add", self.file("bridge.txt", ENGLISH))
        self.assertIn("no conversation", self.run_panduan("ask", "-c", "How long is it?", code=3)[1])
        self.events("When was the Aurora bridge opened?")
        out, _ = self.run_panduan("ask", "--json", "--continue", "What is the weight of the Eiffel tower in tonnes?", code=None)
        self.assertEqual(json.loads(out.splitlines()[0])["query"], "What is the weight of the Eiffel tower in tonnes?", "a complete question stays as it is")
        out, _ = self.run_panduan("ask", "--json", "-c", "Who designed it?", code=None)
        events = [json.loads(line) for line in out.splitlines()]
        self.assertNotEqual(events[0]["query"], events[0]["question"])
        conversations = [json.loads(line) for line in self.run_panduan("conversations", "list", "--json")[0].splitlines()]
        self.assertEqual([(c["id"], c["messages"]) for c in conversations], [(events[-1]["conversation_id"], 6)])
        self.assertIn("1932", self.run_panduan("conversations", "show")[0])
        self.run_panduan("remove", str(self.root / "bridge.txt"))
        self.assertNotIn("1932", self.run_panduan("conversations", "show")[0])
        self.assertIn("erased", self.run_panduan("conversations", "show")[0])
        self.run_panduan("conversations", "remove", conversations[0]["id"])
        self.assertEqual(self.run_panduan("conversations", "list", "--json")[0], "")
        self.assertIn("no conversation", self.run_panduan("conversations", "remove", conversations[0]["id"], code=3)[1])

    def test_chats_line_by_line_and_through_the_server(self):
        self.run_panduan("add", self.file("bridge.txt", ENGLISH))
        self.start_server()
        lines = "When was the Aurora bridge opened?\n\n \nWho designed it?\n/new\nWho designed it?\n".encode() + b"\xff\n"
        out, _ = self.run_panduan("chat", "--json", input=lines)
        events = [json.loads(line) for line in out.splitlines()]
        asked = [event for event in events if event["event"] == "searching"]
        self.assertEqual([event["question"] for event in asked], ["When was the Aurora bridge opened?", "Who designed it?", "Who designed it?"])
        self.assertNotEqual(asked[1]["query"], "Who designed it?")
        self.assertEqual(asked[2]["query"], "Who designed it?", "a new conversation has nothing before it")
        kept = [event["conversation_id"] for event in events if event["event"] == "done"]
        self.assertEqual([kept[0] == kept[1], kept[1] == kept[2]], [True, False])
        self.assertEqual((events[-1]["event"], events[-1]["status"]), ("error", 400))
        self.assertEqual(len(self.run_panduan("conversations", "list")[0].splitlines()), 2)
        self.run_panduan("conversations", "remove", "--all")
        self.assertIn("No conversations", self.run_panduan("conversations", "list")[0])

    def test_ctrl_c_stops_the_answer_and_not_the_chat(self):
        self.run_panduan("add", self.file("bridge.txt", ENGLISH))
        chat = subprocess.Popen([PANDUAN, "chat", "--json"], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(lambda: (chat.kill(), chat.wait(), chat.stdin.close(), chat.stdout.close()))
        events = lambda: iter(lambda: json.loads(chat.stdout.readline()), None)
        for _ in range(2):
            chat.stdin.write("When was the Aurora bridge opened?\n")
            chat.stdin.flush()
            next(event for event in events() if event["event"] == "passages")
            chat.send_signal(signal.SIGINT)
            stopped = next(event for event in events() if event["event"] in ("error", "done"))
            self.assertEqual((stopped["event"], stopped["status"]), ("error", 499))
        chat.stdin.write("When was the Aurora bridge opened?\n")
        chat.stdin.flush()
        self.assertEqual(next(event["event"] for event in events() if event["event"] in ("error", "done")), "done")
        chat.send_signal(signal.SIGTERM)
        self.assertEqual(chat.wait(20), 130)
    def test_checks_each_statement_of_an_answer_against_sources(self):
        bridge = self.file("bridge.txt", ENGLISH)
        answer = "The Aurora bridge was opened in 1923. **It is 898 m long** [1].\n\n- 大桥全长989米。\n"
        sources = ["--sources", bridge, self.file("大桥.md", CHINESE)]
        out, _ = self.run_panduan("check", "--answer", self.file("answer.md", answer), *sources, code=6)
        self.assertNotIn("\x1b", out)
        self.assertIn("✗ The Aurora bridge was opened in 1923.", out)
        self.assertIn("the source says '1932', the answer '1923'", out)
        self.assertIn("“The Aurora bridge was opened in 1932.”", out)
        self.assertIn("资料说的是“898米”，答案说的是“989米”", out)
        checked = json.loads(self.run_panduan("check", "--json", "--answer", "-", *sources, code=6, input=answer.encode())[0])
        self.assertEqual([one["verdict"] for one in checked["statements"]][::2], ["contradicted", "contradicted"])
        quote = checked["statements"][0]["quotes"][0]
        self.assertEqual(ENGLISH.encode()[quote["range"]["begin"] : quote["range"]["end"]].decode(), quote["text"])
        self.run_panduan("check", "--text", "The Aurora bridge was opened in 1932.", "--sources", str(self.root / "bridge.txt"))
        self.assertEqual(json.loads(self.run_panduan("doctor", "--json")[0])["well"], True)
        self.assertIn("No documents", self.run_panduan("list")[0], "nothing is stored")

    def test_checks_an_answer_against_the_documents_and_through_the_server(self):
        right, wrong = "The Aurora bridge was opened in 1932.", "大桥于1923年通车。"
        self.assertRegex(self.run_panduan("check", "--text", right, code=3)[1], r"^panduan: [^\n]*nothing to check[^\n]*\n$")
        self.run_panduan("add", self.file("bridge.txt", ENGLISH), self.file("大桥.md", CHINESE))
        self.run_panduan("check", "--text", right)
        _, address = self.start_server()
        checked = json.loads(self.run_panduan("check", "--json", "--text", right + wrong, code=6)[0])
        self.assertEqual([one["verdict"] for one in checked["statements"]], ["supported", "contradicted"])
        self.assertEqual(checked["statements"][1]["quotes"][0]["source"], str(self.root / "大桥.md"))
        paged = json.loads(self.run_panduan("check", "--json", "--text", "Words.", "--sources", str(DATA / "documents/one-sentence.pdf"), code=6)[0])
        self.assertEqual(len(paged["statements"]), 1)
        request = urllib.request.Request(address + "api/v1/check", json.dumps({"answer": wrong}).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            self.assertFalse(json.load(answer)["grounded"])

    def test_says_in_one_line_why_an_answer_cannot_be_checked(self):
        bridge = self.file("bridge.txt", ENGLISH)
        (self.root / "empty").mkdir()
        for arguments, code, reason in (
            (["--text", " ", "--sources", bridge], 2, "the answer is empty"),
            (["--text", "Why?", "--sources", bridge], 2, "states nothing"),
            (["--answer", self.file("huge.txt", "It is old. " * 10_000), "--sources", bridge], 1, "in parts"),
            (["--answer", self.file("latin.txt", "Zürich".encode("latin-1")), "--sources", bridge], 2, "UTF-8"),
            (["--answer", str(self.root / "nowhere.txt"), "--sources", bridge], 3, "nowhere.txt"),
            (["--text", "It is old.", "--sources", str(self.root / "nowhere.txt")], 3, "there is no source"),
            (["--text", "It is old.", "--sources", self.file("broken.pdf", b"%PDF-1.4\nnothing of the kind")], 1, "broken.pdf"),
            (["--text", "It is old.", "--sources", str(self.root / "empty")], 2, "no file with a known ending"),
        ):
            _, error = self.run_panduan("check", *arguments, code=code)
            self.assertRegex(error, rf"^panduan: [^\n]*{reason}[^\n]*\n$")
        self.run_panduan("check", "--sources", bridge, code=2)
        self.run_panduan("check", "--text", "a", "--answer", bridge, code=2)

    def test_keeps_in_step_with_a_folder(self):
        folder = self.root / "folder"
        (folder / "deep").mkdir(parents=True)
        (folder / "bridge.txt").write_text(ENGLISH)
        (folder / "deep" / "桥.md").write_text(CHINESE)
        (folder / "broken.txt").write_bytes(b"\0\1")
        (folder / "build").mkdir()
        (folder / "build" / "left-out.md").write_text("left out")
        (folder / ".gitignore").write_text("build/\n")
        out, _ = self.run_panduan("sync", str(folder), code=1)
        self.assertIn("2 added", out)
        self.assertIn("broken.txt: this binary file", self.run_panduan("list")[0])
        (folder / "bridge.txt").rename(folder / "deep" / "moved.txt")
        (folder / "deep" / "桥.md").unlink()
        self.start_server()
        lines = [json.loads(line) for line in self.run_panduan("sync", "--json")[0].splitlines()]
        self.assertEqual(["moved", "removed"], [line["outcome"] for line in lines if line["event"] == "file"])
        self.assertEqual(1, lines[-1]["failed_before"])
        self.assertEqual(f"{folder}\n", self.run_panduan("sync", "--list")[0])
        self.assertIn("not followed", self.run_panduan("sync", "--unfollow", str(self.root), code=3)[1])
        self.run_panduan("sync", "--unfollow", str(folder))
        self.assertIn("no folder is followed", self.run_panduan("sync", code=2)[1])

    def test_an_archive_is_read_like_a_folder(self):
        archive = self.root / "papers.zip"
        with zipfile.ZipFile(archive, "w") as packed_files:
            packed_files.writestr("bridge.txt", ENGLISH)
            packed_files.writestr("../out.txt", ENGLISH)
            packed_files.writestr("桥.md", CHINESE)
        out, _ = self.run_panduan("add", str(archive), code=1)
        self.assertIn("2 added", out)
        self.assertIn("papers.zip/桥.md", self.run_panduan("list")[0])
        self.assertRegex(self.run_panduan("list")[0], r"failed  .*papers.zip/\S*out.txt: ")
        self.assertIn("2 the same", self.run_panduan("sync", str(self.root))[0])
        removed, _ = self.run_panduan("remove", str(archive))
        self.assertEqual(2, removed.count("removed"))
        self.assertIn("No documents yet", self.run_panduan("list")[0])

    def test_what_was_removed_is_looked_for_everywhere(self):
        self.assertIn("Nothing was deleted", self.run_panduan("verify", "--deleted")[0])
        self.run_panduan("add", self.file("bridge.txt", ENGLISH), self.file("大桥.md", CHINESE))
        ids = {d["source"].rsplit("/")[-1]: d["id"] for d in json.loads(self.run_panduan("list", "--json")[0])["documents"]}
        self.run_panduan("remove", ids["bridge.txt"])
        self.assertIn("gone", self.run_panduan("verify", "--deleted", ids["bridge.txt"])[0])
        self.assertIn("nothing was deleted under", self.run_panduan("verify", "--deleted", ids["大桥.md"], code=3)[1])
        (self.root / "data/left.txt").write_text("somewhere: " + ENGLISH)
        out, _ = self.run_panduan("verify", "--deleted", code=6)
        self.assertIn("found in left.txt, byte 1", out)
        (self.root / "data/left.txt").unlink()
        self.start_server()
        self.run_panduan("remove", ids["大桥.md"])
        report = json.loads(self.run_panduan("verify", "--deleted", "--json")[0])
        self.assertEqual([f["gone"] for f in report["findings"]], [True, True])
        self.run_panduan("add", self.file("copy.txt", ENGLISH))
        self.assertIn("not to tell", self.run_panduan("verify", "--deleted", ids["bridge.txt"], code=3)[0])

    def test_another_embedding_model_is_searched_once_it_has_embedded_all(self):
        models = Path(json.loads(self.run_panduan("doctor", "--json")[0])["settings"]["models.dir"]["value"])
        file = models / "multilingual-e5-small-q4_0.gguf"
        other = self.root / "other-e5.gguf"
        content = bytearray(file.read_bytes())
        name = content.index(b"general.name") + len(b"general.name") + 4 + 8  # the type of the value and its length
        content[name] ^= 1  # another file, which reads as the first does
        other.write_bytes(content)
        self.run_panduan("add", self.file("bridge.txt", ENGLISH), self.file("大桥.md", CHINESE))
        self.environment["PANDUAN_MODELS_EMBEDDING"] = str(other)
        self.assertIn("bridge.txt", self.run_panduan("search", "How long is it from one bank to the other?")[0])
        self.assertIn("2 passages embedded by", self.run_panduan("reindex")[0])
        self.assertIn("already", self.run_panduan("reindex")[0])
        del self.environment["PANDUAN_MODELS_EMBEDDING"]
        server, _ = self.start_server()
        for _ in range(100):
            if json.loads(self.run_panduan("reindex", "--json")[0])["reindexed"] == 0:
                break
        else:
            self.fail("it has something to embed again and again")
        self.assertIn("sound", self.run_panduan("doctor", code=None)[0])
        hits = json.loads(self.run_panduan("search", "--json", "谁设计了这座桥?")[0].splitlines()[0])
        self.assertTrue(hits)

    def test_watches_a_folder_and_leaves_the_store_to_others(self):
        folder = self.root / "folder"
        folder.mkdir()
        watch = subprocess.Popen([PANDUAN, "sync", str(folder), "--watch"], env=self.environment, stdout=subprocess.PIPE, text=True)
        try:
            self.assertIn("0 added", watch.stdout.readline())
            self.assertIn("Watching", watch.stdout.readline())
            (folder / "bridge.txt").write_text(ENGLISH)
            self.assertIn("added", watch.stdout.readline())
            self.assertIn("1 added", watch.stdout.readline())
            for _ in range(50):  # it lets go of the store a moment later
                done = subprocess.run([PANDUAN, "list"], env=self.environment, capture_output=True, text=True)
                if done.returncode == 0:
                    break
                time.sleep(0.1)
            self.assertIn("bridge.txt", done.stdout)
        finally:
            watch.send_signal(signal.SIGINT)
            self.assertEqual(0, watch.wait(timeout=20))
            watch.stdout.close()

    def test_a_full_disk_gets_one_line_and_costs_nothing_that_was_stored(self):
        disk = self.root / "disk"
        disk.mkdir()
        self.environment["PANDUAN_DATA_DIR"] = str(disk / "data")
        good = self.file("bridge.txt", ENGLISH)
        large = self.file("large.html", "<p>" + ENGLISH + "<!--" + "x" * 5_000_000 + "-->")  # few words to embed, many bytes to store
        script = f"""set -u
            mount -t tmpfs -o size=3m tmpfs '{disk}'
            '{PANDUAN}' add '{good}' || exit 90
            '{PANDUAN}' add '{large}' && exit 91
            '{PANDUAN}' doctor >/dev/null || exit 92
            '{PANDUAN}' search Aurora"""
        alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
        if subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine lets no one mount a small disk")
        done = subprocess.run([*alone, "bash", "-c", script], env=self.environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"(?m)^panduan: the disk is full.*free some space.*$")
        self.assertIn("bridge.txt", done.stdout)
        self.assertNotIn("large.html", done.stdout.split("bridge.txt", 1)[1])

    def test_a_wrong_model_file_gets_one_line(self):
        self.environment["PANDUAN_MODELS_DIR"] = str(self.root / "models")
        (self.root / "models").mkdir()
        wrong = self.root / "models/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
        wrong.write_bytes(b"GGUF" + bytes(1000))
        out, error = self.run_panduan("models", "verify", CHAT_MODEL, code=1)
        self.assertIn("SHA-256", out + error)
        self.assertEqual(len(error.splitlines()) + len(out.splitlines()), 1)
        _, error = self.run_panduan("models", "import", self.file("notes.gguf", b"no model at all"), code=1)
        self.assertRegex(error, r"^panduan: [^\n]+\n$")

    @unittest.skipIf(os.environ.get("PANDUAN_NO_EMULATION"), "this build does not run on an emulated CPU")
    def test_a_cpu_that_lacks_what_the_engine_needs_gets_one_line(self):
        old = ["qemu-x86_64", "-cpu", "Nehalem", PANDUAN]
        done = subprocess.run([*old, "add", self.file("bridge.txt", ENGLISH)], env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"^panduan: this CPU has no AVX[^\n]*portable build[^\n]*\n$")
        listed = subprocess.run([*old, "list"], env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual((listed.returncode, listed.stderr), (0, ""), "what needs no model works on any CPU")

    def test_measures_a_suite(self):
        folder = self.root / "documents"
        folder.mkdir()
        (folder / "bridge.txt").write_text(ENGLISH)
        (folder / "other.txt").write_text("Cats sleep most of the day.\n")
        asked = {"question": "When was the Aurora bridge opened?", "answers": ["1932"], "document": "bridge.txt"}
        # The second question finds again what was out of reach for the first.
        lines = [{**asked, "without": ["bridge.txt"]}, asked]
        suite = self.file("suite.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        report = json.loads(self.run_panduan("eval", suite, "--documents", str(folder), "--json")[0])
        for key in "questions recall@1 recall@5 recall@20 mrr right wrong silent rightly_silent score quote_validity citation_precision ttft_ms_p50 total_ms_p50 f1".split():
            self.assertIn(key, report)
        self.assertEqual((report["questions"], report["recall@20"], report["right"], report["quote_validity"]), (2, 0.5, 0.5, 1))
        lines[0]["without"] = ["elsewhere.txt"]
        _, error = self.run_panduan("eval", self.file("suite.jsonl", json.dumps(lines[0])), "--documents", str(folder), code=2)
        self.assertRegex(error, r"^panduan: [^\n]*without 'elsewhere.txt'[^\n]*\n$")

    def test_output_is_plain_when_it_is_piped(self):
        self.assertNotIn("\x1b", self.run_panduan("doctor")[0] + self.run_panduan("models", "list")[0])
        self.assertRegex(self.run_panduan("--version")[0], r"^panduan \d+\.\d+\.\d+\n$")
        self.assertIn("complete -o filenames", self.run_panduan("completion", "bash")[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
