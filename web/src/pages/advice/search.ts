/** What the address of advice may say: which are listed, and which one is read. */
import { oneOf, text, told, type Search } from "@/logic/search";

export const STATUSES = ["active", "implemented", "dismissed", "obsolete"] as const;
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export const CATEGORIES = ["performance", "cost", "reliability", "scalability", "best_practice"] as const;

export type Status = (typeof STATUSES)[number];

export const search = (raw: Search) =>
  told({
    id: text(raw.id),
    status: oneOf(raw.status, STATUSES),
    severity: oneOf(raw.severity, SEVERITIES),
    category: oneOf(raw.category, CATEGORIES),
    app: text(raw.app),
  });
