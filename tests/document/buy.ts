// A client that openapi-typescript has made the types of: whatever does not fit the document does not compile.
import type { Client } from "openapi-fetch";
import type { components, paths } from "./api.js";

type Api = Client<paths>;
type Problem = components["schemas"]["Problem"];
type Answer<Data> = { data?: Data; error?: unknown; response: Response };

let keys = 0;
const key = () => `buy-${++keys}`;

function told<Data>(answer: Answer<Data>, status: number): Data {
  if (answer.response.status !== status || answer.data === undefined)
    throw new Error(`${answer.response.url} answers ${answer.response.status}, not ${status}`);
  return answer.data;
}

function refused(answer: { error?: Problem; response: Response }, code: Problem["code"]): Problem {
  if (answer.error?.code !== code)
    throw new Error(`${answer.response.url} answers ${answer.error?.code}, not ${code}`);
  return answer.error;
}

const as = (token: string) => ({ Authorization: `Bearer ${token}` });

async function token(api: Api, userId: string, role: "user" | "operator" | "admin") {
  return told(await api.POST("/v1/dev/tokens", { body: { userId, role } }), 201).token;
}

export type Sale = {
  user: string;
  admin: string;
  concertId: string;
  scheduleId: string;
  queueToken: string;
  seatCount: number;
};

/** Puts a concert up for sale; what a buyer of it needs. `role` is what the buyer may do besides. */
export async function open(api: Api, rows: number, role: "user" | "admin"): Promise<Sale> {
  const admin = await token(api, "admin1", "admin");
  const user = await token(api, "buyer1", role);
  const { concertId } = told(
    await api.POST("/v1/concerts", {
      headers: as(admin),
      body: { title: "Winter Night", artist: "The Players", waitingRoom: { activeMax: 500, admitPerSecond: 100 } },
    }),
    201,
  );
  const { scheduleId, seatCount } = told(
    await api.POST("/v1/concerts/{id}/schedules", {
      headers: as(admin),
      params: { path: { id: concertId } },
      body: {
        startsAt: "2100-03-01T10:00:00Z",
        salesOpenAt: "2020-01-01T00:00:00Z",
        salesCloseAt: "2100-03-01T09:00:00Z",
        venue: "Olympic Hall",
        maxSeatsPerUser: 100,
        sections: [{ name: "A", rows, seatsPerRow: 10, price: 1000 }],
      },
    }),
    201,
  );
  const line = told(await api.POST("/v1/queue/tokens", { headers: as(user), body: { concertId } }), 201);
  for (let place = line; place.status !== "ACTIVE"; ) {
    await new Promise((later) => setTimeout(later, 100));
    place = told(
      await api.GET("/v1/queue/tokens/{token}", {
        headers: as(user),
        params: { path: { token: line.token } },
      }),
      200,
    );
  }
  return { user, admin, concertId, scheduleId, seatCount, queueToken: line.token };
}

/** From the seat map to the refund, and what else a buyer and an operator read. */
export async function buy(api: Api): Promise<string> {
  const { user, admin, concertId, scheduleId, queueToken } = await open(api, 2, "user");
  const id = { path: { id: scheduleId } };
  const hold = (seats: string[], more: Partial<{ "Queue-Token": string }> = {}) =>
    api.POST("/v1/reservations", {
      headers: as(user),
      params: { header: { "Idempotency-Key": key(), "Queue-Token": queueToken, ...more } },
      body: { scheduleId, seats },
    });
  const pay = (reservationId: string) =>
    api.POST("/v1/payments", {
      headers: as(user),
      params: { header: { "Idempotency-Key": key(), "Queue-Token": queueToken } },
      body: { reservationId },
    });
  const map = told(await api.GET("/v1/schedules/{id}/seats", { params: id }), 200);
  const [first, second] = map.seats.filter((each) => each.status === "AVAILABLE");
  if (first === undefined || second === undefined) throw new Error("no seats are left");

  const held = told(await hold([first.seat, second.seat]), 201);
  const taken = refused(await hold([first.seat]), "seat_taken");
  if (taken.seats?.[0] !== first.seat) throw new Error("seat_taken does not say which seat");
  refused(await hold(["Z-1"]), "seat_not_found");
  refused(await hold([first.seat], { "Queue-Token": "nobody" }), "queue_token_invalid");
  const poor = refused(await pay(held.reservationId), "insufficient_points");
  told(
    await api.POST("/v1/points/charges", {
      headers: as(user),
      params: { header: { "Idempotency-Key": key() } },
      body: { amount: poor.required ?? 0 },
    }),
    201,
  );
  const paid = told(await pay(held.reservationId), 201);
  if (paid.status !== "COMPLETED") throw new Error(`the payment is ${paid.status}`);
  const payment = { path: { id: paid.paymentId } };
  told(await api.GET("/v1/payments/{id}", { headers: as(user), params: payment }), 200);
  told(await api.GET("/v1/points/transactions", { headers: as(user) }), 200);
  told(await api.GET("/v1/reservations", { headers: as(user), params: { query: { status: "CONFIRMED" } } }), 200);
  told(await api.GET("/v1/concerts/{id}/schedules", { params: { path: { id: concertId } } }), 200);
  told(await api.GET("/v1/rankings/best-selling", { params: { query: { window: "1h" } } }), 200);
  told(await api.GET("/v1/rankings/sold-out"), 200);
  told(await api.GET("/v1/admin/sagas/{id}", { headers: as(admin), params: payment }), 200);
  refused(
    await api.POST("/v1/admin/sagas/{id}/resume", { headers: as(admin), params: payment }),
    "saga_not_parked",
  );
  told(await api.GET("/v1/admin/outbox", { headers: as(admin) }), 200);
  told(await api.GET("/v1/admin/nodes", { headers: as(admin) }), 200);
  told(await api.GET("/v1/admin/invariants", { headers: as(admin) }), 200);
  told(await api.GET("/v1/admin/parked", { headers: as(admin) }), 200);
  told(await api.GET("/readyz"), 200);
  const refund = told(
    await api.POST("/v1/payments/{id}/refunds", {
      headers: as(user),
      params: { ...payment, header: { "Idempotency-Key": key() } },
      body: {},
    }),
    201,
  );
  const page = told(
    await api.GET("/problems/{code}", { params: { path: { code: "seat_taken" }, query: { lang: "ko" } } }),
    200,
  );
  if (typeof page === "string" || page.language !== "ko") throw new Error("the problem is not in Korean");
  return "paymentId" in refund ? refund.paymentId : "";
}
