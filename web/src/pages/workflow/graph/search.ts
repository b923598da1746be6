/** What an address may say of the graph: what it is coloured by, whether it is shown as a list. */
import { VIEWS } from "@/logic/graph_figures";
import { oneOf, type Search } from "@/logic/search";

export const graphSearch = (raw: Search) => ({
  colour: oneOf(raw.colour, VIEWS),
  graph: oneOf(raw.graph, ["list"] as const),
});
