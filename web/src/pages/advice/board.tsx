/** The list and the one that is read, side by side where there is room; below each other they take turns. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { adviceList, adviceOf } from "@/api/advice";
import type { AdviceLine, AdviceList, RatedRecommendation } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { oneOf } from "@/logic/search";
import { strings } from "@/strings";
import { Failed, Loading, Shown } from "@/ui/states";

import classes from "./board.module.css";
import { Brought } from "./brought";
import { Detail } from "./detail";
import { NothingListed } from "./empty";
import { Lines } from "./lines";
import { STATUSES, type Status } from "./search";
import { Tabs } from "./tabs";
import type { Analysis } from "./use_actions";

interface BoardProps {
  /** Whose advice; null: everybody's. */
  of: Workflow | null;
  analysis?: Analysis;
  /** What an analysis came to, to be told. */
  said?: string;
}

export function Board({ of, analysis, said = "" }: BoardProps) {
  const asked = useSearch({ strict: false });
  const navigate = useNavigate();
  const [acted, setActed] = useState("");
  const chosen = useQuery({ ...adviceOf(asked.id ?? ""), enabled: asked.id !== undefined });
  const status: Status = oneOf(asked.status, STATUSES) ?? chosen.data?.status ?? "active";
  const list = useInfiniteQuery(
    adviceList({
      app_id: of?.app_id ?? asked.app ?? null,
      workflow_id: of?.workflow_id ?? null,
      status,
      severity: asked.severity ?? null,
      category: asked.category ?? null,
    }),
  );
  const lines = list.data?.pages.flatMap((page) => page.items) ?? [];
  const read = asked.id ?? lines[0]?.id;
  const head = useFocusOnReading(asked.id);

  const onDismissed = (one: RatedRecommendation) => {
    setActed(strings.advice.said.dismissed(one.title));
    void navigate({ to: ".", search: (old) => ({ ...old, id: after(lines, one.id) }) as never }).then(
      head.focus,
    );
  };
  const onDone = (one: RatedRecommendation) => {
    setActed(strings.advice.said.done(one.title));
    void navigate({ to: ".", search: (old) => ({ ...old, id: one.id, status: undefined }) as never }).then(
      head.focus,
    );
  };

  const page: AdviceList | undefined = list.data?.pages[0];
  return (
    <>
      <p role="status" className={acted || said ? classes.said : "lp-hidden"}>
        {acted || said}
      </p>
      <div className={classes.above} data-reading={asked.id === undefined ? undefined : true}>
        {page && <Brought brought={page.brought} />}
        <Tabs counts={page?.counts} status={status} />
      </div>
      {list.isError && !page ? (
        <Failed error={list.error} retry={() => void list.refetch()} />
      ) : !page ? (
        <Loading height={420} />
      ) : lines.length === 0 && asked.id === undefined ? (
        <NothingListed of={of} page={page} status={status} {...(analysis ? { analysis } : {})} />
      ) : (
        <div className={classes.board} data-reading={asked.id === undefined ? undefined : true}>
          <div className={classes.list}>
            <Lines
              lines={lines}
              read={read}
              isOfAll={of === null}
              more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
            />
          </div>
          <div className={classes.detail}>
            {read !== undefined && (
              <Read key={read} id={read} head={head.ref} onDismissed={onDismissed} onDone={onDone} />
            )}
          </div>
        </div>
      )}
    </>
  );
}

interface ReadProps {
  id: string;
  head: React.RefObject<HTMLHeadingElement | null>;
  onDismissed: (one: RatedRecommendation) => void;
  onDone: (one: RatedRecommendation) => void;
}

function Read({ id, ...rest }: ReadProps) {
  const one = useQuery(adviceOf(id));
  return (
    <Shown query={one} height={420}>
      {(found) => <Detail one={found} {...rest} />}
    </Shown>
  );
}

/** What is read once this one has left the list: the one behind it, or the last. */
function after(lines: readonly AdviceLine[], id: string): string | undefined {
  const at = lines.findIndex((line) => line.id === id);
  const rest = lines.filter((line) => line.id !== id);
  return at < 0 ? undefined : (rest[at] ?? rest.at(-1))?.id;
}

const NARROW = "(max-width: 1099px)";

/** Where list and detail take turns, reading one moves the focus to it; after an action it goes there anyway. */
function useFocusOnReading(id: string | undefined) {
  const ref = useRef<HTMLHeadingElement>(null);
  const before = useRef(id);
  const focus = () => {
    requestAnimationFrame(() => ref.current?.focus());
  };
  useEffect(() => {
    if (id !== undefined && before.current !== id && window.matchMedia(NARROW).matches) {
      ref.current?.focus();
      window.scrollTo({ top: 0 });
    }
    before.current = id;
  }, [id]);
  return { ref, focus };
}
