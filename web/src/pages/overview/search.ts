/** What the address of the overview may say. */
import { isOrder } from "@/logic/overview_rows";
import { text, told, type Search } from "@/logic/search";
import { sortOf } from "@/logic/sorting";

/** `app`: only this application's workflows; `q`: only those that this is found in; `sort`: `-cost`, … */
export const search = (raw: Search) => {
  const sort = text(raw.sort);
  const by = sortOf(sort)?.by ?? "";
  return told({ app: text(raw.app), q: text(raw.q), sort: isOrder(by) ? sort : undefined });
};
