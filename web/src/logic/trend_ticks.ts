/** Where an axis of days, weeks or months is labelled: equally far from each other, at most so many. */
const DAY_MS = 86_400_000;
const EVERY = [1, 2, 3, 4, 7, 14, 28, 56, 91];

export function dayTicks(from: number, until: number, most = 10): number[] {
  const days = (until - from) / DAY_MS;
  const every = (EVERY.find((each) => days / each <= most) ?? 182) * DAY_MS;
  const found: number[] = [];
  for (let at = from; at < until; at += every) found.push(at);
  return found;
}
