/**
 * Which edges say where the steps of a large graph stand: laying out all of them could take minutes.
 *
 * Dagre's time grows with edges and with the layers that they pass. Where that is too much, each step is held by one
 * edge only, from the step that puts it into its layer: the layers stay the same, and the other edges are drawn
 * without being considered.
 */

/** An edge, and each layer that one passes: so many are laid out within a second. */
export const MOST_LAID_OUT = 1_200;

interface Ends {
  from: string;
  to: string;
}

/** All edges, or those that put each step into its layer; in the order in which they are given. */
export function decisive<Edge extends Ends>(ids: readonly string[], edges: readonly Edge[]): readonly Edge[] {
  const layers = layersOf(ids, edges);
  const layer = (id: string) => layers.get(id) ?? 0;
  const effort = edges.reduce((sum, { from, to }) => sum + Math.max(1, Math.abs(layer(to) - layer(from))), 0);
  if (effort <= MOST_LAID_OUT) return edges;
  const held = new Set<string>();
  return edges.filter(({ from, to }) => {
    if (held.has(to) || layer(to) !== layer(from) + 1) return false;
    held.add(to);
    return true;
  });
}

/** The longest way to each step. Where edges go round in a circle, one of them does not count. */
function layersOf(ids: readonly string[], edges: readonly Ends[]): ReadonlyMap<string, number> {
  const layers = new Map<string, number>();
  const open = new Map(ids.map((id) => [id, 0]));
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) {
    open.set(to, (open.get(to) ?? 0) + 1);
    const there = after.get(from);
    if (there) there.push(to);
    else after.set(from, [to]);
  }
  const least = new Map<string, number>();
  const reach = (first: string) => {
    const ready = [first];
    for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
      if (layers.has(id)) continue;
      const layer = least.get(id) ?? 0;
      layers.set(id, layer);
      for (const to of after.get(id) ?? []) {
        least.set(to, Math.max(least.get(to) ?? 0, layer + 1));
        const left = (open.get(to) ?? 0) - 1;
        open.set(to, left);
        if (left === 0) ready.push(to);
      }
    }
  };
  const beginnings = ids.filter((id) => open.get(id) === 0);
  for (const id of [...beginnings, ...ids]) reach(id); // what is left goes round in a circle: the first one begins it
  return layers;
}
