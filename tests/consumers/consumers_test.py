#!/usr/bin/env -S python3 -B
"""Sells tickets with the real server and looks at what the four consumers of samples/ print of it.

    consumers_test.py SERVER     TEST_SERVERS and TEST_BROKERS name folders of what runs already;
                                 without them it starts a Redis, a RabbitMQ and a Kafka of its own
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request

from box_office import BoxOffice
from processes import Failed, Program, Way

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = ROOT / "samples/consumers/run"
SERVERS = ROOT / "tests/servers"


def text_of(*words, **more):
    """What a program prints; one that fails has said why."""
    done = subprocess.run([*map(str, words)], stdout=subprocess.PIPE, text=True, timeout=300, **more)
    if done.returncode != 0:
        raise Failed(f"{pathlib.Path(words[0]).name} ends with {done.returncode}")
    return done.stdout


class Places:
    """Where events are on brokers that others use too: names of its own."""

    def __init__(self, cleanup):
        self._cleanup = cleanup
        servers = self._folder("TEST_SERVERS", SERVERS / "servers", {"SERVERS": "redis"})
        brokers = self._folder("TEST_BROKERS", SERVERS / "brokers", {})
        if (brokers / "kafka.missing").exists():
            raise Failed("no Kafka: " + (brokers / "kafka.missing").read_text().strip())
        self.name = "consumers-" + secrets.token_hex(4)
        self.addresses = {"rabbitmq": (brokers / "rabbitmq.url").read_text(),
                          "kafka": (brokers / "kafka.brokers").read_text(),
                          "redis_streams": (servers / "redis.url").read_text()}
        self.packages = text_of(RUN, "packages").strip()
        self._by_hand("topic", "kafka", "3")
        self.secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.webhook = None  # its URL, as soon as somebody listens

    def _folder(self, variable, script, environment):
        if variable in os.environ:
            return pathlib.Path(os.environ[variable])
        folder = pathlib.Path(tempfile.mkdtemp(prefix="boxoffice-consumers-"))
        folder.chmod(0o711)  # RabbitMQ and Kafka run as somebody else
        self._cleanup.callback(subprocess.run, [script, "stop", folder], check=False)
        text_of(script, "start", folder, env={**os.environ, **environment})
        return folder

    def _by_hand(self, what, kind, *more, lines=()):
        text_of("node", ROOT / "tests/consumers/by_hand.mjs", self.packages, what,
                self.addresses[kind], self.name, *more, input="".join(f"{each}\n" for each in lines))

    def publish(self, kind, events):
        if kind != "webhook":
            return self._by_hand(kind, kind, lines=events)
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        for event in events:
            ident, now = json.loads(event)["id"], int(time.time())
            mac = hmac.new(key, f"{ident}.{now}.{event}".encode(), hashlib.sha256).digest()
            signature = "v1," + base64.b64encode(mac).decode()
            headers = {"webhook-id": ident, "webhook-timestamp": str(now), "webhook-signature": signature}
            urllib.request.urlopen(
                urllib.request.Request(self.webhook, event.encode(), headers), timeout=30).close()

    def events(self):
        """What the server has published, as one of the places has it."""
        said = text_of("redis-cli", "-u", self.addresses["redis_streams"], "--raw", "XRANGE", self.name, "-", "+")
        return [line for line in said.splitlines() if line.startswith("{")]

    def settings(self):
        return {"events.rabbitmq.url": self.addresses["rabbitmq"], "events.rabbitmq.exchange": self.name,
                "events.kafka.brokers": self.addresses["kafka"], "events.kafka.topic": self.name,
                "events.redis_streams.url": self.addresses["redis_streams"],
                "events.redis_streams.stream": self.name,
                "data_platform.url": self.webhook, "data_platform.secret": self.secret}


class Consumers:
    """One of each kind, and the lines that they have printed over all their lives."""

    kinds = ("rabbitmq", "kafka", "redis_streams", "webhook")

    def __init__(self, places, cleanup):
        self._places, self._cleanup = places, cleanup
        self._before = {kind: [] for kind in self.kinds}
        self._running, self.ways = {}, {}
        # A client of Kafka is told where its brokers are, so that a way of ours would be left at once.
        for kind in ("rabbitmq", "redis_streams"):
            front, port = places.addresses[kind].rsplit(":", 1)
            self.ways[kind] = (front, Way(front.rsplit("@")[-1].rsplit("/")[-1], port))

    def start(self):
        for kind in self.kinds:
            if kind == "webhook":
                words = [kind, self._places.webhook or "http://127.0.0.1:0/events"]
            elif kind in self.ways:
                front, way = self.ways[kind]
                words = [kind, f"{front}:{way.port}", self._places.name]
            else:
                words = [kind, self._places.addresses[kind], self._places.name, self._places.name]
            program = Program(kind, [RUN, *words], {"WEBHOOK_SECRET": self._places.secret})
            self._running[kind] = program
            self._cleanup.callback(program.kill)
        for kind, program in self._running.items():
            said = program.note_with("listening")
            if kind == "webhook":
                self._places.webhook = said.split()[-1]

    def stop(self):
        for kind, program in self._running.items():
            program.stop()
            self._before[kind] += program.lines
        self._running = {}

    def cut(self):
        """Ends the connections of those that can be cut, and waits until they are back."""
        for kind, (_, way) in self.ways.items():
            known = len(self._running[kind].notes)
            if way.cut() == 0:
                raise Failed(f"{kind} was not connected")
            self._running[kind].note_with("listening", after=known)

    def expect(self, told):
        """Each has printed each line once, those of a schedule in their order."""
        for kind, program in self._running.items():
            before = self._before[kind]
            program.wait_until(lambda: len(before) + len(program.lines) >= len(told),
                               f"has printed {len(before) + len(program.lines)} of {len(told)} lines")
            if in_order(before + program.lines) != in_order(told):
                raise Failed(f"{kind} has printed {before + program.lines}, wanted {told}")

    def show(self):
        for program in self._running.values():
            program.show()


def in_order(lines):
    """By schedule, which is the third word."""
    return sorted(lines, key=lambda line: line.split()[2])


def marker_after(event, number):
    """A later event of the same schedule, that nobody has seen."""
    marker = json.loads(event)
    marker["id"], marker["subject"] = f"evt_marker{number}", f"pay_marker{number}"
    marker["sequence"] = f"{int(marker['sequence']) + 1:020}"
    data = marker["data"]
    line = (f"payment.completed {marker['subject']} {marker['partitionkey']} "
            f"seats {data['seatCount']} amount {data['amount']}")
    return line, json.dumps({**marker, "type": "boxoffice.payment.completed.v1"})


def refuses_without_a_registry():
    """Where neither a cache nor a registry is, it says so in one line."""
    with tempfile.TemporaryDirectory() as empty:
        away = {"XDG_CACHE_HOME": empty, "npm_config_cache": empty, "npm_config_fetch_retries": "0",
                "npm_config_registry": "http://127.0.0.1:1"}
        done = subprocess.run([RUN, "packages"], env={**os.environ, **away}, capture_output=True,
                              text=True, timeout=300, check=False)
    if done.returncode != 3 or done.stderr.count("\n") != 1 or not done.stderr.startswith("NO CONSUMERS"):
        raise Failed(f"without a registry: {done.returncode} {done.stderr}")


def sell(binary, places, consumers, cleanup):
    consumers.start()
    directory = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="boxoffice-consumers-"))
    office = BoxOffice(binary, directory, places.settings())
    cleanup.callback(office.program.kill)
    cleanup.push(lambda kind, *_: kind is not None and office.program.show())
    first, second = office.open(schedules=2)

    bought = [office.buy(schedule, count) for schedule, count in
              ((first, 2), (second, 1), (first, 1), (second, 3), (first, 1))]
    office.refund(bought[0])
    office.buy(first, 2)
    consumers.expect(office.told)

    print("connections are cut", flush=True)
    consumers.cut()
    office.buy(second, 1)
    consumers.expect(office.told)

    print("events come while nobody listens", flush=True)
    consumers.stop()
    office.buy(first, 1)
    office.refund(bought[1])
    consumers.start()
    consumers.expect(office.told)

    # All of them, then one of each schedule that is new: when that is there, the others have been.
    print("events come again", flush=True)
    events = places.events()
    last = {json.loads(event)["partitionkey"]: event for event in events}
    told, markers = zip(*(marker_after(event, number) for number, event in enumerate(last.values())))
    for kind in consumers.kinds:
        places.publish(kind, [*events, *markers])
    office.told += told
    consumers.expect(office.told)
    consumers.stop()
    office.program.stop()
    return len(office.told)


def main():
    [binary] = sys.argv[1:]
    try:
        with contextlib.ExitStack() as cleanup:
            refuses_without_a_registry()
            places = Places(cleanup)
            consumers = Consumers(places, cleanup)
            cleanup.push(lambda kind, *_: kind is not None and consumers.show())
            told = sell(binary, places, consumers, cleanup)
    except Failed as failure:
        sys.exit(f"FAILED: {failure}")
    print(f"each of four consumers has heard {told} events once")


if __name__ == "__main__":
    main()
