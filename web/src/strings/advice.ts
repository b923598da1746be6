export const advice = {
  title: "Advice",
} as const;
