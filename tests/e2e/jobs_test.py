#!/usr/bin/env python3
"""End-to-end tests of long work: the real binary, a real model, kills and stops in the middle. Usage: jobs_test.py PANDUAN [unittest arguments]"""
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

PANDUAN = os.path.abspath(sys.argv.pop(1))
FILES = 260  # a few groups of what the embedder takes at once, so that there is a middle
PATIENCE = 900  # seconds; other work may run on the machine


class JobsTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.root = Path(self.temporary.name).resolve()
        self.data = self.root / "data"
        self.environment = {**os.environ, "PANDUAN_DATA_DIR": str(self.data), "PANDUAN_SERVER_PORT": "0"}
        self.folder = self.root / "folder"
        self.folder.mkdir()

    def fill(self, count=FILES):
        for number in range(count):
            (self.folder / f"{number}.md").write_text(f"# Record {number}\n\nBridge {number} was opened in {1800 + number % 200}.\n\n大桥{number}全长{number * 7 % 991}米。\n")

    def run_panduan(self, *arguments, code=0):
        done = subprocess.run([PANDUAN, *arguments], env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, code, f"panduan {arguments}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def start(self, *arguments):
        process = subprocess.Popen([PANDUAN, *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(lambda: (process.kill(), process.wait(), process.stdout.close()))
        return process

    def start_server(self):
        server = self.start("serve")
        self.address = re.search(r"http://\S+/", server.stdout.readline()).group()
        return server

    def stop(self, process, number=signal.SIGTERM, code=0):
        process.send_signal(number)
        self.assertEqual(process.wait(60), code)

    def jobs(self):
        return [json.loads(line) for line in self.run_panduan("jobs", "--json").splitlines()]

    def job(self, id):
        return json.loads(self.run_panduan("jobs", "show", id, "--json"))

    def submit(self, *arguments):
        return json.loads(self.run_panduan(*arguments, "--background", "--json"))["id"]

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, f"never came: {what}")
            time.sleep(0.1)

    def until_in_the_middle(self, id):
        self.until(lambda: 0 < ((self.job(id)["progress"] or {}).get("files_done") or 0) < FILES, "some files are done")

    def rows(self, query):
        with sqlite3.connect(f"file:{self.data}/panduan.db?mode=ro", uri=True) as database:
            return database.execute(query).fetchall()

    def check_complete(self):
        self.assertTrue(json.loads(self.run_panduan("doctor", "--json"))["well"])
        sources = {row[0] for row in self.rows("SELECT source FROM documents")}
        self.assertEqual(sources, {str(path) for path in self.folder.iterdir()})

    def test_a_server_that_is_killed_in_the_middle_goes_on_where_it_stopped(self):
        self.fill()
        server = self.start_server()
        id = self.submit("sync", str(self.folder))
        self.until_in_the_middle(id)
        server.kill()
        server.wait()
        self.assertLess(self.rows("SELECT count(*) FROM documents")[0][0], FILES)
        self.start_server()
        out = self.run_panduan("jobs", "wait", id)
        self.assertIn("done", out)
        self.assertEqual(self.job(id)["attempts"], 2)
        self.check_complete()

    def test_a_server_that_is_stopped_puts_back_what_it_does(self):
        self.fill()
        server = self.start_server()
        id = self.submit("sync", str(self.folder))
        self.until_in_the_middle(id)
        self.stop(server)
        job = self.job(id)
        self.assertEqual((job["state"], job["attempts"]), ("waiting", 0))
        self.assertIn("nobody does it", self.run_panduan("jobs", "wait", id, code=4))
        self.assertIn("done", self.run_panduan("jobs", "run"))
        self.check_complete()
        self.assertIn("Nothing is due", self.run_panduan("jobs", "run"))

    def test_what_is_killed_at_a_terminal_is_finished_by_the_next_server_or_run(self):
        self.fill()
        process = self.start("sync", str(self.folder))
        self.until(lambda: process.stdout.readline().startswith("added"), "a file is added")
        process.kill()
        process.wait()
        (job,) = self.jobs()
        self.assertEqual((job["state"], job["kind"], job["attempts"]), ("waiting", "sync", 1))
        self.run_panduan("jobs", "run")
        self.check_complete()
        self.run_panduan("sync", str(self.folder))
        self.assertEqual(len(self.jobs()), 1, "what changes nothing leaves nothing")

    def test_ctrl_c_cancels_and_nothing_goes_on(self):
        self.fill()
        process = self.start("sync", str(self.folder))
        self.until(lambda: process.stdout.readline().startswith("added"), "a file is added")
        self.stop(process, signal.SIGINT, 130)
        self.assertEqual([job["state"] for job in self.jobs()], ["cancelled"])
        self.assertIn("Nothing is due", self.run_panduan("jobs", "run"))

    def test_others_cancel_what_runs_at_a_terminal_and_in_the_background(self):
        self.fill()
        self.start_server()
        process = self.start("add", str(self.folder))
        self.until(lambda: process.stdout.readline().startswith("added"), "a file is added")
        (job,) = self.jobs()
        self.assertEqual((job["state"], job["kind"]), ("running", "add"))
        self.run_panduan("jobs", "cancel", job["id"])
        self.assertEqual(process.wait(60), 130)
        self.assertEqual(self.job(job["id"])["state"], "cancelled")
        id = self.submit("sync", str(self.folder))
        self.until(lambda: self.job(id)["state"] == "running", "it runs")
        self.run_panduan("jobs", "cancel", id)
        self.run_panduan("jobs", "wait", id, code=130)
        self.assertIn("cancelled", self.run_panduan("jobs", "show", id))
        self.assertIn("over already", self.run_panduan("jobs", "cancel", self.finished(), code=1))

    def finished(self):
        path = self.folder / "last.md"
        path.write_text("The last one.")
        id = self.submit("add", str(path))
        self.run_panduan("jobs", "wait", id)
        return id

    def test_one_that_failed_is_tried_again_and_a_more_urgent_one_goes_first(self):
        self.fill()
        self.start_server()
        slow = self.submit("sync", str(self.folder), "--priority", "low")
        self.until_in_the_middle(slow)
        gone = self.root / "note.md"
        gone.write_text("The Aurora bridge.")
        late = self.submit("add", str(gone), "--priority", "low")
        gone.unlink()
        urgent = self.root / "urgent.md"
        urgent.write_text("The urgent bridge.")
        first = self.submit("add", str(urgent), "--priority", "high")
        self.run_panduan("jobs", "wait", first)
        self.assertIn(self.job(slow)["state"], ("waiting", "running"))
        self.run_panduan("jobs", "wait", slow)
        out = self.run_panduan("jobs", "wait", late, code=3)
        self.assertIn("cannot add", out)
        gone.write_text("The Aurora bridge.")
        self.run_panduan("jobs", "retry", late)
        self.run_panduan("jobs", "wait", late)
        self.assertEqual(self.job(late)["result"]["added"], 1)

    def test_an_upload_that_does_not_wait_leaves_no_bytes_behind(self):
        self.fill()
        self.start_server()

        def upload(name, text):
            request = urllib.request.Request(f"{self.address}api/v1/upload?name={name}&priority=low", text.encode(),
                                             {"Content-Type": "application/octet-stream", "Prefer": "respond-async"})
            with urllib.request.urlopen(request) as answer:
                self.assertEqual(answer.status, 202)
                return self.address.rstrip("/") + answer.headers["Location"]

        def state(location):
            with urllib.request.urlopen(location) as answer:
                return json.load(answer)

        id = self.submit("sync", str(self.folder))
        self.until_in_the_middle(id)
        cancelled, kept = upload("cancelled.txt", "a secret of the cancelled one"), upload("kept.txt", "the bridge of the kept one")
        self.assertEqual(state(kept)["state"], "waiting")
        self.assertEqual(self.rows("SELECT count(*) FROM job_bytes")[0][0], 2)
        urllib.request.urlopen(urllib.request.Request(cancelled + "/cancel", method="POST")).close()
        self.run_panduan("jobs", "cancel", id)
        self.until(lambda: state(kept)["state"] == "done", "the upload is done")
        self.assertEqual(len(state(kept)["result"]["documents"]), 1)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(cancelled + "/retry", method="POST"))
        refused.exception.close()
        self.assertEqual(refused.exception.code, 409)
        self.assertEqual(self.rows("SELECT count(*) FROM job_bytes")[0][0], 0)
        for path in self.data.glob("panduan.db*"):
            self.assertNotIn(b"a secret of the cancelled one", path.read_bytes())

    def test_says_in_one_line_what_cannot_be_done(self):
        self.fill(1)
        self.assertRegex(self.run_panduan("sync", "--background", str(self.folder), code=4), r"^panduan: [^\n]*panduan serve[^\n]*\n$")
        self.assertIn("No jobs", self.run_panduan("jobs"))
        self.start_server()
        self.assertIn("cannot add", self.run_panduan("add", "--background", str(self.root / "nowhere"), code=3))
        for command in ("show", "cancel", "retry", "wait"):
            self.assertRegex(self.run_panduan("jobs", command, "job_1", code=3), r"^panduan: there is no job 'job_1'[^\n]*\n$")
        self.assertIn("does what waits", self.run_panduan("jobs", "run"))
        out = self.run_panduan("add", "--background", str(self.folder))
        self.assertRegex(out, r"^job_\w+  add .*panduan jobs wait job_\w+")


if __name__ == "__main__":
    unittest.main(verbosity=2)
