"""Turns the figures of a run into the table of the README: every goal with its measure, its floor or peer, and whether it
holds.

Usage: table.py RESULTS.json [README.md]"""

import json
import sys
from pathlib import Path

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"

# name, what it is, goals for p50 and p99 in milliseconds, the peer shown beside it
LATENCIES = [
    ("suggest_1", "suggestions, 1 letter", 0.5, 3, "tantivy"),
    ("suggest_2", "suggestions, 2 letters", 0.5, 3, "tantivy"),
    ("suggest_4", "suggestions, 4 letters", 0.5, 3, "tantivy"),
    ("suggest_typo", "suggestions, a typo", 0.5, 3, "tantivy"),
    ("suggest_two_words", "suggestions, two words", 0.5, 3, "tantivy"),
    ("listing_text", "search, title or director", 2, 8, "tantivy"),
    ("listing_typo", "search, a typo", 2, 8, "tantivy"),
    ("listing_common", "search, one very common word", 2, 10, "tantivy"),
    ("listing_genre_decade", "listing, genre and decade", 2, 10, "sql"),
    ("listing_sort", "listing, nothing but an order", 2, 10, "sql"),
    ("listing_page_200", "listing, around page 200", 10, 30, "sql"),
    ("listing_last", "listing, the last pages", 100, 250, "sql"),
    ("movie", "one movie", 0.3, 1, "floor"),
]
PEERS = {"tantivy": "bare tantivy", "fts5": "FTS5", "like": "`LIKE`", "sql": "bare SQLite",
         "floor": "bare warp"}
ABSENT = "–"


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, ours, floor, ratio, goal, holds):
        says = {True: "yes", False: "**no**", None: ABSENT}[holds]
        self.rows.append([what, ours, floor, ratio, goal, says])

    def absent(self, what, why="not measured"):
        self.add(what, why, ABSENT, ABSENT, ABSENT, None)

    def markdown(self):
        head = ["what", "fmdb", "floor or peer", "ratio", "goal", "holds"]
        lines = [head, ["---"] * len(head), *self.rows]
        return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def number(value):
    """Three figures that count, at most."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def pair(figures):
    return f"{number(figures['p50'])} / {number(figures['p99'])} ms"


def quality(table, found):
    for half, name in (("held_out", "held out"), ("tuned", "tuned on")):
        measured = found.get("quality", {}).get(half)
        what = f"right at first place / among ten, slips {name}"
        if not measured:
            table.absent(what, "needs data that is not in the repository" if "quality" in found["absent"] else "failed")
            continue
        rates = {who: (result["all"]["first"], result["all"]["ten"]) for who, result in measured.items()}
        ours = rates.pop("fmdb")
        names = {"fts5": "FTS5", "like": "`LIKE`", "minisearch": "MiniSearch"}
        peers = ", ".join(f"{names[who]} {first:.2f} / {ten:.2f}" for who, (first, ten) in rates.items()) or ABSENT
        best = max((first for first, _ in rates.values()), default=0)
        ratio = f"{ours[0] / best:.1f}×" if best else ABSENT
        holds = round(ours[0], 3) >= 0.9 and round(ours[1], 3) >= 0.97
        table.add(what, f"{ours[0]:.3f} / {ours[1]:.3f}", peers, ratio, "0.90 / 0.97", holds)
        weakest = min((kind for kind in measured["fmdb"]["kinds"] if kind.get("counted", True) and kind["tried"]),
                      key=lambda kind: kind["first"])
        table.add(f"weakest kind of slip, {name}", f"{weakest['kind']}: {weakest['first']:.2f} / {weakest['ten']:.2f}",
                  ABSENT, ABSENT, ABSENT, None)


def latencies(table, measured, peers, size, factor=1):
    for name, what, p50, p99, peer in LATENCIES:
        what = f"{what}, {size}"
        if not measured or name not in measured:
            table.absent(what)
            continue
        distinct, repeated = measured[name]["distinct"], measured[name]["repeated"]
        beside = peers.get(name, {}).get(peer)
        known = {who: figures for who, figures in peers.get(name, {}).items() if figures}
        # The one that the ratio is to stands first.
        others = {PEERS[who]: pair(known[who]) for who in sorted(known, key=lambda who: who != peer)}
        ours = pair(distinct)
        # Remembered answers are told apart where they make a difference.
        if repeated["p50"] < 0.7 * distinct["p50"]:
            ours += f", asked again {number(repeated['p50'])}"
        ratio = f"{distinct['p50'] / beside['p50']:.2f}×" if beside and beside["p50"] else ABSENT
        holds = distinct["p50"] <= p50 * factor and distinct["p99"] <= p99 * factor
        floor = ", ".join(f"{who} {figures}" for who, figures in others.items()) or ABSENT
        table.add(what, ours, floor, ratio, f"{number(p50 * factor)} / {number(p99 * factor)} ms", holds)


def throughput(table, found):
    rates = found.get("throughput")
    if not rates:
        return table.absent("signed-in listing page, 32 connections")
    what = f"signed-in listing page ({rates['page_bytes'] / 1024:.0f} KB), 32 connections"
    ours = rates["fmdb"]
    for peer, name, goal in (("floor", "bare warp, the same bytes", 0.5), ("sanic", "Sanic's hello, 2 workers", 1.0)):
        if peer not in rates:
            table.add(what, f"{ours:,}/s", f"{name}: not there", ABSENT, ABSENT, None)
            continue
        ratio = ours / rates[peer]
        goal_text = f"at least {goal:.1f}×" if goal < 1 else "more"
        table.add(what, f"{ours:,}/s", f"{name}: {rates[peer]:,}/s", f"{ratio:.2f}×", goal_text, ratio >= goal)


def imports(table, found, size):
    if "import" not in found:
        return table.absent(f"import of {size} movies")
    ours, floor = found["import"], found["import_floor"]
    ratio = ours["seconds"] / floor["seconds"]
    table.add(f"import of {size} movies, searchable", f"{number(ours['seconds'])} s",
              f"one table and one bare index: {number(floor['seconds'])} s", f"{ratio:.2f}×", "at most 2×", ratio <= 2)
    peak = f"{ours['peak_mib']} MiB ({ours['anonymous_mib']} without mapped files)"
    table.add("peak memory of the import", peak, f"{floor['peak_mib']} MiB", f"{ours['peak_mib'] / floor['peak_mib']:.2f}×",
              "400 MiB", ours["peak_mib"] <= 400)


def during(table, found):
    if "during_import" not in found:
        return table.absent("searches during an import")
    quiet, busy = found["during_import"]["quiet"], found["during_import"]["meanwhile"]
    table.add("search, title or director, while as many movies again come in", pair(busy), f"in peace {pair(quiet)}",
              f"p99 {busy['p99'] / quiet['p99']:.1f}×", ABSENT, None)
    shown = found["during_import"]["shown_after_s"]
    table.add("a running site shows an import after its end", f"{shown} s", ABSENT, ABSENT, "2 s", shown <= 2)


def footprint(table, found, size):
    def line(what, value, goal, unit, extra=""):
        if value is None:
            return table.absent(what)
        table.add(what, f"{number(value)} {unit}{extra}", ABSENT, ABSENT, f"{goal} {unit}", value <= goal)

    def resident(of):
        memory = found.get(of, {})
        extra = f" ({memory['anonymous_mib']} without mapped files)" if memory else ""
        return memory.get("resident_mib"), extra

    line(f"start to ready, {size}", found.get("start_ms"), 150, "ms")
    value, extra = resident("memory")
    line(f"resident after a run, {size}", value, 300, "MiB", extra)
    value, extra = resident("seed")
    line("resident after a run, seed dump", value, 60, "MiB", extra)
    line("the binary", found["binary_bytes"] / (1 << 20), 30, "MiB")
    edit = found.get("edit", {})
    extra = f" (acknowledged {edit['acknowledged_ms']}, worst of 40 {edit['worst_ms']})" if edit else ""
    line(f"an edit, durable and searchable, {size}", edit.get("searchable_ms"), 50, "ms", extra)
    page = found.get("page")
    if page:
        table.add("first visit to the listing, over the wire", f"{page['bytes'] / 1000:.1f} KB", ABSENT, ABSENT, "60 KB",
                  page["bytes"] <= 60_000 and not page["elsewhere"])
    else:
        table.absent("first visit to the listing, over the wire")


def ten_million(table, found):
    ten = found.get("ten_million")
    if not ten:
        return
    size = millions(ten["movies"])
    seconds, peak = ten["import"]["seconds"], ten["import"]["peak_mib"]
    table.add(f"import of {size} movies, searchable", f"{number(seconds)} s", ABSENT, ABSENT, ABSENT, None)
    table.add(f"peak memory of the import, {size}", f"{peak} MiB ({ten['import']['anonymous_mib']} without mapped files)",
              ABSENT, ABSENT, "400 MiB", peak <= 400)
    if "memory" not in ten:
        return table.absent(f"latencies, {size}")
    latencies(table, ten["latency"], {}, size, factor=3)
    table.add(f"start to ready, {size}", f"{ten['start_ms']} ms", ABSENT, ABSENT, ABSENT, None)
    peak = ten["memory"]["peak_mib"]
    table.add(f"peak memory of the server, {size}", f"{peak} MiB", ABSENT, ABSENT, "4,096 MiB", peak <= 4096)


def millions(movies):
    return f"{movies // 1_000_000}M" if movies % 1_000_000 == 0 else f"{movies:,}"


def report(found):
    size, table = millions(found["movies"]), Table()
    quality(table, found)
    latencies(table, found.get("latency"), found.get("latency_peers", {}), size)
    throughput(table, found)
    imports(table, found, size)
    during(table, found)
    footprint(table, found, size)
    ten_million(table, found)
    text = f"Measured on {found['day']} with {found['cores']} cores, everything on one machine. Times are median / 99th"
    text += " percentile over one\nkept connection, each question asked once. Peers of single requests answer inside their"
    text += " process, without HTTP,\nexcept bare warp. The ratio is to the first one named, of requests to its median.\n\n"
    judged = [row[-1] for row in table.rows if row[-1] != ABSENT]
    return f"{text}{table.markdown()}\n\n{judged.count('yes')} of {len(judged)} goals hold.\n"


def write(readme, text):
    """Puts the text between the markers."""
    old = readme.read_text()
    before, rest = old.split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(f"{before}{BEGIN}\n{text}{END}{after}")


if __name__ == "__main__":
    results = report(json.loads(Path(sys.argv[1]).read_text()))
    print(results)
    if len(sys.argv) > 2:
        write(Path(sys.argv[2]), results)
