/** Strict, type-checked; the rooms of `src` (README.md) are rules here. */
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Of a room: what its files may not import, and which of the browser's names they may not know. */
const room = (files, patterns, globals = network) => ({
  files,
  rules: {
    "@typescript-eslint/no-restricted-imports": ["error", { patterns }],
    "no-restricted-globals": globals.length ? ["error", ...globals] : "off",
  },
});
const unknown = (message) => (name) => ({ name, message });
const network = ["fetch", "EventSource", "WebSocket", "XMLHttpRequest"].map(
  unknown("the server is asked in api/ alone"),
);
const browser = ["window", "document", "navigator", "location", "history", "localStorage", "sessionStorage", "getComputedStyle", "requestAnimationFrame", "HTMLElement", "Element", "DOMRect"].map(
  unknown("logic knows no browser"),
); // prettier-ignore

const pages = { group: ["@/pages/**"], message: "pages are on top: nothing knows them but the router" };
const drawn = { group: ["@/ui/**", "@/charts/**"], message: "what is drawn is above: not known here" };
const react = {
  group: ["react", "react-dom", "react/*", "react-dom/*", "@mantine/*", "@tabler/*", "@tanstack/react-router", "@tanstack/react-virtual", "@xyflow/*"],
  message: "no React here",
}; // prettier-ignore
const question = { group: ["@tanstack/react-query"], message: "questions are asked in api/ and above" };
const server = { group: ["@/api/**"], allowTypeImports: true, message: "of the server, only the types" };
const charting = { group: ["echarts", "echarts/**"], message: "charts/echarts names the parts in use" };
const description = { group: ["@/api/schema"], message: "api/answers names what is answered" };

export default tseslint.config(
  { ignores: ["src/api/schema.d.ts", "node_modules"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  jsxA11y.flatConfigs.recommended,
  hooks.configs.flat.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unnecessary-condition": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/only-throw-error": "off", // the router throws redirects
    },
  },
  room(["src/**"], [charting, description]),
  room(["src/strings/**"], [{ regex: "^(?!\\./)", message: "words know nothing else" }]),
  room(["src/logic/**"], [react, question, server, drawn, pages, charting], [...network, ...browser]),
  room(["src/api/**"], [react, drawn, pages, charting], []),
  room(["src/charts/**"], [pages, server, { group: ["@/ui/**"], message: "the kit is above" }]),
  room(["src/ui/**"], [pages, charting, description]),
  // A page reaches its own files by relative paths that stay inside of it.
  room(
    ["src/pages/*/*"],
    [{ regex: "^\\.\\./", message: "pages do not know each other" }, pages, charting, description],
  ),
  room(
    ["src/pages/*/*/**"],
    [{ regex: "^\\.\\./\\.\\./", message: "pages do not know each other" }, pages, charting, description],
  ),
  room(["src/router.tsx"], [charting, description]),
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
);
