/** A part of Mantine that is used comes with its style, and no style comes without a part. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const web = fileURLToPath(new URL("../..", import.meta.url));
const mantine = join(web, "node_modules/@mantine/core");
const read = (path: string): string => readFileSync(path, "utf8");
const groups = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? "");

/** What `src` imports from Mantine, by name; types have no style. */
function used(): string[] {
  const files = readdirSync(join(web, "src"), { recursive: true, encoding: "utf8" });
  const sources = files.filter((name) => /\.tsx?$/.test(name)).map((name) => read(join(web, "src", name)));
  return sources
    .flatMap((text) => groups(text, /import \{([^}]*)\} from "@mantine\/core"/g))
    .flatMap((names) => names.split(","))
    .map((name) => name.trim())
    .filter((name) => name && !name.startsWith("type "));
}

/** The style sheets of what a file of Mantine needs: each stands behind a `<Name>.module.mjs`. */
function needed(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  if (file.endsWith(".module.mjs")) return [basename(file, ".module.mjs")];
  return groups(read(file), /from "(\.[^"]+)"/g).flatMap((path) =>
    needed(resolve(dirname(file), path), seen),
  );
}

test("the styles that are sent are those of the parts that are used", () => {
  const index = join(mantine, "esm/index.mjs");
  const seen = new Set<string>();

  const found = used().flatMap((name) => {
    const line = new RegExp(`^import \\{[^}]*\\b${name}\\b[^}]*\\} from "([^"]+)"`, "m").exec(read(index));
    if (!line?.[1]) throw new Error(`Mantine's index does not tell where ${name} is`);
    return needed(resolve(dirname(index), line[1]), seen);
  });
  const base = ["baseline", "default-css-variables", "global"];
  const sent = groups(read(join(web, "src/ui/mantine_styles.ts")), /styles\/(.+)\.layer\.css/g);

  expect(sent.toSorted()).toEqual([...base, ...found].toSorted());
});

test("they come in Mantine's own order", () => {
  const whole = read(join(mantine, "styles.css"));
  const sent = groups(read(join(web, "src/ui/mantine_styles.ts")), /styles\/(.+)\.layer\.css/g);

  const places = sent.map((name) => whole.indexOf(read(join(mantine, `styles/${name}.css`)).trim()));

  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});
