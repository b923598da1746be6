/** Whose runs are looked at: in the address, so that a link shows the same. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { apps, workflowsOf } from "@/api/live";
import { told } from "@/logic/search";
import { strings } from "@/strings";

const words = strings.live.filters;

interface FiltersProps {
  app: string | undefined;
  workflow: string | undefined;
}

export function Filters({ app, workflow }: FiltersProps) {
  const navigate = useNavigate();
  const known = useQuery(apps()).data?.items ?? [];
  const names = [...new Set([...known.map((each) => each.app_id), ...(app === undefined ? [] : [app])])];
  return (
    <>
      <Select
        size="xs"
        w={170}
        searchable
        clearable
        aria-label={words.app}
        placeholder={words.allApps}
        data={names}
        value={app ?? null}
        onChange={(chosen) => {
          void navigate({
            to: ".",
            search: ({ days }) => told({ days, app: chosen ?? undefined }),
          });
        }}
      />
      {app !== undefined && <Workflows app={app} workflow={workflow} />}
    </>
  );
}

function Workflows({ app, workflow }: FiltersProps & { app: string }) {
  const navigate = useNavigate();
  const known = useQuery(workflowsOf(app)).data?.items ?? [];
  const names = [
    ...new Set([...known.map((each) => each.workflow_id), ...(workflow === undefined ? [] : [workflow])]),
  ];
  return (
    <Select
      size="xs"
      w={190}
      searchable
      clearable
      aria-label={words.workflow}
      placeholder={words.allWorkflows}
      data={names}
      value={workflow ?? null}
      onChange={(chosen) => {
        void navigate({ to: ".", search: ({ days }) => told({ days, app, workflow: chosen ?? undefined }) });
      }}
    />
  );
}
