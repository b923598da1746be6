/**
 * Every word that the dashboard says: `strings.<page>`. Nothing else holds text for people.
 *
 * A namespace and not an object: so a page is sent with its own words, without those of all others.
 */
export * as strings from "./every";
