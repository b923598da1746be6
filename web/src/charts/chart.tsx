/** A chart: an option of ECharts in, a drawing out, as wide as its place. Options are built by pure functions. */
import { useEffect, useRef } from "react";

import { init, type Drawing, type Option } from "./echarts";

interface ChartProps {
  /** What it shows, in words: read aloud in its place. */
  label: string;
  option: Option;
  height?: number;
  /** A click on a mark: the parameters that ECharts gives. */
  onClick?: (mark: { name: string; dataIndex: number; seriesName?: string; data: unknown }) => void;
}

export function Chart({ label, option, height = 240, onClick }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);

  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current, null, { renderer: "svg" });
    drawing.current = made;
    const watch = new ResizeObserver(() => {
      made.resize();
    });
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      made.dispose();
      drawing.current = null;
    };
  }, []);

  useEffect(() => {
    drawing.current?.setOption(option, { notMerge: true });
  }, [option]);

  useEffect(() => {
    const made = drawing.current;
    if (!made || !onClick) return;
    made.on("click", onClick as never);
    return () => {
      made.off("click");
    };
  }, [onClick]);

  return <div ref={place} role="img" aria-label={label} style={{ height, width: "100%" }} />;
}
