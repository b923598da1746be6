/** Which entries are to be taken out: what was typed into a form, as what the server is asked. */

/** Named as the server names them; without `everything` at least one of the others. */
export interface Criteria {
  readonly node_type?: string;
  readonly node_id?: string;
  readonly older_than_hours?: number;
  readonly tag?: string;
  readonly cache_key?: string;
  readonly everything?: boolean;
}

/** As it stands in the form: text, empty where nothing is said. */
export interface Form {
  nodeType: string;
  nodeId: string;
  olderThanHours: string;
  tag: string;
  key: string;
  everything: boolean;
}

export const EMPTY: Form = {
  nodeType: "",
  nodeId: "",
  olderThanHours: "",
  tag: "",
  key: "",
  everything: false,
};
const MOST_HOURS = 876_000;

/** The age that was typed; null where it is none. */
export function hours(typed: string): number | null {
  const read = Number(typed.trim().replace(",", "."));
  return typed.trim() !== "" && Number.isFinite(read) && read >= 0 && read <= MOST_HOURS ? read : null;
}

/** What the server is asked; null where nothing is said yet, or an age is none. */
export function criteriaOf(form: Form): Criteria | null {
  if (form.everything) return { everything: true };
  const age = hours(form.olderThanHours);
  if (form.olderThanHours.trim() !== "" && age === null) return null;
  const said: Criteria = {
    ...(form.nodeType && { node_type: form.nodeType }),
    ...(form.nodeId && { node_id: form.nodeId }),
    ...(age !== null && { older_than_hours: age }),
    ...(form.tag.trim() && { tag: form.tag.trim() }),
    ...(form.key.trim() && { cache_key: form.key.trim() }),
  };
  return Object.keys(said).length > 0 ? said : null;
}
