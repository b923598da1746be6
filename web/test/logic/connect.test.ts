import { describe, expect, it } from "vitest";

import { CLIENTS, grpcEndpoint, isLoopback } from "@/logic/connect";
import { steps } from "@/logic/connect_code";

const NOW = new Date("2026-11-08T12:00:00Z");
const server = { origin: "https://longpole.example:8443", now: NOW };

describe("steps", () => {
  it.each(CLIENTS)("%s is told this server's address, and no other", (client) => {
    const told = steps(client, server)
      .map((each) => each.text)
      .join("\n");
    expect(told).toContain("https://longpole.example:8443");
    expect(told).not.toMatch(/127\.0\.0\.1|localhost|undefined/);
  });

  it.each(CLIENTS)("%s has each kind of step once", (client) => {
    const kinds = steps(client, server).map((each) => each.kind);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it("of plain HTTP are a run that ended just now", () => {
    const text = steps("http", server)[0]?.text ?? "";
    const body = text.slice(text.indexOf("-d '") + 4, -1);
    expect(JSON.parse(body)).toMatchObject({
      started_at: "2026-11-08T11:59:55.000Z",
      finished_at: "2026-11-08T12:00:00.000Z",
      nodes: [
        { node_id: "fetch", start_time: "2026-11-08T11:59:55.000Z", end_time: "2026-11-08T11:59:56.000Z" },
        { node_id: "answer", waits_for: ["fetch"], end_time: "2026-11-08T12:00:00.000Z" },
      ],
    });
  });

  it("name gRPC only where its port is known", () => {
    const kinds = (grpcPort?: number) => steps("otel", { ...server, grpcPort }).map((each) => each.kind);
    expect(kinds()).toEqual(["environment"]);
    expect(kinds(-1)).toEqual(["environment"]);
    expect(kinds(4317)).toEqual(["environment", "grpc"]);
  });
});

describe("grpcEndpoint", () => {
  it("is at the same host", () => {
    expect(grpcEndpoint({ ...server, grpcPort: 4317 })).toBe("longpole.example:4317");
    expect(grpcEndpoint({ origin: "http://[::1]:4318", grpcPort: 4317, now: NOW })).toBe("[::1]:4317");
  });
});

describe("isLoopback", () => {
  it.each([
    ["http://127.0.0.1:4318", true],
    ["http://localhost:4318", true],
    ["http://[::1]:4318", true],
    ["https://longpole.example", false],
    ["http://10.0.0.7:4318", false],
  ])("%s: %s", (origin, expected) => {
    expect(isLoopback(origin)).toBe(expected);
  });
});
