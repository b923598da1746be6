/** Every word that the dashboard says, by page. Nothing else holds text for people. */
import { advice } from "./advice";
import { cache } from "./cache";
import { common } from "./common";
import { connect } from "./connect";
import { graph } from "./graph";
import { live } from "./live";
import { overview } from "./overview";
import { run } from "./run";
import { settings } from "./settings";
import { trends } from "./trends";
import { workflow } from "./workflow";

export const strings = {
  advice,
  cache,
  common,
  connect,
  graph,
  live,
  overview,
  run,
  settings,
  trends,
  workflow,
} as const;
