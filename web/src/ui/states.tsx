/** What is shown while there is nothing to show: loading, nothing there, went wrong. */
import { Button, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ProblemError } from "@/api/client";
import { strings } from "@/strings";

import classes from "./states.module.css";

/** Grey bars about as high as what will come, so that nothing jumps. */
export function Loading({ height = 160 }: { height?: number }) {
  return (
    <div role="status" aria-label={strings.common.loading}>
      <Skeleton height={height} radius="sm" className={classes.bar ?? ""} />
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  picture?: ReactNode;
}

/** Nothing there: says why, and what to do about it. */
export function Empty({ title, children, picture }: EmptyProps) {
  return (
    <div className={classes.empty}>
      {picture}
      <h3>{title}</h3>
      {children !== undefined && <div className={classes.text}>{children}</div>}
    </div>
  );
}

/** Something went wrong: in the server's words, with a way to try again. */
export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const told = error instanceof ProblemError ? error : null;
  return (
    <div className={classes.failed} role="alert">
      <h3>{told?.title ?? strings.common.failed}</h3>
      {told?.detail !== null && <p>{told?.detail ?? error.message}</p>}
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          {strings.common.retry}
        </Button>
      )}
    </div>
  );
}

interface ShownProps<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  height?: number;
}

/** What a question came to. An answer that is there stays, also while it is asked again in vain. */
export function Shown<T>({ query, children, height }: ShownProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading {...(height === undefined ? {} : { height })} />;
}
