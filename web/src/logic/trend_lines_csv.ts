/** A trend as comma-separated values: a row for each period of each line, with everything that is known of it. */
import type { TrendSeries } from "@/api/answers";

const FIGURES = ["value", "count", "avg", "stddev", "min", "max", "p50", "p95", "p99"] as const;

export function trendCsv(series: TrendSeries): string {
  const head = ["metric", "unit", "line", "title", "period_start", "period_end", ...FIGURES];
  const rows = series.items.flatMap((line) =>
    line.points.map((point) => [
      cell(series.metric_type),
      cell(series.unit),
      cell(line.name),
      cell(line.title),
      point.period_start,
      point.period_end,
      ...FIGURES.map((each) => (point[each] === null ? "" : String(point[each]))),
    ]),
  );
  return [head, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

/** Other people's text: quoted, and never what a spreadsheet takes for a formula. */
function cell(text: string | null): string {
  if (text === null) return "";
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** A name for the file, of what any system takes in one. */
export function csvName(series: TrendSeries): string {
  const parts = [series.app_id, series.workflow_id, series.metric_type, ...(series.by ? [`by_${series.by}`] : []), series.period_type]; // prettier-ignore
  return `${parts.map((each) => each.replaceAll(/[^\p{L}\p{N}_-]+/gu, "_")).join("-")}.csv`;
}
