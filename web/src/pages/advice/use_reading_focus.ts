/**
 * Where the keyboard goes: to the title of what is read after an action, and where list and detail take turns.
 *
 * What is to be read may not be there yet: its title takes the focus as soon as it is.
 */
import { useEffect, useRef, type RefObject } from "react";

export interface ReadingFocus {
  titleRef: RefObject<HTMLHeadingElement | null>;
  /** The title of this one shall have the focus; without one, the page has it. */
  want: (id: string | undefined) => void;
  wantedRef: RefObject<string | null>;
}

const NARROW = "(max-width: 1099px)";

export function useReadingFocus(id: string | undefined): ReadingFocus {
  const titleRef = useRef<HTMLHeadingElement>(null);
  const wantedRef = useRef<string | null>(null);
  const before = useRef(id);
  useEffect(() => {
    if (id !== undefined && before.current !== id && window.matchMedia(NARROW).matches) {
      window.scrollTo({ top: 0 });
      if (titleRef.current) titleRef.current.focus();
      else wantedRef.current = id;
    }
    before.current = id;
  }, [id]);
  const want = (next: string | undefined) => {
    wantedRef.current = next ?? null;
    if (next === undefined) document.getElementById("content")?.focus();
  };
  return { titleRef, want, wantedRef };
}

/** To be called by whoever draws the title of `id`. */
export function useWantedFocus({ titleRef, wantedRef }: ReadingFocus, id: string): void {
  useEffect(() => {
    if (wantedRef.current !== id) return;
    wantedRef.current = null;
    titleRef.current?.focus();
  });
}
