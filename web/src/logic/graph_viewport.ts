/**
 * How large a graph is drawn in the room that there is, and how high that room should be.
 *
 * It is never drawn so small that titles cannot be read: what does not fit then is reached by moving, and
 * the step that matters most is in the middle at first.
 */
import type { Point } from "./graph_curves";
import type { Box, Laid } from "./graph_layout";

export interface Viewed extends Point {
  zoom: number;
  /** Of the room, in pixels. */
  height: number;
  /** All of the graph is to be seen. */
  isWhole: boolean;
}

const MARGIN = 16;
/** Below it stands whose drawing it is. */
const FOOT = 8;
const LEAST_ZOOM = 0.72;
const LEAST_HEIGHT = 180;

/**
 * @param width Of the room, in pixels.
 * @param most How high the room may be.
 * @param first The step in the middle where not all is to be seen.
 */
export function viewOf(laid: Laid, width: number, most: number, first?: Box): Viewed {
  const [across, down] = [width - 2 * MARGIN, most - 2 * MARGIN - FOOT];
  const whole = Math.min(1, across / Math.max(1, laid.width), down / Math.max(1, laid.height));
  const zoom = Math.max(LEAST_ZOOM, whole);
  const height = Math.round(Math.min(most, Math.max(LEAST_HEIGHT, laid.height * zoom + 2 * MARGIN + FOOT)));
  const middle = first && { x: first.x + first.width / 2, y: first.y + first.height / 2 };
  return {
    zoom,
    height,
    isWhole: whole >= LEAST_ZOOM,
    x: offset(width, laid.width * zoom, (middle?.x ?? 0) * zoom),
    y: offset(height - FOOT, laid.height * zoom, (middle?.y ?? 0) * zoom),
  };
}

/** In the middle where it fits; else so that `middle` is in the middle, without leaving room at an end. */
function offset(room: number, size: number, middle: number): number {
  if (size + 2 * MARGIN <= room) return (room - size) / 2;
  return Math.min(MARGIN, Math.max(room - MARGIN - size, room / 2 - middle));
}
