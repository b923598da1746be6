/** What the address of the live runs may say. */
import { text, told, type Search } from "@/logic/search";

/** Whose runs are looked at; a workflow is one of an application. */
export const search = (raw: Search) => {
  const app = text(raw.app);
  return told({ app, workflow: app === undefined ? undefined : text(raw.workflow) });
};
