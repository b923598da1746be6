/** Ctrl and the wheel zoom around the pointer; sideways, or with Shift, they move what is in sight. */
import { useEffect, useRef, type RefObject } from "react";

import { moved, zoomed, type View } from "@/logic/run_scale";

const STRENGTH = 0.0025;

export function useWheel(
  scroll: RefObject<HTMLElement | null>,
  view: View,
  length: number,
  onView: (view: View | null) => void,
) {
  const now = useRef({ view, length, onView });
  useEffect(() => {
    now.current = { view, length, onView };
  });
  useEffect(() => {
    const element = scroll.current;
    if (!element) return;
    const turned = (event: WheelEvent) => {
      const { view, length, onView } = now.current;
      const lane = element.querySelector("[data-lane]")?.getBoundingClientRect();
      if (!lane || lane.width === 0) return;
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault(); // else the browser would zoom the page
        const at = view.from + ((event.clientX - lane.left) / lane.width) * (view.to - view.from);
        onView(zoomed(view, Math.exp(event.deltaY * STRENGTH), at, length));
      } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        event.preventDefault();
        onView(moved(view, (sideways / lane.width) * (view.to - view.from), length));
      }
    };
    element.addEventListener("wheel", turned, { passive: false }); // React's own listener could not prevent
    return () => {
      element.removeEventListener("wheel", turned);
    };
  }, [scroll]);
}
