/** What was measured, but is no step of the graph: listed, so that nothing is lost. */
import { UnstyledButton } from "@mantine/core";

import type { Stray } from "@/logic/graph_figures";
import { heatOf, type Scale } from "@/logic/graph_scale";
import { strings } from "@/strings";

import classes from "./graph.module.css";
import { TypeIcon } from "./icons";

const words = strings.graph;

interface StraysProps {
  strays: readonly Stray[];
  scale: Scale;
  open: (id: string, within: string | null) => void;
}

export function Strays({ strays, scale, open }: StraysProps) {
  if (strays.length === 0) return null;
  return (
    <section className={classes.strays} aria-label={words.strays.title}>
      <h3>{words.strays.title}</h3>
      <p>{words.strays.text}</p>
      <ul>
        {strays.map((each) => (
          <li key={`${each.inside ?? ""} ${each.node_id}`}>
            <UnstyledButton
              title={each.inside === null ? each.title : `${each.title}, ${words.step.inside(each.inside)}`}
              onClick={() => {
                open(each.node_id, each.inside);
              }}
            >
              <TypeIcon type={each.type} size={14} />
              <span className="lp-clip">{each.title}</span>
              <span className="lp-num">{heatOf(each.measured, scale).text}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
