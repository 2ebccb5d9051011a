"""The real server on a scratch directory, and buyers of it over HTTP."""

import json
import secrets
import urllib.error
import urllib.request

from processes import Failed, Program

COLUMNS = "seats {} amount {}"


class BoxOffice:
    """Its events go where `settings` says. `told` has, in order per schedule, the line that each
    consumer has to print of each event."""

    def __init__(self, binary, directory, settings):
        self.told = []
        chosen = {"auth.dev": "true", **settings}
        words = [binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", directory]
        for key, value in chosen.items():
            words += ["--set", f"{key}={value}"]
        self.program = Program("server", words, {"BOXOFFICE_AUTH__SECRET": secrets.token_hex(32)})

    def open(self, schedules):
        """Waits until it serves, and puts up a concert; the ids of its schedules."""
        begin = "boxoffice ready on "
        lines = self.program.lines
        self.program.wait_until(lambda: any(line.startswith(begin) for line in lines), "is not ready")
        self._base = next(line for line in lines if line.startswith(begin))[len(begin):]
        admin = self._token("admin", "admin")
        self._concert = self._ask("/v1/concerts", {"title": "Evening", "artist": "The Consumers"},
                                  admin)["concertId"]
        schedule = {
            "startsAt": "2100-01-01T20:00:00Z", "salesOpenAt": "2020-01-01T00:00:00Z",
            "salesCloseAt": "2100-01-01T19:00:00Z", "venue": "Hall",
            "sections": [{"name": "A", "rows": 2, "seatsPerRow": 20, "price": 1500}]}
        path = f"/v1/concerts/{self._concert}/schedules"
        return [self._ask(path, schedule, admin)["scheduleId"] for _ in range(schedules)]

    def buy(self, schedule, count):
        """A new buyer, from the waiting room to the payment. What `refund` takes."""
        buyer = self._token("buyer-" + secrets.token_hex(4), "user")
        queue = self._ask("/v1/queue/tokens", {"concertId": self._concert}, buyer)["token"]
        held = self._ask("/v1/reservations",
                         {"scheduleId": schedule, "bestAvailable": {"count": count}}, buyer, queue)
        self._ask("/v1/points/charges", {"amount": held["amount"]}, buyer)
        paid = self._ask("/v1/payments", {"reservationId": held["reservationId"]}, buyer, queue)
        bought = {"payment": paid["paymentId"], "schedule": schedule, "buyer": buyer, "seats": count,
                  "amount": held["amount"]}
        self._expect("payment.completed", "COMPLETED", paid, bought)
        return bought

    def refund(self, bought):
        path = f"/v1/payments/{bought['payment']}/refunds"
        self._expect("payment.refunded", "REFUNDED", self._ask(path, {}, bought["buyer"]), bought)

    def _expect(self, kind, status, answer, bought):
        if answer["status"] != status:
            raise Failed(f"server: wanted a payment that is {status}, got {answer}")
        columns = COLUMNS.format(bought["seats"], bought["amount"])
        self.told.append(f"{kind} {bought['payment']} {bought['schedule']} {columns}")

    def _token(self, user, role):
        return self._ask("/v1/dev/tokens", {"userId": user, "role": role})["token"]

    def _ask(self, path, body, token=None, queue=None):
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8)}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if queue:
            headers["Queue-Token"] = queue
        request = urllib.request.Request(self._base + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Failed(f"server: {path} answers {error.code} {error.read().decode()}") from None
