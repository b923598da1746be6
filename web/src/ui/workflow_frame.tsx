/** The frame of everything about one workflow: its name, its parts as tabs, the period. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Workflow } from "@/api/queries";
import { strings } from "@/strings";

import { Page } from "./page";
import { Period } from "./period";
import { Tabs } from "./tabs";

const words = strings.common.workflowTabs;
const TABS = [
  { to: "/w/$app/$workflow", name: words.summary },
  { to: "/w/$app/$workflow/runs", name: words.runs },
  { to: "/w/$app/$workflow/advice", name: words.advice },
  { to: "/w/$app/$workflow/cache", name: words.cache },
  { to: "/w/$app/$workflow/trends", name: words.trends },
] as const;

interface FrameProps {
  of: Workflow;
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function WorkflowFrame({ of, beside, actions, children }: FrameProps) {
  const params = { app: of.app_id, workflow: of.workflow_id };
  return (
    <Page
      title={of.workflow_id}
      above={
        <Link to="/" search={{ app: of.app_id }} title={of.app_id}>
          {of.app_id}
        </Link>
      }
      beside={beside}
      actions={
        <>
          {actions}
          <Period />
        </>
      }
      tabs={
        <Tabs label={words.label}>
          {TABS.map(({ to, name }) => (
            <Link
              key={to}
              to={to}
              params={params}
              activeOptions={{ exact: true, includeSearch: false }}
              activeProps={{ "aria-current": "page" }}
            >
              {name}
            </Link>
          ))}
        </Tabs>
      }
    >
      {children}
    </Page>
  );
}
