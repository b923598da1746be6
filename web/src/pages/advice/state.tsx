/** What became of it, where it is not open any more. */
import type { RatedRecommendation } from "@/api/answers";
import { instant, moment } from "@/logic/time";
import { strings } from "@/strings";

import classes from "./detail.module.css";

const words = strings.advice.state;

export function State({ one }: { one: RatedRecommendation }) {
  if (one.status === "dismissed")
    return (
      <Said at={one.dismissed_at} title={words.dismissed(moment(one.dismissed_at))}>
        <p className={classes.reason}>{one.dismissed_reason ?? words.noReason}</p>
        <p className="lp-dim">{words.dismissedNote}</p>
      </Said>
    );
  if (one.status === "obsolete")
    return (
      <Said at={one.obsolete_at} title={words.obsolete(moment(one.obsolete_at))}>
        <p className="lp-dim">{words.obsoleteNote}</p>
      </Said>
    );
  if (one.status === "implemented") {
    const detected = one.implemented_how === "detected";
    const when = moment(one.implemented_at);
    return (
      <Said at={one.implemented_at} title={detected ? words.detected(when) : words.user(when)}>
        {detected && <p className="lp-dim">{words.detectedNote}</p>}
      </Said>
    );
  }
  return null;
}

function Said({ at, title, children }: { at: string | null; title: string; children: React.ReactNode }) {
  return (
    <div className={classes.state}>
      <strong title={instant(at)}>{title}</strong>
      {children}
    </div>
  );
}
