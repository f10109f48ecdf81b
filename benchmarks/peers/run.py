"""Runs us and the peers on the same bytes, interleaved, compares results before times, and prints the ratios.

    python benchmarks/peers/run.py [--rounds 5] [--only quotes] [--out results.json]

Makes a virtual environment a peer beside this file on first use, and the workload with the shared script. To measure
an installed pytrader instead of these sources, name its interpreter in the environment variable PYTRADER_PYTHON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cases import STREAMS

#: The answers of every run, by (peer, case).
Runs = dict[tuple[str, str], list[dict[str, object]]]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Peer:
    """One package under test: what to install, and the script that runs a case on it."""

    name: str
    requirements: tuple[str, ...]
    script: str


@dataclass(frozen=True)
class Case:
    """One comparison: who runs it, on how many rows, and the least ratio (peer's time over ours) it must reach."""

    name: str
    peer: str
    count: int
    bar: float | None
    base: str | None = None


PEERS = {
    "pytrader": Peer("pytrader", (str(ROOT),), "pytrader_driver.py"),
    "nautilus": Peer("nautilus", ("nautilus_trader==1.221.0",), "nautilus_driver.py"),
    "hftbacktest": Peer("hftbacktest", ("hftbacktest==2.4.4",), "hftbacktest_driver.py"),
    "sortedcontainers": Peer("sortedcontainers", ("sortedcontainers==2.4.0", "numpy"), "sortedcontainers_driver.py"),
    "limit-order-book": Peer("limit-order-book", ("limit-order-book==2.0.0", "numpy"), "limit_order_book_driver.py"),
    "order-book": Peer("order-book", ("order-book==0.6.1", "numpy"), "order_book_driver.py"),
}
CASES = (
    Case("book_l3", "nautilus", 300_000, 15.0),
    Case("quotes", "nautilus", 300_000, 25.0),
    Case("quotes_handler", "nautilus", 300_000, 6.0),
    Case("market", "nautilus", 80_000, 25.0, base="market_base"),
    Case("l2_replay", "hftbacktest", 1_000_000, None),
    Case("book_l2", "order-book", 300_000, 1.0),
    *(
        Case(f"calls_{stream}", peer, 2 * live if live > 100_000 else 300_000, 1.0)
        for stream, live in STREAMS.items()
        for peer in ("sortedcontainers", "limit-order-book")
    ),
)
MEMORY_COUNT = 10_000_000
MEMORY_MB_MAX = 500.0


def version_of(peer: Peer) -> str:
    """What the peer's environment must hold: a requirement, or the very sources that stand here."""
    if peer.requirements != (str(ROOT),):
        return " ".join(peer.requirements)
    git = ["git", "-C", str(ROOT)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
    change = subprocess.run([*git, "diff", "HEAD", "--", "src"], capture_output=True, check=True).stdout
    return head.strip() + hashlib.sha256(change).hexdigest()[:16]


@cache
def python_of(peer: Peer) -> Path:
    """The interpreter of the peer's own environment, made on first use, filled whenever its version changes."""
    if peer.name == "pytrader" and "PYTRADER_PYTHON" in os.environ:
        return Path(os.environ["PYTRADER_PYTHON"]).absolute()
    home = HERE / f".venv-{peer.name}"
    python = home / "bin" / "python"
    stamp = home / "version.txt"
    version = version_of(peer)
    if not stamp.exists() or stamp.read_text() != version:
        if not python.exists():
            venv.create(home, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *peer.requirements], check=True
        )
        stamp.write_text(version)
    return python


def make(shared: Path, script: str, *arguments: object) -> None:
    """Run one of the shared workload scripts."""
    path = shared / "workloads" / script
    if not path.exists():
        raise SystemExit(f"the workload script {path} is missing: pass --shared DIR, the folder that holds it")
    command = [python_of(PEERS["pytrader"]), path, *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def workload(folder: Path, shared: Path, cases: list[Case], scale: float, *, market: bool) -> None:
    """Make what the cases read, with the shared scripts, so that every peer reads the same bytes."""
    counts = {case.name[-1]: rows_of(case, scale) for case in cases if case.name.startswith("calls_")}
    for stream, count in counts.items():
        path = folder / f"orders_{stream}.npy"
        make(shared, "order_stream.py", "match", path, "--live", STREAMS[stream], "--n", count)
    if market or any(not case.name.startswith("calls_") for case in cases):
        rows = 1_000_000 if scale >= 1 else max(100_000, int(1_000_000 * scale))
        make(shared, "market_stream.py", folder, "--n", rows)


def run_case(peer: Peer, case: str, folder: Path, count: int) -> dict[str, object]:
    """One case in a process of its own; its last RESULT line."""
    command = [python_of(peer), HERE / peer.script, case, folder, str(count)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        raise SystemExit(f"{peer.name} {case} gave no result:\n{done.stderr[-2000:]}")
    return dict(json.loads(lines[-1].removeprefix("RESULT ")))


def rows_of(case: Case, scale: float) -> int:
    return max(2000, int(case.count * scale))


def measure(
    cases: list[Case], folder: Path, rounds: int, scale: float
) -> dict[tuple[str, str], list[dict[str, object]]]:
    """Every (peer, case) once a round, in a new order each round."""
    runs = {
        (peer, name): rows_of(case, scale)
        for case in cases
        for peer in ("pytrader", case.peer)
        for name in (case.name, case.base)
        if name
    }
    jobs = [(*run, count) for run, count in runs.items()]
    rows: Runs = {}
    order = random.Random(7)
    for _ in range(rounds):
        order.shuffle(jobs)
        for peer, name, count in jobs:
            rows.setdefault((peer, name), []).append(run_case(PEERS[peer], name, folder, count))
    return rows


def seconds(rows: list[dict[str, object]]) -> float:
    return statistics.median(float(str(row["cpu_seconds"])) for row in rows)


def compare(case: Case, rows: Runs) -> dict[str, object]:
    """The ratio of one case; refuses to give one when the two sides disagree on the result."""
    ours, theirs = rows[("pytrader", case.name)], rows[(case.peer, case.name)]
    results = {json.dumps(row["result"]) for row in ours + theirs}
    if len(results) != 1:
        raise SystemExit(f"{case.name}: the results differ, so times say nothing: {sorted(results)}")
    our_seconds, their_seconds = seconds(ours), seconds(theirs)
    per = int(str(ours[0]["count"]))
    if case.base:
        our_seconds -= seconds(rows[("pytrader", case.base)])
        their_seconds -= seconds(rows[(case.peer, case.base)])
        per = int(str(ours[0]["orders"]))
    return {
        "case": case.name,
        "peer": str(theirs[0]["peer"]),
        "ours_ns": round(our_seconds / per * 1e9, 1),
        "theirs_ns": round(their_seconds / per * 1e9, 1),
        "ratio": round(their_seconds / our_seconds, 1),
        "bar": case.bar,
    }


def verdict(ratio: float, bar: float | None) -> str:
    if bar is None:
        return "reported"
    return "met" if ratio >= bar else "MISSED"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="run only the cases whose name contains this")
    parser.add_argument("--peer", default="", choices=["", *(name for name in PEERS if name != "pytrader")])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows to run (a smoke run uses 0.02)")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("PYTRADER_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--out", type=Path, help="write the table as JSON")
    options = parser.parse_args()
    cases = [case for case in CASES if options.only in case.name and options.peer in ("", case.peer)]
    memory = options.only in "memory" and options.peer in ("", "nautilus")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        workload(folder, options.shared, cases, options.scale, market=memory)
        rows = measure(cases, folder, options.rounds, options.scale)
        table = [compare(case, rows) for case in cases]
        print(f"{'case':16} {'peer':26} {'ours ns':>9} {'theirs ns':>10} {'ratio':>7} {'bar':>5}  verdict")
        for line in table:
            bar = line["bar"]
            said = verdict(float(str(line["ratio"])), None if bar is None else float(str(bar)))
            print(
                f"{line['case']:16} {line['peer']:26} {line['ours_ns']:9} {line['theirs_ns']:10} "
                f"{line['ratio']:6}x {bar or '-':>5}  {said}"
            )
        if memory:
            count = int(MEMORY_COUNT * options.scale)
            held = float(str(run_case(PEERS["pytrader"], "memory", folder, count)["held_mb"]))
            limit = MEMORY_MB_MAX * options.scale
            print(f"{count:,} quotes held: {held:.0f} MB (bar {limit:.0f} MB): {'met' if held <= limit else 'MISSED'}")
            table.append({"case": "memory", "count": count, "held_mb": held, "bar_mb": limit})
        if options.out:
            options.out.write_text(json.dumps({"python": sys.version.split()[0], "rows": table}, indent=2) + "\n")


if __name__ == "__main__":
    main()
