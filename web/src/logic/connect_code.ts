/**
 * How each client sends its telemetry to this server: what to install, to set and to write, with the server's address in it.
 *
 * The settings are those of `docs/how-to/`: who changes one there changes it here.
 */
import { grpcEndpoint, type ClientId, type Server } from "./connect";

export interface Snippet {
  kind: "install" | "environment" | "code" | "call" | "fields" | "send" | "grpc" | "namely";
  text: string;
}

type Lines = readonly string[];

const part = (kind: Snippet["kind"], ...lines: Lines): Snippet => ({ kind, text: lines.join("\n") });

const exported = (...lines: Lines): Snippet => part("environment", ...lines.map((line) => `export ${line}`));

const endpoint = ({ origin }: Server) => `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`;

const SDK = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http";

/** A Python program with an instrumentation: its package, and the lines that differ. */
const instrumented =
  (packages: string, importing: string, instrument: Lines, environment: Lines = []) =>
  (server: Server): readonly Snippet[] => [
    part("install", `pip install ${packages} ${SDK}`),
    exported(endpoint(server), "OTEL_SERVICE_NAME=my-app", ...environment),
    part(
      "code",
      importing,
      "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter",
      "from opentelemetry.sdk.trace import TracerProvider",
      "from opentelemetry.sdk.trace.export import BatchSpanProcessor",
      "",
      "provider = TracerProvider()",
      "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))",
      ...instrument,
    ),
  ];

const CODE: Readonly<Record<ClientId, (server: Server) => readonly Snippet[]>> = {
  langgraph: instrumented(
    "openinference-instrumentation-langchain",
    "from openinference.instrumentation.langchain import LangChainInstrumentor",
    ["LangChainInstrumentor().instrument(tracer_provider=provider)"],
  ),

  openai: (server) => [
    ...instrumented(
      "opentelemetry-instrumentation-openai-v2",
      "from opentelemetry import trace\nfrom opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor",
      ["trace.set_tracer_provider(provider)", "OpenAIInstrumentor().instrument()"],
      ["OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental"],
    )(server),
    part(
      "namely",
      'tracer = trace.get_tracer("my-app")',
      "",
      'with tracer.start_as_current_span("support_ticket"):',
      "    ...  # calls of the OpenAI client",
    ),
  ],

  "openai-agents": (server) => [
    ...instrumented(
      "openinference-instrumentation-openai-agents",
      "from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor",
      ["OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)"],
    )(server),
    part("namely", 'Runner.run(agent, text, run_config=RunConfig(workflow_name="support_ticket"))'),
  ],

  "pydantic-ai": (server) => [
    part("install", "pip install pydantic-ai logfire"),
    exported(endpoint(server), "OTEL_SERVICE_NAME=my-app"),
    part(
      "code",
      "import logfire",
      "",
      "logfire.configure(send_to_logfire=False)",
      "logfire.instrument_pydantic_ai()",
    ),
  ],

  llamaindex: instrumented(
    "openinference-instrumentation-llama-index llama-index-core",
    "from openinference.instrumentation.llama_index import LlamaIndexInstrumentor",
    ["LlamaIndexInstrumentor().instrument(tracer_provider=provider)"],
  ),

  "vercel-ai-sdk": (server) => [
    part("install", "npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto"),
    exported(endpoint(server), "OTEL_SERVICE_NAME=my-app"),
    part(
      "code",
      "// instrumentation.ts, loaded before everything else",
      'import { NodeSDK } from "@opentelemetry/sdk-node";',
      'import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";',
      "",
      "new NodeSDK({ traceExporter: new OTLPTraceExporter() }).start();",
    ),
    part(
      "call",
      "// version 4 to 6: on each call",
      "await generateText({",
      "  model,",
      "  prompt,",
      '  experimental_telemetry: { isEnabled: true, functionId: "support_ticket" },',
      "});",
      "",
      "// version 7: once at the start (npm install @ai-sdk/otel)",
      'import { registerTelemetry } from "ai";',
      'import { OpenTelemetry } from "@ai-sdk/otel";',
      "",
      "registerTelemetry(new OpenTelemetry());",
    ),
  ],

  dify: ({ origin }) => [
    part("fields", `Endpoint  ${origin}`, "API key   unused", "Project   my-app"),
    part(
      "environment",
      "ENABLE_OTEL=true",
      `OTLP_BASE_ENDPOINT=${origin}`,
      "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
      "OTEL_SAMPLING_RATE=1.0",
    ),
  ],

  n8n: ({ origin }) => [
    part("environment", "N8N_OTEL_ENABLED=true", `N8N_OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`),
  ],

  openllmetry: ({ origin }) => [
    part("install", "pip install traceloop-sdk"),
    part(
      "code",
      "from traceloop.sdk import Traceloop",
      "from traceloop.sdk.decorators import task, workflow",
      "",
      `Traceloop.init(app_name="my-app", api_endpoint="${origin}", api_key="unused")`,
      "",
      "",
      '@task(name="create_joke")',
      "def create_joke() -> str: ...",
      "",
      "",
      '@workflow(name="joke_workflow")',
      "def joke() -> str:",
      "    return create_joke()",
    ),
  ],

  langfuse: ({ origin }) => [
    exported(
      `LANGFUSE_BASE_URL=${origin}`,
      "LANGFUSE_PUBLIC_KEY=pk-unused",
      "LANGFUSE_SECRET_KEY=sk-unused",
      "OTEL_SERVICE_NAME=my-app",
    ),
    part(
      "call",
      "from langfuse import get_client",
      "from opentelemetry import trace",
      "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter",
      "from opentelemetry.sdk.trace.export import BatchSpanProcessor",
      "",
      "get_client()",
      `exporter = OTLPSpanExporter(endpoint="${origin}/v1/traces")`,
      "trace.get_tracer_provider().add_span_processor(BatchSpanProcessor(exporter))",
    ),
  ],

  langsmith: (server) => [
    part("install", 'pip install "langsmith[otel]"'),
    exported(
      "LANGSMITH_TRACING=true",
      "LANGSMITH_TRACING_MODE=otel",
      endpoint(server),
      "OTEL_SERVICE_NAME=my-app",
    ),
  ],

  mlflow: ({ origin }) => [
    part("install", "pip install mlflow-tracing opentelemetry-exporter-otlp-proto-http"),
    exported(
      `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${origin}/v1/traces`,
      "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf",
      "OTEL_SERVICE_NAME=my-app",
    ),
  ],

  otel: (server) => {
    const grpc = grpcEndpoint(server);
    return [
      exported(endpoint(server), "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_SERVICE_NAME=my-app"),
      ...(grpc === null
        ? []
        : [part("grpc", `OTEL_EXPORTER_OTLP_ENDPOINT=http://${grpc}`, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc")]),
    ];
  },

  http: ({ origin, now }) => {
    const at = (secondsAgo: number) => new Date(now.getTime() - secondsAgo * 1000).toISOString();
    const node = (id: string, type: string, from: number, until: number, more = "") =>
      `    {"node_execution_id": "${id}-1", "node_id": "${id}", "node_type": "${type}",${more}\n` +
      `     "start_time": "${at(from)}", "end_time": "${at(until)}", "status": "succeeded"}`;
    return [
      part(
        "send",
        `curl -sS ${origin}/apps/my-app/workflows/checkout/runs \\`,
        "  -H 'Content-Type: application/json' -d '{",
        '  "workflow_run_id": "my-first-run", "execution_status": "succeeded",',
        `  "started_at": "${at(5)}", "finished_at": "${at(0)}",`,
        '  "nodes": [',
        `${node("fetch", "http-request", 5, 4)},`,
        node("answer", "llm", 4, 0, ' "waits_for": ["fetch"],'),
        "  ]}'",
      ),
    ];
  },
};

/** What is to be done for a client, in order. */
export function steps(client: ClientId, server: Server): readonly Snippet[] {
  return CODE[client](server);
}
