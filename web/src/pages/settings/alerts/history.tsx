/** What was told by a rule, or is about to be; the newest first. */
import { useQuery } from "@tanstack/react-query";

import { deliveries } from "@/api/alerts";
import type { AlertDelivery, AlertRule } from "@/api/answers";
import { moment } from "@/logic/time";
import { strings } from "@/strings";
import { Severity } from "@/ui/marks";
import { Shown } from "@/ui/states";

import classes from "../settings.module.css";

const words = strings.settings.alerts;

export function History({ rule }: { rule: AlertRule }) {
  const query = useQuery(deliveries(rule.id));
  return (
    <Shown query={query} height={80}>
      {({ items }) =>
        items.length === 0 ? (
          <p className={classes.told}>{words.historyNone}</p>
        ) : (
          <ul className={classes.history} aria-label={words.showHistory(rule.name)}>
            {items.map((each) => (
              <Delivery key={each.id} delivery={each} />
            ))}
          </ul>
        )
      }
    </Shown>
  );
}

function Delivery({ delivery }: { delivery: AlertDelivery }) {
  const { state, next_attempt_at: next } = delivery;
  const isBad = state === "failed";
  return (
    <li>
      <span className="lp-num lp-dim">{moment(delivery.created_at)}</span> {words.event[delivery.event]}{" "}
      <Severity value={delivery.severity} /> {delivery.title}
      <small className={isBad ? classes.bad : undefined}>
        {[
          words.state[state],
          words.attempts(delivery.attempts),
          next !== null && state === "pending" ? words.nextAt(moment(next)) : null,
          delivery.last_error,
        ]
          .filter((each) => each !== null)
          .join(" · ")}
      </small>
    </li>
  );
}
