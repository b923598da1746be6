/** The list of workflows where there is no room for a table: a card each. */
import type { Line } from "@/logic/overview_rows";
import { strings } from "@/strings";

import { Advice, METRICS, MetricCell, Name } from "./cells";
import { Trouble } from "./trouble";
import classes from "./workflows.module.css";

const words = strings.overview.workflows;

interface CardsProps {
  lines: readonly Line[];
  days: number;
  asked: ReadonlySet<Line>;
}

export function Cards({ lines, days, asked }: CardsProps) {
  return (
    <ul className={classes.cards} aria-label={words.title}>
      {lines.map((line) => (
        <li key={`${line.of.app_id}/${line.of.workflow_id}`} className={classes.card}>
          <Name line={line} />
          <Trouble line={line} days={days} mayAsk={asked.has(line)} />
          <dl className={classes.grid}>
            {METRICS.filter((each) => each !== "cache" || line.of.cache_hit_rate !== null).map((metric) => (
              <div key={metric}>
                <dt>{words.columns[metric]}</dt>
                <dd>
                  <MetricCell line={line} metric={metric} />
                </dd>
              </div>
            ))}
          </dl>
          {line.of.advice && <Advice line={line} />}
        </li>
      ))}
    </ul>
  );
}
