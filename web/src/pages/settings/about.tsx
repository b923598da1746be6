/** Which version this is, where its API is described, under which licences it and its parts are. */
import { useQuery } from "@tanstack/react-query";

import { settingsInForce } from "@/api/settings";
import { settingText } from "@/logic/settings";
import { strings } from "@/strings";
import { Columns } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Shown } from "@/ui/states";
import { Table } from "@/ui/table";

import { Facts } from "./facts";

const words = strings.settings.about;

const PARTS = [
  ["React", "MIT"],
  ["TanStack Query, Router, Virtual", "MIT"],
  ["Mantine", "MIT"],
  ["React Flow", "MIT"],
  ["dagre", "MIT"],
  ["Tabler Icons", "MIT"],
  ["Apache ECharts", "Apache-2.0"],
  ["Geist, Geist Mono", "OFL-1.1"],
] as const;

export function About() {
  const query = useQuery(settingsInForce());
  return (
    <Columns>
      <Panel title={words.title} hint={words.text}>
        <Shown query={query}>
          {({ version, items }) => (
            <Facts
              label={words.title}
              facts={[
                { name: words.version, value: version },
                {
                  name: words.database,
                  value: <code>{settingText(items, "database_url")}</code>,
                },
                { name: words.api, value: <a href="/docs">/docs</a> },
                { name: words.openapi, value: <a href="/openapi.json">/openapi.json</a> },
                { name: words.licence, value: words.apache },
              ]}
            />
          )}
        </Shown>
      </Panel>
      <Panel title={words.parts} hint={words.partsHint} flush>
        <Table
          label={words.parts}
          rows={PARTS}
          keyOf={([part]) => part}
          columns={[
            { id: "part", title: words.part, cell: ([part]) => part },
            { id: "under", title: words.under, cell: ([, licence]) => licence },
          ]}
        />
      </Panel>
    </Columns>
  );
}
