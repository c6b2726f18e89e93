"""Measures what goals there are for speed, size and search, fmdb and its floors in one run, and gives all of it as JSON.

Called by benches/run, which has built and installed everything. Each step adds its part to `found` and says on stderr how
far it is."""

import argparse
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path
from urllib.parse import quote

from programs import Fmdb, Server, Watched, run, run_json

HERE = Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--tools", type=json.loads, required=True, help="the bench targets by name")
    parser.add_argument("--python", required=True, help="the Python that has Sanic; empty where there is none")
    parser.add_argument("--shared", type=Path, required=True, help="real data; may be absent")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--movies", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--ten-million", action="store_true")
    return parser.parse_args()


class Absent(Exception):
    """What cannot be measured here, for want of data that is not in the repository."""


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def generate(given, work, movies, seed):
    dump = work / f"{movies}-{seed}.jsonl"
    say(f"making {movies} movies")
    run(given.tools["generate"], "--movies", movies, "--seed", seed, "--out", dump)
    return dump


def imports(given, work, dump, fmdb, found):
    """The import, from nothing to searchable, and its floor."""
    say("import: the floor")
    floor = Watched(given.tools["peers"], "import", dump, work).end()
    found["import_floor"] = {**json.loads(floor.pop("out")), "peak_mib": floor["peak_mib"]}
    say("import: fmdb")
    found["import"] = fmdb.import_watched(dump).end()
    report = json.loads(found["import"].pop("out"))
    found["import"]["added"] = report["files"][0]["added"]
    fmdb.add_admin()
    with fmdb.serve() as server:
        assert total(server, fmdb) == found["import"]["added"], "not all movies are searchable"


def total(server, fmdb, query=""):
    return api(server, fmdb, "GET", f"/listing?items=1{query}")["total"]


def api(server, fmdb, method, path, body=None):
    headers = {"Authorization": f"Bearer {fmdb.token}", "Accept": "application/json", "Content-Type": "application/json"}
    status, _, answer = server.request(method, path, headers, body and json.dumps(body))
    assert status in (200, 201), f"{method} {path}: {status} {answer[:200]}"
    return json.loads(answer)


def starts(fmdb, found):
    say("starts")
    times = []
    for _ in range(5):
        with fmdb.serve() as server:
            times.append(server.ready_ms)
    found["start_ms"] = round(statistics.median(times), 1)


def settle(fmdb, found):
    """A load leaves the index in pieces; the server makes them one while it answers."""
    say("waits until the index is in one piece")
    folder = Path(f"{fmdb.db}.index")
    begun = time.monotonic()
    with fmdb.serve():
        while len(list(folder.glob("*.term"))) > 1 and time.monotonic() - begun < 600:
            time.sleep(0.2)
    found["settled_s"] = round(time.monotonic() - begun, 1)


def latency(given, fmdb, dump, server, count, *more):
    return run_json(given.tools["latency"], "--url", server.url, "--token", fmdb.token, "--dump", dump,
                    "--count", count, *more)


def speed(given, work, dump, fmdb, found, count):
    """Latencies and the memory after them, and the peers' on the same questions."""
    with fmdb.serve() as server:
        say("latencies: fmdb")
        found["latency"] = latency(given, fmdb, dump, server, count)
        found["memory"] = server.memory()
        samples = {"listing_text": "/listing?sort=year", "movie": "/movie/1"}
        samples = {mix: json.dumps(api(server, fmdb, "GET", path)) for mix, path in samples.items()}
    say("latencies: peers")
    found["latency_peers"] = run_json(given.tools["peers"], "search", dump, work, count)
    for mix, body in samples.items() if "floor_http" in given.tools else ():
        found["latency_peers"][mix]["floor"] = round_trip(given, work, dump, fmdb, mix, body, count)


def round_trip(given, work, dump, fmdb, mix, body, count):
    """What a bare server takes to answer the same questions with an answer of this size, always the same."""
    file = work / "answer.json"
    file.write_text(body)
    with Server(given.tools["floor_http"], "--port", "0", "--type", "application/json", "--file", file) as floor:
        return latency(given, fmdb, dump, floor, count, "--only", mix)[mix]["distinct"]


def edits(fmdb, found):
    """An edit is made over HTTP, and the movie looked for at once."""
    say("edits")
    acknowledged, searchable = [], []
    with fmdb.serve() as server:
        for number in range(40):
            movie = {"movie_name": f"Quixotrope {number} Zyzzyva", "director": "Ann Editor", "year": 2001}
            begun = time.monotonic()
            added = api(server, fmdb, "POST", "/manage/add", movie)
            acknowledged.append(time.monotonic() - begun)
            assert total(server, fmdb, f"&name=quixotrope+{number}") >= 1, "an edit was not searchable when answered"
            searchable.append(time.monotonic() - begun)
            api(server, fmdb, "DELETE", f"/manage/delete/{added['id']}")
    ms = lambda seconds: round(seconds * 1000, 1)
    found["edit"] = {"acknowledged_ms": ms(statistics.median(acknowledged)), "searchable_ms": ms(statistics.median(searchable)),
                     "worst_ms": ms(max(searchable))}


def requests_per_second(url, seconds, *headers):
    options = [part for header in headers for part in ("-H", header)]
    out = run("wrk", "-t2", "-c32", f"-d{seconds}s", *options, url)
    assert "Non-2xx" not in out, out
    return float(re.search(r"Requests/sec: +([\d.]+)", out)[1])


def throughput(given, work, fmdb, found):
    """The signed-in listing page, the bare server with the very same bytes, and Sanic's hello, turn by turn."""
    say("throughput")
    page, seconds = work / "page.html", 1 if given.quick else 5
    servers = {}
    servers["fmdb"] = server = fmdb.serve()
    cookie = f"Cookie: {server.cookie('bench')}"
    status, _, body = server.get("/listing", {"Cookie": cookie.split(": ")[1], "Accept": "text/html"})
    assert status == 200
    page.write_bytes(body)
    if "floor_http" in given.tools:
        servers["floor"] = Server(given.tools["floor_http"], "--port", "0", "--file", page)
    if given.python:
        servers["sanic"] = Server(given.python, HERE / "hello.py")
        servers["sanic"].wait_answers("/listing")
    rates = {name: [] for name in servers}
    for _ in range(3):
        for name, each in servers.items():
            rates[name].append(requests_per_second(f"{each.url}/listing", seconds, cookie, "Accept: text/html"))
    for each in servers.values():
        each.stop()
    found["throughput"] = {"page_bytes": len(body), **{name: round(statistics.median(all)) for name, all in rates.items()}}


def page_weight(fmdb, found):
    """What a first visit to the listing brings over the wire, compressed, pictures aside."""
    with fmdb.serve() as server:
        browser = {"Accept-Encoding": "br, gzip", "Accept": "text/html", "Cookie": server.cookie("bench")}
        plain = server.get("/listing", {**browser, "Accept-Encoding": "identity"})[2].decode()
        links = re.findall(r'<link rel="(?:stylesheet|manifest|modulepreload|preload)"[^>]*href="([^"]+)"', plain)
        links += re.findall(r'<script[^>]*src="([^"]+)"', plain)
        weights = {}
        for path in ["/listing", *dict.fromkeys(links)]:
            status, headers, body = server.get(path.replace("&amp;", "&"), browser)
            assert status == 200, f"{path}: {status}"
            weights[path] = len(body) + len(str(headers))
    found["page"] = {"bytes": sum(weights.values()), "parts": weights, "elsewhere": [p for p in links if "//" in p]}


def seeded(given, work, found):
    """Memory with the seed dump, after a run of requests."""
    dump = given.shared / "data" / "fynd-imdb.json"
    if not dump.exists():
        raise Absent(f"{dump} is not there")
    fmdb = Fmdb(given.bin, work / "seed.db")
    fmdb.run("import", dump)
    fmdb.add_admin()
    titles = [movie["name"] for movie in json.loads(dump.read_text())]
    with fmdb.serve() as server:
        cookie = f"Cookie: {server.cookie('bench')}"
        rate = requests_per_second(f"{server.url}/listing", 1 if given.quick else 5, cookie, "Accept: text/html")
        for title in titles:
            api(server, fmdb, "GET", f"/suggest?q={quote(title[:4])}")
            api(server, fmdb, "GET", f"/listing?q={quote(title)}")
        found["seed"] = {**server.memory(), "listing_per_second": round(rate), "movies": len(titles)}


def during_import(given, work, dump, fmdb, found):
    """Searches while as many movies again come in, against searches in peace."""
    other = generate(given, work, given.movies, 2)
    with fmdb.serve() as server:
        say("searches in peace, then during an import")
        quiet = latency(given, fmdb, dump, server, 1000, "--only", "listing_text")["listing_text"]["distinct"]
        importing = fmdb.import_watched(other)
        meanwhile = latency(given, fmdb, dump, server, 1000, "--only", "listing_text", "--while", importing.process.pid)
        done = importing.end()
        begun = time.monotonic()
        while total(server, fmdb) < 1.9 * given.movies and time.monotonic() - begun < 60:
            time.sleep(0.05)
        found["during_import"] = {"quiet": quiet, **meanwhile["listing_text"], "seconds": done["seconds"],
                                  "shown_after_s": round(time.monotonic() - begun, 2)}


def quality(given, work, found):
    """Both halves of the slips, and the peers on the very same cases."""
    dump = given.shared / "data" / "real-228k.jsonl.zst"
    if not dump.exists():
        raise Absent(f"{dump} is not there")
    found["quality"] = {}
    for half, option in (("tuned", []), ("held_out", ["--held-out"])):
        say(f"quality: {half}")
        cases = work / f"cases-{half}.jsonl"
        few = ["--per-kind", "10" if given.quick else "80"]
        result = {"fmdb": run_json(given.tools["quality"], dump, "--json", "--write-cases", cases, *few, *option)}
        if half == "held_out":
            result |= run_json(given.tools["peers"], "quality", dump, cases)
        if half == "held_out" and (HERE / "minisearch" / "node_modules").exists():
            answers = work / "minisearch.jsonl"
            with open(answers, "w") as out:
                plain = work / "real.jsonl"
                run("zstd", "-dqf", dump, "-o", plain)
                out.write(run("node", "--max-old-space-size=6000", HERE / "minisearch" / "search.mjs", plain, cases))
            result["minisearch"] = run_json(given.tools["peers"], "judge", dump, cases, answers)
        found["quality"][half] = result


def ten_million(given, work, found):
    movies = 100_000 if given.quick else 10_000_000
    dump = generate(given, work, movies, 3)
    fmdb = Fmdb(given.bin, work / "ten.db")
    say("ten million: import")
    result = found["ten_million"] = {"movies": movies, "import": fmdb.import_watched(dump).end()}
    result["import"].pop("out")
    fmdb.add_admin()
    settle(fmdb, result)
    with fmdb.serve() as server:
        say("ten million: latencies")
        result["start_ms"] = round(server.ready_ms)
        result["latency"] = latency(given, fmdb, dump, server, 50 if given.quick else 500)
        result["memory"] = server.memory()
    dump.unlink()
    fmdb.remove()


def main():
    given = arguments()
    work = given.out.parent / "work"
    work.mkdir(parents=True, exist_ok=True)
    found = {"movies": given.movies, "binary_bytes": given.bin.stat().st_size, "cores": os.cpu_count(),
             "day": time.strftime("%Y-%m-%d"), "quick": given.quick}
    failed = found["failed"] = {}
    absent = found["absent"] = {}

    def step(work_of_it, *arguments):
        # One step that fails leaves its lines empty, and the others measured.
        try:
            work_of_it(*arguments)
        except Absent as reason:
            say(f"{work_of_it.__name__}: {reason}")
            absent[work_of_it.__name__] = str(reason)
        except (Exception, SystemExit) as error:
            say(f"{work_of_it.__name__} failed: {error}")
            failed[work_of_it.__name__] = str(error)
        given.out.write_text(json.dumps(found, indent=1))

    dump = generate(given, work, given.movies, 1)
    fmdb = Fmdb(given.bin, work / "fmdb.db")
    count = 100 if given.quick else 1000
    step(imports, given, work, dump, fmdb, found)
    step(settle, fmdb, found)
    step(starts, fmdb, found)
    step(speed, given, work, dump, fmdb, found, count)
    step(edits, fmdb, found)
    step(throughput, given, work, fmdb, found)
    step(page_weight, fmdb, found)
    step(seeded, given, work, found)
    step(quality, given, work, found)
    step(during_import, given, work, dump, fmdb, found)
    if given.ten_million:
        step(ten_million, given, work, found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
