/** Questions of the settings page: what is set, how the installation is. */
import { queryOptions } from "@tanstack/react-query";

import { get } from "./client";

export const settingsInForce = () =>
  queryOptions({ queryKey: ["settings"], queryFn: ({ signal }) => get("/settings", { signal }) });

const SYSTEM_EVERY_MS = 10_000;

/** How the installation is, anew every ten seconds. */
export const systemNow = () =>
  queryOptions({
    queryKey: ["system"],
    queryFn: ({ signal }) => get("/system", { signal }),
    refetchInterval: SYSTEM_EVERY_MS,
  });
