"""Rows are features, columns peers in their roles, and a cell the trials of both: each a test."""
import dataclasses
import functools
import threading
import time
import traceback
import typing

from stage import Failed, Stage
from stacks.base import COMMAND, PEER, ROLE

LEGEND = {
    PEER: "the peer has no such thing",
    COMMAND: "its command cannot ask for it, or cannot tell",
    ROLE: "not in this role",
}


@dataclasses.dataclass(frozen=True)
class Trial:
    label: str
    play: typing.Callable  # with a stage; returns, or raises Failed


@dataclasses.dataclass(frozen=True)
class Row:
    title: str
    trials: typing.Callable  # of a peer: a list of Trials, or why there are none
    needs: tuple = ()  # further programs


def rows(title, *plays, needs=()):
    """A row of plays, each for some classes of peers, and those of them that have the features
    behind it: play(stage, peer), or, for several trials, what makes (label, play) of a peer."""

    def trials(peer):
        for play, classes, *features in plays:
            if isinstance(peer, classes):
                if why := peer.why_not(*features):
                    return why
                return (
                    [Trial("", functools.partial(play, peer=peer))]
                    if "stage" in play.__code__.co_varnames
                    else [Trial(*one) for one in play(peer)]
                )
        return (
            COMMAND
            if any(made.role == peer.role for _, classes, *_ in plays for made in classes)
            else ROLE
        )

    return Row(title, trials, needs)


class Cell:
    def __init__(self, row, peer):
        self.row, self.peer = row, peer
        trials = row.trials(peer)
        self.trials, self.empty = (
            ([], trials or PEER) if isinstance(trials, str) or not trials else (trials, "")
        )
        self.passed = self.failed = 0
        self.skipped = False

    def title(self):
        role = "client" if self.peer.role == "server" else "server"
        return f"{self.row.title}: our {role} with {self.peer.name}"

    def text(self):
        if self.empty:
            return self.empty
        if self.skipped:
            return "skip"
        return f"{self.passed}/{len(self.trials)}" + (" FAILED" if self.failed else "")


class Matrix:
    """Plays cells, tells each trial as one line, and keeps the verdicts."""

    def __init__(self, tls12, pki, folder, installed):
        self._tls12, self._pki, self._folder, self._installed = tls12, pki, folder, installed
        self._lock = threading.Lock()
        self.skipped = {}  # what is missing: how many trials
        self.passed = self.failed = 0

    def play(self, cell):
        missing = [
            *cell.peer.missing(),
            *(program for program in cell.row.needs if not self._installed(program)),
        ]
        if missing:
            cell.skipped = True
            with self._lock:
                self.skipped[missing[0]] = self.skipped.get(missing[0], 0) + len(cell.trials)
            return
        with Stage(self._tls12, self._pki, self._folder) as stage:
            for trial in cell.trials:
                self._play(cell, trial, stage)

    def _play(self, cell, trial, stage):
        began = time.monotonic()
        reason = ""
        try:
            trial.play(stage)
        except Failed as failure:
            reason = f"{failure}\n{stage.last_words()}"
        except Exception:  # a fault of the test is a failure as well
            reason = f"{traceback.format_exc()}\n{stage.last_words()}"
        taken = time.monotonic() - began
        title = cell.title() + (f": {trial.label}" if trial.label else "")
        with self._lock:
            cell.passed, cell.failed = cell.passed + (not reason), cell.failed + bool(reason)
            self.passed, self.failed = self.passed + (not reason), self.failed + bool(reason)
            print(f"FAILED: {title}" if reason else f"ok: {title} ({taken:.1f} s)", flush=True)
            for line in reason.splitlines():
                print("    " + line, flush=True)


def table(cells, role):
    """The features by the peers of one role, as a list of rows of texts."""
    cells = [cell for cell in cells if cell.peer.role == role]
    peers = list(dict.fromkeys(cell.peer.name for cell in cells))
    texts = {(cell.row.title, cell.peer.name): cell.text() for cell in cells}
    rows = [
        [title, *(texts.get((title, peer), ROLE) for peer in peers)]
        for title in dict.fromkeys(cell.row.title for cell in cells)
    ]
    # A feature that nobody has in this role is none of this table.
    return [
        ["our client with" if role == "server" else "our server with", *peers],
        *(row for row in rows if any(text not in LEGEND for text in row[1:])),
    ]


def in_columns(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows
    )


def in_markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
