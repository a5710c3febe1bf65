import { defineConfig } from "eslint/config";
import simpleImportSort from "eslint-plugin-simple-import-sort";
import { configs } from "typescript-eslint";

export default defineConfig(
  {
    ignores: [
      "node_modules/",
      "dist/",
      "plugin/dist/",
      "docs/.vitepress/{.temp,cache,dist}/",
      "test/package/projects/",
      "manifests/",
      ".pulumi-local/",
    ],
  },
  {
    files: ["**/*.ts", "**/*.mjs", "**/*.js"],
    extends: [configs.strictTypeChecked, configs.stylisticTypeChecked],
    plugins: { "simple-import-sort": simpleImportSort },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // A variable named `_` leaves out a member on purpose.
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_$", argsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // An empty environment variable counts as not set.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }],
      // One order of imports: Node, packages, then files.
      "simple-import-sort/imports": ["error", { groups: [["^node:", "^@?\\w", "^\\.\\.", "^\\."]] }],
      "no-nested-ternary": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "SpreadElement > ObjectExpression, SpreadElement > ArrayExpression",
          message: "Write the members where they belong instead of spreading a literal.",
        },
        {
          selector: "ConditionalExpression > ArrayExpression > ObjectExpression",
          message: "Return early instead of choosing between lists.",
        },
      ],
      // Names that explain nothing. Say what the value is, or what the function does.
      "id-denylist": ["error", "told", "said", "shown", "found", "given", "kept", "exposed", "owned", "misfits"],
    },
  },
  {
    // A file that is longer does more than one thing.
    files: ["components/**"],
    rules: { "max-lines": ["error", 250] },
  },
  {
    // node:test collects the promises of its tests itself.
    files: ["test/**"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: ["test", "describe", "it"], package: "node:test" }] },
      ],
    },
  },
);
