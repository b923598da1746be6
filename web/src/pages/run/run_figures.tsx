/** What the run came to. */
import type { RunLine } from "@/api/answers";
import { count, duration, money } from "@/logic/format";
import type { DrawnPath } from "@/logic/run_path";
import { ago, instant } from "@/logic/time";
import { strings } from "@/strings";
import { Figure, Figures } from "@/ui/figures";

const words = strings.run.figures;

interface RunFiguresProps {
  run: RunLine;
  path: DrawnPath;
  /** Seconds up to which the run is drawn: of one that is not over, up to now. */
  soFar: number;
}

export function RunFigures({ run, path, soFar }: RunFiguresProps) {
  const isRunning = run.state === "running" && run.total_execution_time === null;
  return (
    <Figures label={words.label}>
      <Figure
        name={words.duration}
        value={duration(isRunning ? soFar : run.total_execution_time)}
        foot={
          isRunning
            ? words.stillRunning
            : run.total_execution_time === null
              ? words.neverEnded
              : path.total > 0 && words.onPath(duration(path.waited))
        }
        tone="critical"
      />
      <Figure
        name={words.started}
        value={ago(run.start_time ?? run.recorded_at)}
        foot={instant(run.start_time)}
      />
      <Figure name={words.nodes} value={count(run.node_count)} foot={<NodesFoot run={run} />} />
      <Figure
        name={words.cost}
        value={money(run.total_tokens_cost ?? run.known_tokens_cost)}
        foot={run.total_tokens_cost === null && run.known_tokens_cost !== null ? words.costPart : undefined}
        tone="cost"
      />
      <Figure
        name={words.tokens}
        value={count(run.total_tokens_used)}
        foot={
          run.tokens.input === null && run.tokens.output === null
            ? undefined
            : words.tokensFoot(count(run.tokens.input), count(run.tokens.output))
        }
      />
    </Figures>
  );
}

function NodesFoot({ run }: { run: RunLine }) {
  const told = [
    run.failed_nodes > 0 ? words.failed(run.failed_nodes) : words.allGood,
    (run.cached_nodes ?? 0) > 0 ? words.cached(run.cached_nodes ?? 0) : null,
  ];
  return <>{told.filter(Boolean).join(" · ")}</>;
}
