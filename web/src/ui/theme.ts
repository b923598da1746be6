/** Mantine's theme, drawn from the tokens: components look like ours, not like a template. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const pole: MantineColorsTuple = [
  "#fff1e6", "#ffdfc7", "#ffc195", "#ffa366", "#ff8a3d", "#f5731f", "#dd5f10", "#c8500a", "#a3420a", "#7c3309",
]; // prettier-ignore

const red: MantineColorsTuple = [
  "#fbeaec", "#f9e0e2", "#f2b8be", "#ff8d97", "#ff6b78", "#e0465a", "#cd3045", "#bd2336", "#98192a", "#6e1220",
]; // prettier-ignore

/** What is neither said nor meant in colour: ours in both schemes, not Mantine's own greys. */
const gray: MantineColorsTuple = [
  "#f7f8f6", "#f1f3f0", "#eceeeb", "#e6e9e4", "#c3c8c1", "#98a09c", "#66706c", "#59625f", "#363d3b", "#171b1a",
]; // prettier-ignore
const dark: MantineColorsTuple = [
  "#e8ebe9", "#c3cbc9", "#9aa5a3", "#7a8584", "#3d454a", "#2c3337", "#1b2023", "#12161a", "#0f1214", "#0b0d0f",
]; // prettier-ignore

const ON_FILLED = "light-dark(#ffffff, #0f1214)";

export const theme = createTheme({
  primaryColor: "pole",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { pole, red, gray, dark },
  fontFamily: "var(--lp-font)",
  fontFamilyMonospace: "var(--lp-mono)",
  defaultRadius: "sm",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  headings: { fontFamily: "var(--lp-font)", fontWeight: "600" },
  cursorType: "pointer",
  focusRing: "auto",
  components: {
    // Mantine reckons what can be read on a filled colour for the light scheme only; in the dark ours are bright.
    Button: {
      vars: (_: unknown, { variant = "filled" }: { variant?: string }) => ({
        root: variant === "filled" ? { "--button-color": ON_FILLED } : {},
      }),
    },
    Checkbox: { vars: () => ({ root: { "--checkbox-icon-color": ON_FILLED } }) },
  },
});

/** Mantine's own variables, from ours. */
export const variables: CSSVariablesResolver = () => {
  const both = {
    "--mantine-color-body": "var(--lp-bg)",
    "--mantine-color-text": "var(--lp-text)",
    "--mantine-color-dimmed": "var(--lp-dim)",
    "--mantine-color-default": "var(--lp-panel)",
    "--mantine-color-default-border": "var(--lp-line-strong)",
    "--mantine-color-default-hover": "var(--lp-sunken)",
    "--mantine-color-placeholder": "var(--lp-dim)",
    "--mantine-color-anchor": "var(--lp-link)",
    "--mantine-color-error": "var(--lp-error)",
  };
  return { variables: {}, light: both, dark: both };
};
