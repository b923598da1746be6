export const cache = {
  title: "Cache",
} as const;
