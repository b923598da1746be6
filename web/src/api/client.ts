/**
 * The only place that fetches.
 *
 * Answers are typed by the server's own description of itself (`schema.d.ts`, made by `npm run types`).
 * What goes wrong comes as a `ProblemError`: the server's words where it answered, ours where it did not.
 */
import { plain } from "@/logic/search";

import type { FieldProblem, Problem, paths } from "./schema";

type Method = "get" | "post" | "patch" | "delete";
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];
type Call<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer C> ? C : never;
type Parameters<C> = C extends { parameters: infer Q } ? Q : never;
type Body<C> = C extends { requestBody?: { content: { "application/json": infer B } } } ? B : undefined;
type Content<R> = R extends { content: { "application/json": infer T } } ? T : undefined;
/** What a call answers when it goes well. */
export type AnswerOf<P extends PathOf<M>, M extends Method = "get"> =
  Call<P, M> extends { responses: infer R }
    ? R extends { 200: infer A } ? Content<A> : R extends { 201: infer A } ? Content<A> : undefined
    : never; // prettier-ignore

export interface Asked<C> {
  path?: Parameters<C> extends { path: infer V } ? V : undefined;
  query?: Parameters<C> extends { query?: infer V } ? V : undefined;
  body?: Body<C>;
  signal?: AbortSignal;
}

/** Something that went wrong, in words fit to be shown. `status` is 0 where no server answered. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string | null,
    /** What is wrong with which field, where the server said so. */
    readonly fields: readonly FieldProblem[] = [],
  ) {
    super(detail ?? title);
    this.name = "ProblemError";
  }
}

type Values = Readonly<Record<string, unknown>>;

/** What is asked, whatever the call: the typed functions below have checked it. */
interface Plain {
  path?: unknown;
  query?: unknown;
  body?: unknown;
  signal?: AbortSignal;
}

/** A path of the description with its values in it, and what is asked behind it; null and undefined are left out. */
export function address(template: string, path: Values = {}, query: Values = {}): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name])),
  );
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      if (each !== undefined && each !== null) asked.append(name, plain(each));
  const text = asked.toString();
  return text ? `${filled}?${text}` : filled;
}

async function call(method: Method, template: string, asked: Plain): Promise<unknown> {
  const where = address(template, asked.path as Values | undefined, asked.query as Values | undefined);
  const init: RequestInit = { method: method.toUpperCase(), headers: { Accept: "application/json" } };
  if (asked.signal) init.signal = asked.signal;
  if (asked.body !== undefined) {
    init.body = JSON.stringify(asked.body);
    init.headers = { Accept: "application/json", "Content-Type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(where, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError(0, "The server does not answer", null);
  }
  if (!response.ok) throw await problem(response);
  return response.status === 204 ? undefined : ((await response.json()) as unknown);
}

async function problem(response: Response): Promise<ProblemError> {
  const told = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new ProblemError(
    response.status,
    told.title ?? `The server answered ${response.status}`,
    told.detail ?? null,
    told.errors ?? [],
  );
}

export async function get<P extends PathOf<"get">>(
  path: P,
  asked: Asked<Call<P, "get">> = {},
): Promise<AnswerOf<P>> {
  return (await call("get", path, asked)) as AnswerOf<P>;
}

export async function post<P extends PathOf<"post">>(
  path: P,
  asked: Asked<Call<P, "post">> = {},
): Promise<AnswerOf<P, "post">> {
  return (await call("post", path, asked)) as AnswerOf<P, "post">;
}

export async function patch<P extends PathOf<"patch">>(
  path: P,
  asked: Asked<Call<P, "patch">> = {},
): Promise<AnswerOf<P, "patch">> {
  return (await call("patch", path, asked)) as AnswerOf<P, "patch">;
}

export async function remove<P extends PathOf<"delete">>(
  path: P,
  asked: Asked<Call<P, "delete">> = {},
): Promise<void> {
  await call("delete", path, asked);
}
