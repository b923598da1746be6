/** The server's answers by their names; all of them are described in `schema.d.ts`. */
export type * from "./schema";
