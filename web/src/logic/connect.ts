/** What can send telemetry here, and where to. What each of them needs is in `connect_code.ts`. */

/** Where the server is reached, as this page was. */
export interface Server {
  /** `http://127.0.0.1:4318`, without a slash at its end. */
  origin: string;
  /** Where it takes OTLP over gRPC; undefined where it does not, or nobody knows. */
  grpcPort?: number | undefined;
  /** When the example run of the plain HTTP request ended. */
  now: Date;
}

/** The clients in the order in which they are offered. */
export const CLIENTS = [
  "langgraph",
  "openai",
  "openai-agents",
  "pydantic-ai",
  "llamaindex",
  "vercel-ai-sdk",
  "dify",
  "n8n",
  "openllmetry",
  "langfuse",
  "langsmith",
  "mlflow",
  "otel",
  "http",
] as const;

export type ClientId = (typeof CLIENTS)[number];

/** `127.0.0.1:4317`: where gRPC exporters send; null where the port is not known. */
export function grpcEndpoint({ origin, grpcPort }: Server): string | null {
  return grpcPort === undefined || grpcPort <= 0 ? null : `${new URL(origin).hostname}:${grpcPort}`;
}

/** Whether only programs on the server's own machine reach this address. */
export function isLoopback(origin: string): boolean {
  const host = new URL(origin).hostname;
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}
