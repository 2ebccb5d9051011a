"""Programs of a test and what they say; a way to a server that can be cut."""

import os
import signal
import socket
import subprocess
import sys
import threading

PATIENCE_SECONDS = 60


class Failed(Exception):
    """What the test has found, or what did not happen in time."""


class Program:
    """A program that runs, and the lines of its standard output and its standard error so far."""

    def __init__(self, name, words, environment=None):
        self.name = name
        self.lines, self.notes = [], []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            words, env={**os.environ, **(environment or {})}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in
                         ((self._process.stdout, self.lines), (self._process.stderr, self.notes))]
        self._reading = len(self._readers)
        for reader in self._readers:
            reader.start()

    def _read(self, stream, to):
        for line in stream:
            with self._changed:
                to.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._reading -= 1
            self._changed.notify_all()

    def wait_until(self, holds, what):
        """`holds()` is asked again after each line."""
        with self._changed:
            self._changed.wait_for(lambda: holds() or self._reading == 0, PATIENCE_SECONDS)
            if not holds():
                raise Failed(f"{self.name}: {what}")

    def note_with(self, words, after=0):
        """The first line of standard error that has these words, waited for."""
        def found():
            return next((note for note in self.notes[after:] if words in note), None)
        self.wait_until(lambda: found() is not None, f"never says '{words}'")
        return found()

    def stop(self):
        """As a supervisor does it; it has to end well, and soon."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} does not end") from None
        for reader in self._readers:
            reader.join()
        if code != 0:
            raise Failed(f"{self.name} ends with {code}")

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def show(self):
        said = "".join(f"\n    {line}" for line in self.lines[-40:])
        notes = "".join(f"\n  ! {note}" for note in self.notes[-40:])
        print(f"{self.name}:{said}{notes}", file=sys.stderr)


class Way:
    """A port of its own that leads to a server. `cut` ends what is connected; it then leads on."""

    def __init__(self, host, port):
        self._to = (host, int(port))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open = set()
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listening.accept()
                far = socket.create_connection(self._to)
            except OSError:
                return
            with self._lock:
                self._open |= {near, far}
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        with self._lock:
            cut, self._open = self._open, set()
        for each in cut:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
        return len(cut)
