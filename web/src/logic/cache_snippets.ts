/** Code that turns a node's cache on, or lets it look on: to be copied, so names from outside are written as text. */
export interface Wanted {
  app: string;
  workflow: string;
  node: string;
  nodeType: string;
  mode: "on" | "shadow";
  ttlHours: number | null;
  /** Where the server is, as the browser sees it. */
  server: string;
}

/** Text as Python and JSON write it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Text within single quotes of a shell. */
function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A name that Python takes for a function: `find passages` is `find_passages`. */
export function functionName(node: string): string {
  const plain = node
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return /^[a-z]/.test(plain) ? plain : `node_${plain}`.replace(/_$/, "");
}

export function pythonSnippet({ node, nodeType, mode, ttlHours }: Wanted): string {
  const options = [
    `node_id=${quoted(node)}`,
    `node_type=${quoted(nodeType || "code")}`,
    ...(ttlHours === null ? [] : [`ttl=${Math.round(ttlHours * 3600)}`]),
    ...(mode === "shadow" ? ['mode="shadow"'] : []),
  ];
  return `import longpole


@longpole.cached_node(
    ${options.join(",\n    ")},
)
def ${functionName(node)}(question):
    ...`;
}

export function langGraphSnippet({ app, workflow, node, nodeType, ttlHours }: Wanted): string {
  const policy = ttlHours === null ? "CachePolicy()" : `CachePolicy(ttl=${Math.round(ttlHours * 3600)})`;
  return `from langgraph.types import CachePolicy
from longpole.integrations.langgraph import LongpoleCache

graph.add_node(${quoted(node)}, ${functionName(node)}, cache_policy=${policy})
app = graph.compile(
    cache=LongpoleCache(${quoted(app)}, ${quoted(workflow)}, node_types={${quoted(node)}: ${quoted(nodeType || "code")}}),
)`;
}

/** What the configuration of a node says, in whatever language. */
export function configSnippet({ mode, ttlHours }: Wanted): string {
  const said = {
    ...(mode === "shadow" ? { mode: "shadow" } : { enabled: true }),
    ...(ttlHours === null ? {} : { ttl_hours: ttlHours }),
  };
  return `{"cache": ${JSON.stringify(said).replaceAll(":", ": ").replaceAll(",", ", ")}}`;
}

export function httpSnippet(wanted: Wanted): string {
  const path = [wanted.app, wanted.workflow].map(encodeURIComponent);
  const config = configSnippet(wanted);
  const body = `{"node_type": ${quoted(wanted.nodeType || "code")}, "node_id": ${quoted(wanted.node)},
 "node_config": ${config}, "input_data": {"question": "…"}, "wait_seconds": 30}`;
  return `curl -sS ${shell(`${wanted.server}/apps/${path[0] ?? ""}/workflows/${path[1] ?? ""}/cache/lookup`)} \\
  -H 'Content-Type: application/json' \\
  -d ${shell(body)}`;
}

export const SHADOW_SETTING = "LONGPOLE_CACHE_MODE=shadow longpole serve";
