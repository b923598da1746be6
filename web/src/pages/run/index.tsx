/** One run: what ran when, which of it decided how long it took, and what it would have taken otherwise. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { ProblemError } from "@/api/client";
import { runTimeline } from "@/api/run";
import { strings } from "@/strings";
import { Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

import { RunView } from "./run_view";

export default function RunPage() {
  const { run } = useParams({ strict: false });
  if (run === undefined) throw new Error("the page of a run without a run");
  return <OfRun key={run} run={run} />;
}

function OfRun({ run }: { run: string }) {
  const query = useQuery(runTimeline(run));
  if (query.data) return <RunView timeline={query.data} seenAt={query.dataUpdatedAt} />;
  if (query.error instanceof ProblemError && query.error.status === 404) return <Unknown run={run} />;
  return (
    <Page title={strings.run.title}>
      {query.error ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <>
          <Loading height={72} />
          <Loading height={420} />
        </>
      )}
    </Page>
  );
}

function Unknown({ run }: { run: string }) {
  const words = strings.run.notFound;
  return (
    <Page title={words.title}>
      <Empty title={words.title}>
        <p>{words.text(run)}</p>
        <Link to="/">{words.back}</Link>
      </Empty>
    </Page>
  );
}
