/** What the address of the settings may say. */
import { oneOf, text, told, type Search } from "@/logic/search";

export const TABS = ["connect", "retention", "upkeep", "alerts", "all", "about"] as const;
export type Tab = (typeof TABS)[number];

/** Which part is open, and which alert rule in it. */
export const search = (raw: Search) => told({ tab: oneOf(raw.tab, TABS), rule: text(raw.rule) });
