import { useState } from "react";

/** When the page was opened, to the minute: questions that name an instant stay the same while one looks. */
export function useNow(): number {
  const [now] = useState(() => Math.ceil(Date.now() / 60_000) * 60_000);
  return now;
}
