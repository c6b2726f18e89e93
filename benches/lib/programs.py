"""Runs fmdb and the programs that it is measured against, and reads what they use. Standard library alone."""

import http.client
import json
import os
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

PASSWORD = "a long password for measuring"


def status_kb(pid, field):
    """A line of /proc/PID/status, in kB; 0 when the process is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def run(*command, **options):
    """Runs a command to its end and gives what it printed; its messages go to the log."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True, text=True, **options)
    return done.stdout


def run_json(*command, **options):
    return json.loads(run(*command, **options))


class Watched:
    """A command whose time and memory are watched while it runs."""

    def __init__(self, *command):
        self.begun = time.monotonic()
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        self.anonymous = 0
        self.peak = 0
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _watch(self):
        while self.process.poll() is None:
            self.anonymous = max(self.anonymous, status_kb(self.process.pid, "RssAnon"))
            self.peak = max(self.peak, status_kb(self.process.pid, "VmHWM"))
            time.sleep(0.02)

    def end(self):
        """Waits; the seconds, and in MiB the peak of all memory and of the part that is not files."""
        out = self.process.communicate()[0]
        seconds = time.monotonic() - self.begun
        self.thread.join()
        if self.process.returncode != 0:
            raise SystemExit(f"{self.process.args} failed")
        return {"seconds": round(seconds, 2), "peak_mib": self.peak // 1024, "anonymous_mib": self.anonymous // 1024,
                "out": out}


class Server:
    """A program that serves on a port which it says on its first line."""

    def __init__(self, *command, says="listening on http://", **options):
        self.begun = time.monotonic()
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True, **options)
        for line in self.process.stdout:
            if says in line:
                self.address = line.split(says)[1].split()[0].rstrip("/")
                break
        else:
            raise SystemExit(f"{command[0]} did not start")
        self.url = f"http://{self.address}"
        # The pipe must not fill up.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def wait_answers(self, path):
        """Until an address answers with 200; milliseconds since the start of the process."""
        while True:
            try:
                if self.get(path)[0] == 200:
                    return (time.monotonic() - self.begun) * 1000
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() - self.begun > 120:
                raise SystemExit(f"{self.process.args[0]} does not answer")
            time.sleep(0.001)

    def request(self, method, path, headers=None, body=None):
        """Status, headers and body, over a connection of its own."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        connection.close()
        return found

    def get(self, path, headers=None):
        return self.request("GET", path, headers)

    def cookie(self, name):
        """Signs in as a browser does."""
        form = urlencode({"username": name, "password": PASSWORD})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, headers, _ = self.request("POST", "/signin", kind, form)
        assert status == 303, f"sign-in gave {status}"
        return headers["Set-Cookie"].split(";")[0]

    def memory(self):
        pid = self.process.pid
        return {"resident_mib": status_kb(pid, "VmRSS") // 1024, "anonymous_mib": status_kb(pid, "RssAnon") // 1024,
                "peak_mib": status_kb(pid, "VmHWM") // 1024}

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Fmdb:
    """The program with one database, and an admin who has a token."""

    def __init__(self, binary, db):
        self.binary, self.db = binary, Path(db)
        self.remove()

    def remove(self):
        """The database with all that lies beside it."""
        for path in self.db.parent.glob(self.db.name + "*"):
            run("rm", "-rf", path)

    def run(self, *arguments, **options):
        return run(self.binary, "--db", self.db, "--log", "error", *arguments, **options)

    def add_admin(self):
        self.run("user", "add", "bench", "--admin", "--password-stdin", input=PASSWORD + "\n")
        self.token = self.run("token", "add", "bench").strip()

    def import_watched(self, dump):
        return Watched(self.binary, "--db", self.db, "--log", "error", "import", "--json", dump)

    def serve(self, *options):
        server = Server(self.binary, "--db", self.db, "--log", "error", "serve", "--port", "0", *options)
        server.ready_ms = server.wait_answers("/readyz")
        return server
