/** A line without axes, as high as a row of text: how something went, not what it was. */
import { useMemo } from "react";

import { sparkPath } from "@/logic/spark_path";

import classes from "./sparkline.module.css";

interface SparklineProps {
  label: string;
  /** At equal distances; null where nothing is known: the line has a gap there. */
  values: readonly (number | null)[];
  tone?: "critical" | "error" | "cost" | "cache" | "work";
  width?: number;
  height?: number;
}

export function Sparkline({ label, values, tone = "work", width = 96, height = 24 }: SparklineProps) {
  const drawn = useMemo(() => sparkPath(values, width, height), [values, width, height]);
  return (
    <svg
      className={classes.spark}
      data-tone={tone}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <path className={classes.area} d={drawn.area} />
      <path className={classes.line} d={drawn.line} />
      {drawn.last && <circle className={classes.dot} cx={drawn.last[0]} cy={drawn.last[1]} r={2} />}
    </svg>
  );
}
