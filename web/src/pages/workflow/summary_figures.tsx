/** The period in seven figures, each beside the period before. */
import type { Summary } from "@/api/answers";
import { count, duration, money, percent } from "@/logic/format";
import { strings } from "@/strings";
import { Delta, Figure, Figures } from "@/ui/figures";

const words = strings.workflow.figures;

/** By how much a share changed, as the other figures tell it: in parts of what it was. */
function errorChange({ run_count, failed, previous }: Summary): number | null {
  if (previous.run_count === 0 || previous.failed === 0 || run_count === 0) return null;
  const was = previous.failed / previous.run_count;
  return (failed / run_count - was) / was;
}

/** Nothing where there is nothing to compare with. */
function delta(ratio: number | null | undefined, more: "worse" | "better" | "neither") {
  return ratio == null ? undefined : <Delta ratio={ratio} more={more} />;
}

export function SummaryFigures({ found }: { found: Summary }) {
  const { change, execution_time: time, previous, tokens } = found;
  const was = (value: string) => (previous.run_count > 0 ? words.was(value) : undefined);
  const failedShare = found.run_count > 0 ? found.failed / found.run_count : null;
  return (
    <Figures label={words.label}>
      <Figure
        name={words.runs}
        value={count(found.run_count)}
        delta={delta(change.run_count, "neither")}
        foot={was(count(previous.run_count))}
      />
      <Figure
        name={words.p50}
        value={duration(time.p50)}
        delta={delta(change["execution_time.p50"], "worse")}
        foot={was(duration(previous.execution_time.p50))}
        tone="work"
      />
      <Figure
        name={words.p95}
        value={duration(time.p95)}
        delta={delta(change["execution_time.p95"], "worse")}
        foot={words.p99(duration(time.p99))}
        tone="critical"
      />
      <Figure
        name={words.errors}
        value={percent(failedShare)}
        delta={delta(errorChange(found), "worse")}
        foot={words.failed(count(found.failed))}
        tone="error"
      />
      <Figure
        name={words.cost}
        value={money(found.total_cost)}
        delta={delta(change.total_cost, "neither")}
        foot={<CostFoot found={found} />}
        tone="cost"
      />
      <Figure
        name={words.tokens}
        value={count(tokens.total)}
        delta={delta(change["tokens.total"], "neither")}
        foot={tokens.total === null ? undefined : words.tokensOf(count(tokens.input), count(tokens.output))}
      />
      <Figure
        name={words.cache}
        value={percent(found.cache_hit_rate === null ? null : found.cache_hit_rate / 100)}
        delta={delta(change.cache_hit_rate, "better")}
        foot={
          previous.cache_hit_rate === null ? undefined : words.was(percent(previous.cache_hit_rate / 100))
        }
        tone="cache"
      />
    </Figures>
  );
}

/** More runs cost more: whether a run became dearer is what is told as better or worse. */
function CostFoot({ found: { total_cost, cost_known_share, run_count, previous } }: { found: Summary }) {
  if (total_cost === null || run_count === 0) return null;
  if (cost_known_share !== null && cost_known_share < 1) return words.costPart(percent(cost_known_share));
  const each = total_cost / run_count;
  const was =
    previous.total_cost !== null && previous.run_count > 0 ? previous.total_cost / previous.run_count : null;
  return (
    <>
      {words.perRun(money(each))} {was ? <Delta ratio={(each - was) / was} more="worse" /> : null}
    </>
  );
}
