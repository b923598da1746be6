export const live = {
  title: "Live",
} as const;
