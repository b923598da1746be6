/** The words of each page under its name. */
export { advice } from "./advice";
export { cache } from "./cache";
export { common } from "./common";
export { connect } from "./connect";
export { graph } from "./graph";
export { live } from "./live";
export { overview } from "./overview";
export { run } from "./run";
export { settings } from "./settings";
export { trends } from "./trends";
export { workflow } from "./workflow";
