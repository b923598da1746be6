/** What the address of a workflow's cache may say. */
import { oneOf, text, told, type Search } from "@/logic/search";

/** `show` is of the chart, `sort` of the served nodes, `key` is the one that is explained. */
export const search = (raw: Search) =>
  told({
    show: oneOf(raw.show, ["time", "money"] as const),
    sort: text(raw.sort),
    key: text(raw.key),
  });
