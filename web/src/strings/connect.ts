/** What is said on the way to a first run. */
export const connect = {
  choose: "What do you send from?",
  clients: {
    langgraph: "LangGraph, LangChain",
    openai: "OpenAI SDK",
    "openai-agents": "OpenAI Agents SDK",
    "pydantic-ai": "Pydantic AI",
    llamaindex: "LlamaIndex",
    "vercel-ai-sdk": "Vercel AI SDK",
    dify: "Dify",
    n8n: "n8n",
    openllmetry: "OpenLLMetry",
    langfuse: "Langfuse SDK",
    langsmith: "LangSmith SDK",
    mlflow: "MLflow",
    otel: "Other OpenTelemetry",
    http: "Plain HTTP",
  },
  steps: {
    install: "Install",
    environment: "Set in the environment",
    code: "At the start of your program",
    call: "In your code",
    fields: "Enter in the application",
    send: "Send a run",
    grpc: "Or over gRPC",
    namely: "Name the workflow",
  },
  /** Where a step is something else for a client: its own title. */
  stepsOf: {
    dify: {
      fields: "Per application: Monitoring → Tracing → Phoenix → Configure",
      environment: "Or for the whole deployment: in the environment of the API and the worker",
    },
    langfuse: { call: "Or keep Langfuse and send to both: leave its address as it is" },
    n8n: { environment: "Set in n8n's environment" },
    otel: { environment: "Any exporter for OTLP over HTTP" },
    http: { send: "Post a run with its nodes: from any language" },
  } as Readonly<Record<string, Readonly<Record<string, string>>>>,
  /** What becomes what: one sentence. */
  notes: {
    langgraph:
      "The workflow is the graph's name: compile it with graph.compile(name=…). A program that ends at once calls provider.shutdown().",
    openai: "One span around what belongs together is one run. A bare call is a run of one node.",
    "openai-agents": "Agents, turns, tools and handoffs are nodes.",
    "pydantic-ai": "The workflow is your outermost span, else the agent's name.",
    llamaindex: "The workflow is the class whose run() you call. Steps and model calls are nodes.",
    "vercel-ai-sdk": "The workflow is your outermost span, else functionId.",
    dify: "Dify sends some seconds after a run has ended. The application's id is the workflow's name.",
    n8n: "Needs n8n 2.19 or later. Every node of the n8n workflow is a node here.",
    openllmetry: "The workflow is the name that @workflow gives it; tasks and model calls are nodes.",
    langfuse:
      "Python SDK 3 and JavaScript SDK 4, or later. The keys may be anything. Your code stays as it is.",
    langsmith: "Your code stays as it is. The workflow is the outermost run's name.",
    mlflow: "Your code stays as it is. The workflow is the outermost span's name.",
    otel: "A trace is a run if one of its spans is of an AI workflow: a gen_ai.* attribute, an openinference.span.kind, or longpole.workflow_id.",
    http: "The same call again changes nothing. What you do not know, leave out.",
  },
  loopback: (origin: string) =>
    `${origin} is reached from this machine only. In a container it is the container itself: run the program beside the server, or carry the port over.`,
  code: (client: string, step: string) => `${client}: ${step}`,
} as const;
