/** Who decides how long runs take: nodes and kinds of waiting by their share of the critical time. */
import type { Bottleneck, Bottlenecks } from "@/api/answers";

export type Waiting = "queue" | "retry_delay" | "engine_overhead";

/** A part of the critical time: a node's, a kind of waiting, or what is left of nodes that are too small. */
export type Part =
  | { kind: "node"; share: number; node: Bottleneck }
  | { kind: "waiting"; share: number; waiting: Waiting }
  | { kind: "rest"; share: number; count: number };

const LEAST_SHARE = 0.02;
const WAITINGS: readonly Waiting[] = ["queue", "retry_delay", "engine_overhead"];

/** The parts of the critical time, the longest node first, waiting last; shares are of all of them together. */
export function partsOf(found: Bottlenecks): Part[] {
  const waiting = WAITINGS.map((kind) => ({ kind, share: found.waiting[kind].share })).toSorted(
    (one, other) => other.share - one.share,
  );
  const whole =
    found.items.reduce((sum, each) => sum + each.critical_share, 0) +
    waiting.reduce((sum, each) => sum + each.share, 0);
  if (whole <= 0) return [];
  const nodes = found.items.toSorted((one, other) => other.critical_share - one.critical_share);
  const isSmall = (node: Bottleneck, place: number) => place > 0 && node.critical_share / whole < LEAST_SHARE;
  const small = nodes.filter(isSmall);
  const rest = small.reduce((sum, each) => sum + each.critical_share, 0);
  return [
    ...nodes
      .filter((node, place) => !isSmall(node, place))
      .map((node): Part => ({ kind: "node", share: node.critical_share / whole, node })),
    ...(rest > 0 ? [{ kind: "rest", share: rest / whole, count: small.length } as const] : []),
    ...waiting
      .filter((each) => each.share > 0)
      .map((each): Part => ({ kind: "waiting", share: each.share / whole, waiting: each.kind })),
  ];
}
