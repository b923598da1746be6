/** What kind of step a type is: engines have many words for the same, and those of tomorrow are recognised by parts. */
export type Kind =
  | "agent"
  | "answer"
  | "branch"
  | "code"
  | "document"
  | "embedding"
  | "end"
  | "http"
  | "human"
  | "llm"
  | "loop"
  | "other"
  | "retriever"
  | "start"
  | "template"
  | "tool"
  | "variable";

/** The first that is found in a type counts: `agent_tool` is an agent, `knowledge_retrieval` a retriever. */
const PARTS: readonly (readonly [string, Kind])[] = [
  ["iteration_start", "start"],
  ["loop_start", "start"],
  ["loop_end", "end"],
  ["agent", "agent"],
  ["iteration", "loop"],
  ["loop", "loop"],
  ["splitinbatches", "loop"],
  ["embedding", "embedding"],
  ["llm", "llm"],
  ["chat", "llm"],
  ["completion", "llm"],
  ["model", "llm"],
  ["classifier", "branch"],
  ["if_else", "branch"],
  ["ifelse", "branch"],
  ["condition", "branch"],
  ["switch", "branch"],
  ["router", "branch"],
  ["retriev", "retriever"],
  ["rerank", "retriever"],
  ["search", "retriever"],
  ["knowledge", "retriever"],
  ["http", "http"],
  ["webhook", "http"],
  ["code", "code"],
  ["function", "code"],
  ["template", "template"],
  ["document", "document"],
  ["parameter_extractor", "llm"],
  ["variable", "variable"],
  ["assign", "variable"],
  ["human", "human"],
  ["answer", "answer"],
  ["trigger", "start"],
  ["start", "start"],
  ["end", "end"],
  ["tool", "tool"],
];

export function kindOf(type: string): Kind {
  const plain = type.toLowerCase().replaceAll("-", "_");
  return PARTS.find(([part]) => plain.includes(part))?.[1] ?? "other";
}

/** A type as people read it: `knowledge_retrieval` is “knowledge retrieval”. */
export function typeName(type: string): string {
  return type.replaceAll(/[_-]+/g, " ").trim() || type;
}
