/** All workflows: those in trouble first, or in the order and with the filter that the address says. */
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { told } from "@/logic/search";
import { DEFAULT_SORT, ORDERS, inOrder, matching, unblamed, type Line } from "@/logic/overview_rows";
import { sortOf, sortText, type Sort } from "@/logic/sorting";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { Table, type Column } from "@/ui/table";

import { Cards } from "./cards";
import { Advice, METRICS, MetricCell, Name, type Metric } from "./cells";
import { Filter } from "./filter";
import { Trouble } from "./trouble";
import classes from "./workflows.module.css";

const words = strings.overview.workflows;
const AT_FIRST = 50;
const NARROW = "(max-width: 860px)";
/** Less has no room for the advice: it stands above the list as well. */
const MEDIUM = "(max-width: 1280px)";
const AT_ONCE = { getInitialValueInEffect: false };
/** Of so many that nothing known names a node of, the one to blame is asked for. */
const MOST_ASKED = 8;

interface WorkflowsProps {
  all: readonly Line[];
  leftOut: number;
  days: number;
}

export function Workflows({ all, leftOut, days }: WorkflowsProps) {
  const { q, sort: wanted } = useSearch({ strict: false });
  const navigate = useNavigate();
  const isNarrow = useMediaQuery(NARROW, false, AT_ONCE);
  const isMedium = useMediaQuery(MEDIUM, false, AT_ONCE);
  const asked = useMemo(() => new Set(unblamed(all).slice(0, MOST_ASKED)), [all]);
  const [isWhole, setWhole] = useState(false);
  const sort = sortOf(wanted) ?? DEFAULT_SORT;
  const meant = inOrder(matching(all, q), sort);
  const metrics = METRICS.filter(
    (each) => each !== "cache" || all.some(({ of }) => of.cache_hit_rate !== null),
  );
  const shown = isWhole ? meant : meant.slice(0, AT_FIRST);
  const setSort = (chosen: Sort) => {
    const text = sortText(chosen);
    const isDefault = text === sortText(DEFAULT_SORT);
    void navigate({
      to: ".",
      search: (old) => told({ ...old, sort: isDefault ? undefined : text }),
      replace: true,
    });
  };
  return (
    <Panel
      title={words.title}
      {...(q && { hint: words.shown(meant.length, all.length) })}
      actions={<Filter withOrder={isNarrow} sort={sort} onSort={setSort} />}
      flush
    >
      {shown.length === 0 ? (
        <Nothing isFiltered={all.length > 0} />
      ) : isNarrow ? (
        <Cards lines={shown} days={days} asked={asked} />
      ) : (
        <Table
          label={words.label}
          columns={columns({ days, asked, metrics, withAdvice: !isMedium })}
          rows={shown}
          keyOf={({ of }) => `${of.app_id}/${of.workflow_id}`}
          sort={sort}
          onSort={setSort}
        />
      )}
      {meant.length > shown.length && (
        <div className={classes.foot}>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setWhole(true);
            }}
          >
            {words.more(meant.length - shown.length)}
          </Button>
        </div>
      )}
      {leftOut > 0 && <p className={classes.leftOut}>{words.leftOut(leftOut)}</p>}
    </Panel>
  );
}

interface Shown {
  days: number;
  asked: ReadonlySet<Line>;
  metrics: readonly Metric[];
  withAdvice: boolean;
}

function columns({ days, asked, metrics, withAdvice }: Shown): readonly Column<Line>[] {
  const every: readonly Column<Line>[] = [
    { id: "name", title: words.columns.name, by: ORDERS.name, cell: (line) => <Name line={line} /> },
    {
      id: "trouble",
      title: words.columns.trouble,
      hint: words.hints.trouble,
      by: ORDERS.trouble,
      startsDescending: true,
      cell: (line) => <Trouble line={line} days={days} mayAsk={asked.has(line)} />,
    },
    ...metrics.map((metric) => ({
      id: metric,
      title: words.columns[metric],
      hint: words.hints[metric],
      by: ORDERS[metric],
      startsDescending: true,
      cell: (line: Line) => <MetricCell line={line} metric={metric} />,
    })),
    {
      id: "advice",
      title: words.columns.advice,
      hint: words.hints.advice,
      by: ORDERS.advice,
      startsDescending: true,
      cell: (line) => <Advice line={line} />,
    },
  ];
  return withAdvice ? every : every.filter((each) => each.id !== "advice");
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title={words.none}>
      <p>{words.noneText}</p>
      <Link to="." search={(old) => told({ ...old, q: undefined })}>
        {words.clear}
      </Link>
    </Empty>
  ) : (
    <Empty title={words.noneOfApp}>
      <p>{words.noneOfAppText}</p>
      <Link to="/" search={(old) => told({ ...old, app: undefined })}>
        {words.allApps}
      </Link>
    </Empty>
  );
}
