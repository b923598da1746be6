import { text, told, type Search } from "@/logic/search";

/** `app`: only this application's workflows. */
export const search = (raw: Search) => told({ app: text(raw.app) });
