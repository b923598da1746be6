import type { CacheStatistics } from "@/api/cache";
import { bytes, count, duration, money, percent, significant } from "@/logic/format";
import { strings } from "@/strings";
import { Delta, Figure, Figures } from "@/ui/figures";

const words = strings.cache.figures;

export function CacheFigures({ found }: { found: CacheStatistics }) {
  const before = found.previous;
  const asked = found.hits + found.misses;
  const change = (now: number, then: number | undefined) =>
    then === undefined || then === 0 ? undefined : <Delta ratio={(now - then) / then} more="better" />;
  const delta = (value: number, name: "time_saved" | "cost_saved" | "hits") => {
    const shown = change(value, before?.[name]);
    return shown === undefined ? {} : { delta: shown };
  };
  return (
    <Figures label={words.label}>
      <Figure
        name={words.hitRate}
        value={percent(found.hit_rate === null ? null : found.hit_rate / 100)}
        tone="cache"
        foot={asked > 0 ? words.asked(count(found.hits), count(asked)) : words.nobody}
        {...points(found)}
      />
      <Figure
        name={words.time}
        value={duration(found.time_saved)}
        foot={words.timeFoot}
        {...delta(found.time_saved, "time_saved")}
      />
      <Figure
        name={words.money}
        value={money(found.cost_saved)}
        foot={words.moneyFoot}
        {...delta(found.cost_saved, "cost_saved")}
      />
      <Figure
        name={words.hits}
        value={count(found.hits)}
        foot={words.hitsFoot(count(found.misses), found.stale > 0 ? count(found.stale) : null)}
        {...delta(found.hits, "hits")}
      />
      <Figure name={words.shared} value={count(found.coalesced)} foot={words.sharedFoot} />
      <Figure
        name={words.held}
        value={count(found.entries)}
        foot={words.heldFoot(bytes(found.bytes), count(found.evictions))}
      />
      <Figure
        name={words.errors}
        value={count(found.errors)}
        foot={words.errorsFoot}
        {...(found.errors > 0 && { tone: "error" as const })}
      />
    </Figures>
  );
}

/** The hit rate's change in percentage points: a ratio of ratios says little. */
function points(found: CacheStatistics) {
  const [now, then] = [found.hit_rate, found.previous?.hit_rate ?? null];
  if (now === null || then === null) return {};
  const more = now - then;
  const sign = Math.abs(more) < 0.05 ? "±" : more > 0 ? "▲ +" : "▼ −";
  const colour = Math.abs(more) < 0.5 ? "var(--lp-dim)" : more > 0 ? "var(--lp-good)" : "var(--lp-bad)";
  const told = words.points(`${sign}${significant(Math.abs(more), Math.abs(more) < 10 ? 2 : 3)}`);
  return {
    delta: (
      <span className="lp-num" style={{ color: colour }} title={strings.common.delta.since}>
        {told}
      </span>
    ),
  };
}
