/** Which node makes runs longer or shorter, and by how much; a click shows how its times are spread. */
import { UnstyledButton } from "@mantine/core";

import type { ComparedNode, ComparisonAnswer } from "@/api/answers";
import { ShiftBar } from "@/charts/compare_forest";
import { changeText } from "@/logic/compare_change";
import { duration, percent } from "@/logic/format";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { Table, type Column } from "@/ui/table";

import { useAsk, useAsked } from "./address";
import classes from "./compare.module.css";
import { VerdictWord } from "./verdict_word";

const words = strings.trends.compare.nodes;
const RATIO = { effect: "ratio", unit: "s" } as const;

const keyOf = (node: ComparedNode): string =>
  JSON.stringify([node.node_type, node.enclosing_node_id, node.node_id]);

export function NodesPanel({ found }: { found: ComparisonAnswer }) {
  const { node } = useAsked();
  const ask = useAsk();
  const most = Math.max(0, ...found.nodes.map((each) => Math.abs(each.mean_shift ?? 0)));
  const marked = found.nodes.find((each) => each.node_id === node);
  return (
    <Panel title={words.title} hint={words.hint} flush>
      {found.nodes.length === 0 ? (
        <Empty title={words.none} />
      ) : (
        <Table
          label={words.label}
          columns={columns(most, (chosen) => {
            ask({ node: chosen === node ? undefined : chosen });
          })}
          rows={found.nodes}
          keyOf={keyOf}
          marked={marked && keyOf(marked)}
          stacks
        />
      )}
    </Panel>
  );
}

function columns(most: number, look: (node: string) => void): Column<ComparedNode>[] {
  return [
    {
      id: "node",
      title: words.name,
      width: "160px",
      cell: (each) => (
        <UnstyledButton
          className={classes.node}
          title={words.look(each.node_title)}
          onClick={() => {
            look(each.node_id);
          }}
        >
          <span className="lp-clip">{each.node_title}</span>
          <span className="lp-dim lp-clip">
            {each.enclosing_node_id === null
              ? each.node_type
              : strings.trends.lines.inside(each.enclosing_node_id)}
          </span>
        </UnstyledButton>
      ),
    },
    {
      id: "shift",
      title: words.shift,
      hint: words.shiftHint,
      width: "190px",
      stacked: "line",
      cell: (each) => <ShiftBar seconds={each.mean_shift} most={most} verdict={each.verdict} />,
    },
    { id: "a", title: words.medianA, end: true, cell: (each) => duration(each.p50?.a) },
    { id: "b", title: words.medianB, end: true, cell: (each) => duration(each.p50?.b) },
    {
      id: "p50",
      title: words.change,
      end: true,
      cell: (each) => changeText(each.p50?.change ?? null, RATIO),
    },
    { id: "p95", title: words.p95, end: true, cell: (each) => changeText(each.p95?.change ?? null, RATIO) },
    {
      id: "share",
      title: words.share,
      end: true,
      cell: (each) => (
        <span className="lp-dim">
          {each.share_a === each.share_b
            ? percent(each.share_a)
            : `${percent(each.share_a)} → ${percent(each.share_b)}`}
        </span>
      ),
    },
    { id: "verdict", title: words.verdict, cell: (each) => <VerdictWord value={each.verdict} /> },
  ];
}
