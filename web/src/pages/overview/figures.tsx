/** What all workflows come to together, and what was saved. */
import type { Overview } from "@/api/answers";
import { Sparkline } from "@/charts/sparkline";
import { count, duration, money, percent } from "@/logic/format";
import { wholePoints } from "@/logic/overview_points";
import { strings } from "@/strings";
import { Delta, Figure, Figures as Side } from "@/ui/figures";

const words = strings.overview.figures;
const WIDTH = 150;

export function Figures({ of }: { of: Overview }) {
  const { totals, cache, brought } = of;
  const [from, until] = wholePoints(of);
  const runs = totals.sparkline.run_count.slice(from, until);
  return (
    <Side label={words.label}>
      <Figure
        name={words.runs}
        value={count(totals.run_count)}
        delta={<Delta ratio={totals.change.run_count} more="neither" />}
        foot={<Trend of={runs} label={words.runsTrend(latest(runs))} />}
        tone="work"
      />
      <Figure
        name={words.failed}
        value={percent(totals.error_rate)}
        delta={<Delta ratio={totals.change.error_rate} more="worse" />}
        foot={<Trend of={totals.sparkline.error_rate} label={words.failedTrend} tone="error" />}
        tone="error"
      />
      <Figure
        name={words.cost}
        value={money(totals.total_cost)}
        delta={<Delta ratio={totals.change.total_cost} more="neither" />}
        foot={<Trend of={totals.sparkline.cost.slice(from, until)} label={words.costTrend} tone="cost" />}
        tone="cost"
      />
      <Figure
        name={words.time}
        value={duration(cache.time_saved)}
        foot={
          <Sources
            cache={cache}
            saved={cache.time_saved}
            brought={brought.seconds_per_month}
            verified={brought.verified}
            say={duration}
          />
        }
        tone="cache"
      />
      <Figure
        name={words.money}
        value={money(cache.cost_saved)}
        foot={
          <Sources
            cache={cache}
            saved={cache.cost_saved}
            brought={brought.usd_per_month}
            verified={brought.verified}
            say={money}
          />
        }
        tone="cache"
      />
    </Side>
  );
}

interface TrendProps {
  of: readonly (number | null)[];
  label: string;
  tone?: "error" | "cost";
}

function Trend({ of, label, tone }: TrendProps) {
  return <Sparkline label={label} values={of} width={WIDTH} height={22} tone={tone ?? "work"} />;
}

interface SourcesProps {
  cache: Overview["cache"];
  /** By the cache; less than nothing where looking up took more than what was found. */
  saved: number;
  /** By advice that was followed, a month. */
  brought: number;
  verified: number;
  say: (value: number) => string;
}

/** What saved it; what cost more than it saved is said to. */
function Sources({ cache, saved, brought, verified, say }: SourcesProps) {
  const rate = percent((cache.hit_rate ?? 0) / 100);
  return (
    <>
      <div>{saved < 0 ? words.lostByCache(rate) : cache.hits ? words.byCache(rate) : words.noCache}</div>
      <div>
        {!verified || brought === 0
          ? words.noAdvice
          : brought > 0
            ? words.byAdvice(say(brought))
            : words.lostByAdvice(say(-brought))}
      </div>
    </>
  );
}

function latest(values: readonly number[]): string {
  return count(values.at(-1));
}
