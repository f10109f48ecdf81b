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
    """One measurement: who runs it beside us ("" for nobody), on how many rows, and what it must reach.

    `bar` is the least ratio of the peer's time to ours, `rate` the least millions of rows in a CPU second. `peer_case`
    is what the peer calls the case; `alike` says that both sides' results must be equal.
    """

    name: str
    peer: str
    count: int
    bar: float | None
    base: str | None = None
    rate: float | None = None
    peer_case: str | None = None
    alike: bool = True

    def name_of(self, peer: str) -> str:
        return self.name if peer == "pytrader" else self.peer_case or self.name


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
FEEDS = ("quotes", "trades", "l2", "l3", "bars")
ENGINE_CASES = (
    *(Case(f"feed_{kind}_handler", "nautilus", 200_000, 8.0, rate=2.5) for kind in FEEDS),
    *(Case(f"feed_{kind}", "nautilus", 200_000, None, rate={"quotes": 15.0, "l3": 10.0}.get(kind)) for kind in FEEDS),
    Case("growth_one", "", 70_000, None),
    Case("growth_many", "", 70_000, None),
    Case("far_1000", "", 1_000_000, None),
    Case("far_100000", "", 1_000_000, None),
    Case("ema_callbacks", "nautilus", 300_000, 15.0),
    Case("ema_conditions", "nautilus", 300_000, 15.0, peer_case="ema_callbacks"),
    Case("sma_callbacks", "", 1_000_000, None, rate=2.0),
    Case("sma_conditions", "", 1_000_000, None),
    Case("sma_compiled", "", 1_000_000, None, rate=50.0),
    Case("maker_step", "hftbacktest", 5_000_000, 1.5, rate=10.0, alike=False),
    Case("maker_event", "hftbacktest", 5_000_000, 1.5, alike=False),
    Case("maker_python", "hftbacktest", 5_000_000, None, rate=2.0, alike=False, peer_case="maker_event"),
    Case("threads_maker", "", 500_000, None),
)
#: What a number of a case's answer may be at most.
LIMITS = {"growth": 1.2, "extra_percent": 2.0, "grown_mb": 100.0}
#: The largest difference of fills between our market maker and the peer's: they fill whole orders, we fill parts.
FILLS_TOLERANCE = 0.35
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


def make(shared: Path, script: str, *arguments: object, peer: str = "pytrader") -> None:
    """Run one of the shared workload scripts in the environment of a peer that has what it needs."""
    path = shared / "workloads" / script
    if not path.exists():
        raise SystemExit(f"the workload script {path} is missing: pass --shared DIR, the folder that holds it")
    command = [python_of(PEERS[peer]), path, *map(str, arguments)]
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
    if any(case.name.startswith(("sma_", "maker_", "threads_")) for case in cases):
        make(shared, "bars_and_l2.py", "--out", folder, peer="hftbacktest")


def run_case(peer: Peer, case: str, folder: Path, count: int) -> dict[str, object]:
    """One case in a process of its own; its last RESULT line."""
    ours = peer.name == "pytrader" and case.startswith(
        ("feed_", "growth_", "far_", "ema_", "sma_", "maker_", "threads_")
    )
    command = [python_of(peer), HERE / ("engine_driver.py" if ours else peer.script), case, folder, str(count)]
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
        for name in (case.name_of(peer), case.base)
        if name and peer
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
    ours, theirs = rows[("pytrader", case.name)], rows.get((case.peer, case.name_of(case.peer)), [])
    results = {json.dumps(row["result"]) for row in ours + theirs}
    if case.alike and len(results) != 1:
        raise SystemExit(f"{case.name}: the results differ, so times say nothing: {sorted(results)}")
    if len({json.dumps(row.get("log")) for row in ours}) != 1:
        raise SystemExit(f"{case.name}: runs in processes of their own have different event logs")
    our_seconds, their_seconds = seconds(ours), seconds(theirs) if theirs else 0.0
    per = int(str(ours[0]["count"]))
    if case.base:
        our_seconds -= seconds(rows[("pytrader", case.base)])
        their_seconds -= seconds(rows[(case.peer, case.base)])
        per = int(str(ours[0]["orders"]))
    if theirs and not case.alike:
        fills = [int(str(side[0]["fills"])) for side in (ours, theirs)]
        if abs(fills[0] - fills[1]) > FILLS_TOLERANCE * fills[1]:
            raise SystemExit(f"{case.name}: {fills[0]} fills against {fills[1]}, so that times say nothing")
    more = {name: max(float(str(row[name])) for row in ours) for name in LIMITS if name in ours[0]}
    more |= {name: ours[0][name] for name in ("fills", "position", "requests") if name in ours[0]}
    return {
        "case": case.name,
        "peer": str(theirs[0]["peer"]) if theirs else "-",
        "ours_ns": round(our_seconds / per * 1e9, 1),
        "theirs_ns": round(their_seconds / per * 1e9, 1),
        "ratio": round(their_seconds / our_seconds, 1),
        "bar": case.bar,
        "rate": round(per / our_seconds / 1e6, 2),
        "rate_bar": case.rate,
        **more,
    }


def verdict(line: dict[str, object]) -> str:
    """What the line must reach, and whether it does."""
    bars = [(float(str(line[name])), line[f"{name}_bar" if name == "rate" else "bar"]) for name in ("ratio", "rate")]
    asked = [value >= float(str(bar)) for value, bar in bars if bar is not None]
    asked += [float(str(line[name])) <= most for name, most in LIMITS.items() if name in line]
    if not asked:
        return "reported"
    return "met" if all(asked) else "MISSED"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="run only the cases whose name contains this")
    parser.add_argument("--peer", default="", choices=["", "none", *(name for name in PEERS if name != "pytrader")])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows to run (a smoke run uses 0.02)")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("PYTRADER_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--out", type=Path, help="write the table as JSON")
    options = parser.parse_args()
    cases = [
        case
        for case in (*CASES, *ENGINE_CASES)
        if options.only in case.name and options.peer in ("", case.peer or "none")
    ]
    memory = options.only in "memory" and options.peer in ("", "nautilus")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        workload(folder, options.shared, cases, options.scale, market=memory)
        rows = measure(cases, folder, options.rounds, options.scale)
        table = [compare(case, rows) for case in cases]
        print(f"{'case':20} {'peer':26} {'ours ns':>9} {'theirs ns':>10} {'ratio':>7} {'bar':>5} {'M/s':>6} {'bar':>5}")
        for line in table:
            more = " ".join(
                f"{name}={line[name]}" for name in (*LIMITS, "fills", "position", "requests") if name in line
            )
            print(
                f"{line['case']:20} {line['peer']:26} {line['ours_ns']:9} {line['theirs_ns']:10} "
                f"{line['ratio']:6}x {line['bar'] or '-':>5} {line['rate']:6} {line['rate_bar'] or '-':>5}  "
                f"{verdict(line)} {more}"
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
