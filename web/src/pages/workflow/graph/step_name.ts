/** What a step is called where it cannot be seen: title, type, its figure of the view, how often it is on the path. */
import { percent } from "@/logic/format";
import type { Step } from "@/logic/graph_figures";
import { typeName } from "@/logic/graph_kinds";
import { heatOf, type Scale } from "@/logic/graph_scale";
import { strings } from "@/strings";

const words = strings.graph.step;

export function stepName({ node, measured }: Step, scale: Scale): string {
  const figure = measured ? words.said[scale.view](heatOf(measured, scale).text) : words.unmeasured;
  const name = words.name(node.node_title || node.node_id, typeName(node.node_type), figure);
  return scale.view === "time" && measured && measured.onPath > 0
    ? `${name}, ${words.onPath(percent(measured.onPath))}`
    : name;
}
