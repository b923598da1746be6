import { describe, expect, it } from "vitest";

import { kindOf, typeName } from "@/logic/graph_kinds";

describe("kinds of steps", () => {
  it.each([
    ["llm", "llm"],
    ["question-classifier", "branch"],
    ["if_else", "branch"],
    ["knowledge_retrieval", "retriever"],
    ["RERANK", "retriever"],
    ["http_request", "http"],
    ["iteration_start", "start"],
    ["iteration", "loop"],
    ["agent_tool", "agent"],
    ["code", "code"],
    ["n8n-nodes-base.splitInBatches", "loop"],
    ["@n8n/n8n-nodes-langchain.embeddingsOpenAi", "embedding"],
    ["node", "other"],
    ["", "other"],
  ])("%s is of kind %s", (type, kind) => {
    expect(kindOf(type)).toBe(kind);
  });

  it("reads types as words", () => {
    expect(typeName("knowledge_retrieval")).toBe("knowledge retrieval");
    expect(typeName("_")).toBe("_");
  });
});
