/** Strict, type-checked; the layers of `src` are rules here: see src/README.md. */
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Files of one room, and what they may not import. */
const room = (files, patterns) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns }] },
});
const noReact = {
  group: ["react", "react-dom", "react/*", "@mantine/*", "@tanstack/*", "@xyflow/*"],
  message: "logic is pure: no React",
};
const noPages = { group: ["@/pages/*"], message: "pages are on top: nothing below knows them" };

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
      "no-restricted-globals": ["error", { name: "fetch", message: "api/client is the only fetch" }],
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unnecessary-condition": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/only-throw-error": "off", // the router throws redirects
    },
  },
  { files: ["src/api/client.ts"], rules: { "no-restricted-globals": "off" } },
  room(["src/logic/**"], [noReact, noPages, { group: ["@/ui/*", "@/charts/*"], message: "logic is below" }]),
  room(["src/api/**", "src/charts/**", "src/ui/**", "src/strings/**"], [noPages]),
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
);
