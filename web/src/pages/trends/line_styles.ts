/** What each line is called and looks like, and whether it is drawn: the largest eight, or those that were ticked. */
import type { TrendLine, TrendSeries } from "@/api/answers";
import type { DrawnLine } from "@/charts/lines";
import type { Palette } from "@/charts/palette";
import { drawn, lineKey, type Statistic } from "@/logic/trend_lines";
import { strings } from "@/strings";

const words = strings.trends.lines;

export const MOST_DRAWN = 8;

export interface Styled {
  key: string;
  line: TrendLine;
  name: string;
  /** Beside the name: the step around it, whose model it is. */
  beside: string | null;
  colour: string;
  isDashed: boolean;
  isDrawn: boolean;
  drawing: (stat: Statistic, now: number) => DrawnLine;
}

/** `hide` names the lines that are not drawn; without it those beyond the eighth are not. */
export function styled(series: TrendSeries, hide: readonly string[] | undefined, palette: Palette): Styled[] {
  const colours = [palette["series-1"], palette["series-2"], palette["series-3"], palette["series-4"], palette["series-5"], palette["series-6"], palette["series-7"], palette["series-8"]]; // prettier-ignore
  return series.items.map((line, place) => {
    const key = lineKey(line);
    const name = nameOf(line, series.by);
    const colour =
      series.by === null
        ? toneOf(series.metric_type, palette)
        : (colours[place % colours.length] ?? palette.dim);
    const isDashed = Math.floor(place / colours.length) % 2 === 1;
    return {
      key,
      line,
      name,
      beside: besideOf(line, series.by),
      colour,
      isDashed,
      isDrawn: hide ? !hide.includes(key) : place < MOST_DRAWN,
      drawing: (stat, now) => ({ name, colour, isDashed, points: line.points, ...drawn(line, stat, now) }),
    };
  });
}

function nameOf(line: TrendLine, by: TrendSeries["by"]): string {
  if (by === null) return words.whole;
  if (by === "node") return line.title ?? line.name ?? "";
  return line.name ?? (by === "version" ? words.noVersion : words.noModel);
}

function besideOf(line: TrendLine, by: TrendSeries["by"]): string | null {
  if (by === "model") return line.title;
  if (by !== "node") return null;
  return line.enclosing_node_id === null ? line.node_type : words.inside(line.enclosing_node_id);
}

/** One line has the colour of what it is of, as on the page of the workflow: time and counts are ink. */
function toneOf(metric: string, palette: Palette): string {
  if (metric === "cost") return palette.cost;
  if (metric === "error_rate" || metric === "retries") return palette.error;
  if (metric === "cache_hit_rate" || metric === "tokens_cache_read") return palette.cache;
  return metric === "critical_time" ? palette.critical : palette.text;
}
