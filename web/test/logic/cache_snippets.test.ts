import { describe, expect, it } from "vitest";

import {
  configSnippet,
  functionName,
  httpSnippet,
  langGraphSnippet,
  pythonSnippet,
  type Wanted,
} from "@/logic/cache_snippets";

const wanted: Wanted = {
  ...{ app: "shop", workflow: "doc/qa", node: 'say "hi" to Bob\'s', nodeType: "llm", mode: "shadow" },
  ...{ ttlHours: 6, server: "http://127.0.0.1:4318" },
};

describe("code that turns a cache on", () => {
  it.each([
    ["find passages", "find_passages"],
    ["Fünf & mehr", "fu_nf_mehr"],
    ["3rd step", "node_3rd_step"],
    ["回答", "node"],
  ])("a function for %j is %s", (node, name) => {
    expect(functionName(node)).toBe(name);
  });

  it("writes names as text of Python", () => {
    const code = pythonSnippet(wanted);
    expect(code).toContain(String.raw`node_id="say \"hi\" to Bob's",`);
    expect(code).toContain("ttl=21600,");
    expect(code).toContain('mode="shadow",');
    expect(code).toContain("def say_hi_to_bob_s(question):");
    expect(pythonSnippet({ ...wanted, mode: "on", ttlHours: null })).not.toMatch(/ttl|mode/);
  });

  it("gives LangGraph a policy and our cache", () => {
    const code = langGraphSnippet({ ...wanted, node: "answer" });
    expect(code).toContain('graph.add_node("answer", answer, cache_policy=CachePolicy(ttl=21600))');
    expect(code).toContain('LongpoleCache("shop", "doc/qa", node_types={"answer": "llm"})');
  });

  it("says it in the configuration", () => {
    expect(configSnippet(wanted)).toBe('{"cache": {"mode": "shadow", "ttl_hours": 6}}');
    expect(JSON.parse(configSnippet({ ...wanted, mode: "on", ttlHours: null }))).toEqual({
      cache: { enabled: true },
    });
  });

  it("asks over HTTP, with ids and quotes as an address and a shell want them", () => {
    const code = httpSnippet(wanted);
    expect(code).toContain("'http://127.0.0.1:4318/apps/shop/workflows/doc%2Fqa/cache/lookup'");
    const body = /-d '(.*)'$/s.exec(code)?.[1]?.replaceAll(`'\\''`, "'") ?? "";
    expect(JSON.parse(body)).toMatchObject({
      ...{ node_type: "llm", node_id: wanted.node, node_config: { cache: { mode: "shadow", ttl_hours: 6 } } },
    });
  });
});
