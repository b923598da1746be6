/** The list and the one that is read, side by side where there is room; below each other they take turns. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

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
import { useReadingFocus, type ReadingFocus } from "./use_reading_focus";

interface BoardProps {
  /** Whose advice; null: everybody's. */
  of: Workflow | null;
  analysis?: Analysis;
  /** What was done last, to be told. */
  said: string;
  say: (words: string) => void;
}

export function Board({ of, analysis, said, say }: BoardProps) {
  const asked = useSearch({ strict: false });
  const navigate = useNavigate();
  const chosen = useQuery({ ...adviceOf(asked.id ?? ""), enabled: asked.id !== undefined });
  const status: Status = oneOf(asked.status, STATUSES) ?? chosen.data?.status ?? "active";
  const list = useInfiniteQuery({
    ...adviceList({
      app_id: of?.app_id ?? asked.app ?? null,
      workflow_id: of?.workflow_id ?? null,
      status,
      severity: asked.severity ?? null,
      category: asked.category ?? null,
    }),
    placeholderData: keepPreviousData,
  });
  const lines = list.data?.pages.flatMap((page) => page.items) ?? [];
  const read = asked.id ?? lines[0]?.id;
  const focus = useReadingFocus(asked.id);

  const onDismissed = (one: RatedRecommendation) => {
    const next = after(lines, one.id);
    say(strings.advice.said.dismissed(one.title));
    focus.want(next);
    void navigate({ to: ".", search: (old) => ({ ...old, id: next }) as never });
  };
  const onDone = (one: RatedRecommendation) => {
    say(strings.advice.said.done(one.title));
    focus.want(one.id);
    void navigate({ to: ".", search: (old) => ({ ...old, id: one.id, status: undefined }) as never });
  };

  const page: AdviceList | undefined = list.data?.pages[0];
  return (
    <>
      <p role="status" className={said ? classes.said : "lp-hidden"}>
        {said}
      </p>
      <div className={classes.above} data-reading={asked.id === undefined ? undefined : true}>
        {page && <Brought brought={page.brought} />}
        <Tabs counts={page?.counts} status={status} />
      </div>
      {list.isError && !page ? (
        <Failed error={list.error} retry={() => void list.refetch()} />
      ) : !page ? (
        <Loading height={420} />
      ) : lines.length === 0 && asked.id === undefined && !list.isPlaceholderData ? (
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
              <Read key={read} id={read} focus={focus} onDismissed={onDismissed} onDone={onDone} />
            )}
          </div>
        </div>
      )}
    </>
  );
}

interface ReadProps {
  id: string;
  focus: ReadingFocus;
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
