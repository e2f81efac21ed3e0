"""Cases as a table: a row is a feature, a column a peer in its role, a cell the test of both."""
import dataclasses
import threading
import time
import traceback
import typing

from peers import CLIENTS, PEERS, SERVERS, Peer
from stage import Failed, Stage


@dataclasses.dataclass(frozen=True)
class Case:
    feature: str
    peer: Peer
    play: typing.Callable  # with a stage; returns, or raises Failed
    needs: tuple = ()  # further programs

    def title(self):
        role = "our client with" if self.peer in SERVERS else "our server with"
        return f"{role} {self.peer.name}: {self.feature}"


class Matrix:
    """Runs cases, tells each as one line, and keeps the verdicts."""

    def __init__(self, tls12, pki, folder, installed):
        self._tls12, self._pki, self._folder, self._installed = tls12, pki, folder, installed
        self._cells = {}
        self._lock = threading.Lock()
        self.skipped = {}  # what is missing: how many cases
        self.failures = 0

    def run(self, case):
        missing = [program for program in (case.peer.program, *case.needs) if not self._installed(program)]
        if missing:
            with self._lock:
                self.skipped[missing[0]] = self.skipped.get(missing[0], 0) + 1
            return self._note(case, "skip")
        began = time.monotonic()
        reason = self._play(case)
        taken = time.monotonic() - began
        with self._lock:
            self.failures += bool(reason)
            print(f"FAILED: {case.title()}" if reason else f"ok: {case.title()} ({taken:.1f} s)")
            for line in (reason or "").splitlines():
                print("    " + line, flush=True)
        return self._note(case, "FAIL" if reason else "ok")

    def _play(self, case):
        with Stage(self._tls12, self._pki, self._folder) as stage:
            try:
                case.play(stage)
            except Failed as failure:
                return f"{failure}\n{stage.last_words()}"
            except Exception:  # a fault of the test is a failure as well
                return f"{traceback.format_exc()}\n{stage.last_words()}"
        return None

    def _note(self, case, verdict):
        with self._lock:
            before = self._cells.get((case.feature, case.peer.name))
            self._cells[case.feature, case.peer.name] = "FAIL" if "FAIL" in (before, verdict) else verdict

    def table(self, features):
        """The whole, as text; `-` where a peer has no such thing."""
        width = max(map(len, features))
        columns = [max(len(peer.name), 5) for peer in PEERS]
        ours, theirs = (sum(columns[peer] + 2 for peer in map(PEERS.index, role)) for role in (SERVERS, CLIENTS))
        lines = [" " * width + "  " + "our client with".ljust(ours) + "our server with".ljust(theirs),
                 " " * width + "  " + "  ".join(peer.name.ljust(size) for peer, size in zip(PEERS, columns))]
        for feature in features:
            cells = (self._cells.get((feature, peer.name), "-").ljust(size) for peer, size in zip(PEERS, columns))
            lines.append(feature.ljust(width) + "  " + "  ".join(cells))
        return "\n".join(line.rstrip() for line in lines)
