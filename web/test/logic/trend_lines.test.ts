import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { TrendLine, TrendPoint, TrendSeries } from "@/api/answers";
import {
  changeOver,
  counts,
  drawn,
  fitting,
  latest,
  lineKey,
  spark,
  statisticsOf,
  stretchOf,
} from "@/logic/trend_lines";
import { csvName, trendCsv } from "@/logic/trend_lines_csv";

const DAY = 86_400_000;
const START = Date.parse("2026-11-01T00:00:00Z");

function point(day: number, value: number, more: Partial<TrendPoint> = {}): TrendPoint {
  return {
    period_start: new Date(START + day * DAY).toISOString(),
    period_end: new Date(START + (day + 1) * DAY).toISOString(),
    value,
    count: 10,
    avg: null,
    stddev: null,
    min: null,
    max: null,
    p50: null,
    p95: null,
    p99: null,
    ...more,
  };
}

const line = (points: TrendPoint[], name: string | null = null): TrendLine => ({
  name,
  title: null,
  node_type: null,
  enclosing_node_id: null,
  points,
});

function series(items: TrendLine[], metric = "run_time"): TrendSeries {
  return {
    app_id: "shop",
    workflow_id: "trip/planner",
    metric_type: metric,
    unit: metric === "cost" ? "dollars" : "seconds",
    period_type: "daily",
    by: null,
    tz: "UTC",
    period_start: new Date(START).toISOString(),
    period_end: new Date(START + 4 * DAY).toISOString(),
    kept_since: null,
    items,
    left_out: 0,
  };
}

describe("what is asked together", () => {
  it("takes node time where run time is not known of the lines", () => {
    expect(fitting(undefined, undefined, [])).toBe("run_time");
    expect(fitting("run_time", "version", [])).toBe("run_time");
    expect(fitting("run_time", "node", [])).toBe("node_time");
    expect(fitting("critical_time", "node", [])).toBe("critical_time");
    expect(fitting("critical_time", "model", [])).toBe("node_time");
    expect(fitting("quality", "node", ["quality"])).toBe("quality");
    expect(fitting("quality", "model", ["quality"])).toBe("node_time");
  });

  it("has hours of few days only", () => {
    expect([1, 7, 30, 90, 365].map((days) => stretchOf(days, undefined))).toEqual([
      "hourly",
      "daily",
      "daily",
      "daily",
      "weekly",
    ]);
    expect(stretchOf(30, "hourly")).toBe("hourly");
    expect(stretchOf(31, "hourly")).toBe("daily");
    expect(stretchOf(365, "monthly")).toBe("monthly");
  });

  it("offers the statistics that some point has", () => {
    const found = statisticsOf(series([line([point(0, 1), point(1, 2, { p95: 4, avg: 2 })])]));
    expect([...found].toSorted()).toEqual(["avg", "p95", "value"]);
  });
});

describe("a line", () => {
  const now = START + 3.5 * DAY;

  it("has a hole in a gap, and what goes on apart", () => {
    const { known, growing } = drawn(line([point(0, 1), point(2, 3), point(3, 9)]), "value", now);
    expect(known).toEqual([
      [START + 0.5 * DAY, 1],
      [START + 1.5 * DAY, null],
      [START + 2.5 * DAY, 3],
    ]);
    expect(growing).toEqual([
      [START + 2.5 * DAY, 3],
      [START + 3.5 * DAY, 9],
    ]);
  });

  it("does not lead to what goes on across a gap", () => {
    expect(drawn(line([point(0, 1), point(3, 9)]), "value", now).growing).toEqual([[START + 3.5 * DAY, 9]]);
    expect(drawn(line([point(3, 9)]), "value", now)).toEqual({
      known: [],
      growing: [[START + 3.5 * DAY, 9]],
    });
  });

  it("ends, where it is a sum, with the last period that is over", () => {
    const some = line([point(2, 3), point(3, 1)]);
    expect(latest(some, "value", "cost", now)).toBe(3);
    expect(latest(some, "value", "run_time", now)).toBe(1);
    expect(latest(some, "p95", "run_time", now)).toBeNull();
  });

  it("changes from the first half of the time to the second, weighted where it is no sum", () => {
    const some = line([
      point(0, 1, { count: 30 }),
      point(1, 2, { count: 10 }),
      point(2, 3, { count: 1 }),
      point(3, 100),
    ]);
    const whole = START + 4 * DAY;
    expect(changeOver(some, series([some]), "value", whole)).toBeCloseTo((3 + 1000) / 11 / 1.25 - 1);
    expect(changeOver(some, series([some], "cost"), "value", whole)).toBeCloseTo(51.5 / 1.5 - 1);
    expect(changeOver(some, series([some], "cost"), "value", now)).toBeCloseTo(3 / 1.5 - 1);
    expect(changeOver(line([point(3, 4)]), series([some]), "value", whole)).toBeNull();
    expect(changeOver(line([point(0, 0), point(3, 4)]), series([some]), "value", whole)).toBeNull();
  });

  it("is as long as all lines together, with nothing where it has nothing", () => {
    const [one, other] = [line([point(0, 1), point(2, 3)], "a"), line([point(1, 5)], "b")];
    expect(spark(other, series([one, other]), "value")).toEqual([null, 5, null]);
    expect(counts(one)).toBe(20);
  });

  it("is named with the step around it", () => {
    expect(lineKey({ ...line([], "fetch"), enclosing_node_id: "loop" })).toBe("loop/fetch");
    expect([lineKey(line([])), lineKey(line([], "v1"))]).toEqual(["", "v1"]);
  });
});

describe("comma-separated values", () => {
  it("have a row for each point, with everything that is known", () => {
    const one = { ...line([point(0, 1.5, { p95: 2 })], 'a "b", c'), title: "=HYPERLINK(1)" };
    expect(trendCsv(series([one])).split("\r\n")).toEqual([
      "metric,unit,line,title,period_start,period_end,value,count,avg,stddev,min,max,p50,p95,p99",
      `run_time,seconds,"a ""b"", c",'=HYPERLINK(1),2026-11-01T00:00:00.000Z,2026-11-02T00:00:00.000Z,1.5,10,,,,,,2,`,
      "",
    ]);
    expect(csvName(series([one]))).toBe("shop-trip_planner-run_time-daily.csv");
  });

  it("say what the server's answer says", () => {
    const answer = JSON.parse(
      readFileSync("../tests/snapshots/api/trends_by_node.json", "utf8"),
    ) as TrendSeries;
    const rows = trendCsv(answer).trimEnd().split("\r\n");
    expect(rows).toHaveLength(1 + answer.items.reduce((sum, each) => sum + each.points.length, 0));
    expect(rows[1]).toMatch(/^node_time,seconds,flights,Flights,2026-11-06T23:00:00Z,/);
  });
});
