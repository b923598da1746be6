/** The tokens' colours as values, for what is drawn on a canvas. Names as in `ui/tokens.css`. */
import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";

const NAMES = ["bg", "panel", "sunken", "line", "line-strong", "text", "dim", "critical", "critical-soft", "work", "work-soft", "waiting", "error", "error-soft", "cost", "cache", "good", "bad", "warn", "focus", "series-1", "series-2", "series-3", "series-4", "series-5", "series-6", "series-7", "series-8"] as const; // prettier-ignore

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

/** The colours that hold now. */
export function usePalette(): Palette {
  const scheme = useComputedColorScheme("light");
  return useMemo(() => read(scheme), [scheme]);
}

/** `scheme` is already set on the page when this is called. */
function read(scheme: string): Palette {
  const root = document.documentElement;
  if (root.dataset.mantineColorScheme !== scheme) root.dataset.mantineColorScheme = scheme;
  const style = getComputedStyle(root);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--lp-${name}`).trim()]),
  ) as Palette;
}
