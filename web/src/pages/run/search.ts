/** What the address of a run may say. */
import { text, told, type Search } from "@/logic/search";

/** `node`: the node execution that is looked at, or a node, whose first execution is meant; `find`: part of a name; `only=path`: the critical path alone. */
export const search = (raw: Search) =>
  told({
    node: text(raw.node),
    find: text(raw.find),
    only: raw.only === "path" ? ("path" as const) : undefined,
  });
