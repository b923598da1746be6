/** Every address that the dashboard has, and what is read from behind its `?`. Pages are loaded when they are needed. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from "@tanstack/react-router";

import { integer, parseSearch, stringifySearch, told, type Search } from "@/logic/search";
import { search as adviceSearch } from "@/pages/advice/search";
import { search as cacheSearch } from "@/pages/cache/search";
import { search as liveSearch } from "@/pages/live/search";
import { search as overviewSearch } from "@/pages/overview/search";
import { search as runSearch } from "@/pages/run/search";
import { search as runsSearch } from "@/pages/runs/search";
import { search as settingsSearch } from "@/pages/settings/search";
import { search as trendsSearch } from "@/pages/trends/search";
import { search as workflowSearch } from "@/pages/workflow/search";
import { Crashed, NotFound } from "@/ui/lost";
import { Shell } from "@/ui/shell";

interface Shared {
  days?: number;
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Crashed,
  // Any number of days that the server takes; the same on every page that one goes to from here.
  validateSearch: (raw: Search): Shared => told({ days: integer(raw.days, 1, 365) }),
  search: { middlewares: [retainSearchParams(["days"])] },
});

const at = { getParentRoute: () => root };
const workflow = "/w/$app/$workflow";

const routes = [
  createRoute({
    ...at,
    path: "/",
    validateSearch: overviewSearch,
    component: lazyRouteComponent(() => import("@/pages/overview")),
  }),
  createRoute({
    ...at,
    path: "/advice",
    validateSearch: adviceSearch,
    component: lazyRouteComponent(() => import("@/pages/advice")),
  }),
  createRoute({
    ...at,
    path: "/live",
    validateSearch: liveSearch,
    component: lazyRouteComponent(() => import("@/pages/live")),
  }),
  createRoute({
    ...at,
    path: "/settings",
    validateSearch: settingsSearch,
    component: lazyRouteComponent(() => import("@/pages/settings")),
  }),
  createRoute({
    ...at,
    path: "/runs/$run",
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import("@/pages/run")),
  }),
  createRoute({
    ...at,
    path: workflow,
    validateSearch: workflowSearch,
    component: lazyRouteComponent(() => import("@/pages/workflow")),
  }),
  createRoute({
    ...at,
    path: `${workflow}/runs`,
    validateSearch: runsSearch,
    component: lazyRouteComponent(() => import("@/pages/runs")),
  }),
  createRoute({
    ...at,
    path: `${workflow}/advice`,
    validateSearch: adviceSearch,
    component: lazyRouteComponent(() => import("@/pages/advice/of_workflow")),
  }),
  createRoute({
    ...at,
    path: `${workflow}/cache`,
    validateSearch: cacheSearch,
    component: lazyRouteComponent(() => import("@/pages/cache")),
  }),
  createRoute({
    ...at,
    path: `${workflow}/trends`,
    validateSearch: trendsSearch,
    component: lazyRouteComponent(() => import("@/pages/trends")),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: "/ui",
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
