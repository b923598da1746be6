/** Every figure of both sides, with where its change lies. */
import type { ComparedFigure, ComparisonAnswer } from "@/api/answers";
import { ForestRow } from "@/charts/compare_forest";
import { asPoint, boundsText, changeText, figureText, judged } from "@/logic/compare_change";
import { scaleOf, type Scale, type Span } from "@/logic/compare_forest";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Table, type Column } from "@/ui/table";

import { VerdictWord } from "./verdict_word";
import classes from "./compare.module.css";

const words = strings.trends.compare.figures;
const names: Readonly<Record<string, string>> = words.names;

export function FiguresPanel({ found }: { found: ComparisonAnswer }) {
  const isAdjusted = found.figures.some((each) => each.adjusted !== null);
  const scale = scaleOf(found.figures.flatMap((each) => spanOf(each) ?? []));
  return (
    <Panel title={words.title} hint={isAdjusted ? words.hint : words.hintRaw} flush>
      <Table
        label={words.label}
        columns={columns(scale, isAdjusted)}
        rows={found.figures}
        keyOf={(each) => each.figure}
        stacks
      />
    </Panel>
  );
}

function spanOf(figure: ComparedFigure): Span | null {
  const found = judged(figure);
  if (found?.change == null) return null;
  const point = (value: number | null) => (value === null ? null : asPoint(value, figure));
  return { change: asPoint(found.change, figure), low: point(found.low), high: point(found.high) };
}

function columns(scale: Scale, isAdjusted: boolean): Column<ComparedFigure>[] {
  const name = (each: ComparedFigure) => capital(names[each.figure] ?? each.figure);
  const own = (each: ComparedFigure) => judged(each) ?? each.raw;
  return [
    {
      id: "figure",
      title: words.name,
      width: "130px",
      cell: (each) => <span className="lp-num">{name(each)}</span>,
    },
    { id: "a", title: words.a, end: true, cell: (each) => figureText(own(each)?.a, each.unit) },
    { id: "b", title: words.b, end: true, cell: (each) => figureText(own(each)?.b, each.unit) },
    {
      id: "change",
      title: words.change,
      end: true,
      cell: (each) => (
        <span data-way={each.verdict} className={classes.way}>
          {changeText(judged(each)?.change ?? null, each)}
        </span>
      ),
    },
    { id: "verdict", title: words.verdict, cell: (each) => <VerdictWord value={each.verdict} /> },
    {
      id: "forest",
      title: words.bounds,
      width: "260px",
      stacked: "line",
      cell: (each) => (
        <ForestRow
          span={spanOf(each)}
          scale={scale}
          verdict={each.verdict}
          moreIsWorse={each.more_is_worse}
          label={words.drawn(name(each), changeText(judged(each)?.change ?? null, each), bounds(each))}
        />
      ),
    },
    {
      id: "bounds",
      title: "",
      end: true,
      stacked: "line",
      cell: (each) => <span className="lp-dim">{bounds(each)}</span>,
    },
    ...(isAdjusted
      ? [
          {
            id: "raw",
            title: words.raw,
            end: true,
            stacked: "away" as const,
            cell: (each: ComparedFigure) => (
              <span className="lp-dim">{changeText(each.raw?.change ?? null, each)}</span>
            ),
          },
        ]
      : []),
  ];
}

function bounds(figure: ComparedFigure): string {
  const found = judged(figure);
  return found ? boundsText(found, figure) : "";
}

/** `Median run time`, but `p95 run time`. */
const capital = (text: string): string =>
  /^p\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
