/** What followed advice has brought so far; nothing is shown as long as nothing was measured. */
import type { Brought as Answer } from "@/api/answers";
import { rough } from "@/logic/advice_worth";
import { count, money } from "@/logic/format";
import { strings } from "@/strings";
import { Figure, Figures } from "@/ui/figures";

const words = strings.advice.brought;

export function Brought({ brought }: { brought: Answer }) {
  if (brought.verified === 0) return null;
  const foot = `${words.month}, ${words.verified(brought.verified)}`;
  return (
    <Figures label={words.label}>
      <Figure name={words.time} value={rough(brought.seconds_per_month)} foot={foot} tone="critical" />
      <Figure name={words.money} value={money(brought.usd_per_month)} foot={foot} tone="cost" />
      <Figure name={words.failures} value={count(brought.failed_runs_per_month)} foot={foot} tone="error" />
    </Figures>
  );
}
