/** What the graph of a workflow says. */
const views = {
  time: "Critical time",
  cost: "Cost",
  errors: "Errors",
  cache: "Cache hits",
};
const measures = {
  time: "Share of all critical time",
  cost: "Cost in this period",
  errors: "Executions that failed",
  cache: "Executions answered by the cache",
};
const said = {
  time: (figure: string) => `${figure} of critical time`,
  cost: (figure: string) => `${figure} cost`,
  errors: (figure: string) => `${figure} failed`,
  cache: (figure: string) => `${figure} cache hits`,
};

export const graph = {
  label: "Graph of the workflow",
  hint: "Which step leads to which. The lit way is the critical path: the thicker, the more runs went along it.",
  views,
  measures,
  colourBy: "Colour by",
  shape: { label: "Show as", graph: "Graph", list: "List" },
  legend: {
    label: "Legend",
    least: "0",
    nothing: "Nothing is known of this yet",
    path: "Critical path",
    guessed: "Guessed order",
    unmeasured: "No figures",
  },
  zoom: { in: "Zoom in", out: "Zoom out", fit: "Fit to view", label: "Zoom" },
  keys: "Arrow keys move along the graph, Enter opens a step.",
  more: "There is more than fits: drag to move, or fit it to the view.",
  map: "Overview of the whole graph",
  step: {
    unmeasured: "no figures",
    said,
    name: (title: string, type: string, figure: string) => `${title}, ${type}, ${figure}`,
    inside: (title: string) => `inside of ${title}`,
    onPath: (share: string) => `on the critical path in ${share} of runs`,
    executions: (count: string) => `${count} executions`,
  },
  way: (from: string, to: string, branch: string | null, isLit: boolean) =>
    `${from} leads to ${to}${branch === null ? "" : ` if ${branch}`}${isLit ? ", on the critical path" : ""}`,
  list: {
    label: "Steps of the workflow",
    step: "Step",
    type: "Type",
    leadsTo: "Leads to",
    onPath: "On the path",
    onPathHint: "The share of runs in which the step is on the critical path",
    executions: "Executions",
  },
  strays: {
    title: "Not in the graph",
    text: "Measured in this period, but no step of this graph: older versions, or what is called inside of several steps.",
  },
  guess: {
    title: "This graph is guessed from the order in runs",
    text: "It may have too many edges, and branches have no names. Import the workflow's own file to see it as it is:",
    why: "What imports it",
    files: "FILE is a Dify export, LangGraph's graph.get_graph().to_json(), or an n8n workflow.",
    show: "Import the real graph",
    hide: "Hide",
  },
  version: (version: string) => `Version ${version}`,
  source: {
    imported: "Imported",
    telemetry: "Sent with spans",
    inferred: "Guessed from runs",
  },
  warnings: (count: number) => (count === 1 ? "1 note on this graph" : `${count} notes on this graph`),
  empty: {
    title: "No graph is known yet",
    text: "It is guessed from runs as soon as one has succeeded. To see it before, import the workflow's own file:",
  },
} as const;
