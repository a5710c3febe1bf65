// npm run generate: what follows from components/inputs/args.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import {
  AnyType,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
  type CompletedConfig,
  type Definition,
  type SubNodeParser,
} from "ts-json-schema-generator";
import { parse, stringify } from "yaml";

import { allChecks } from "../components/checks/catalog.ts";
import type { Check, Checks } from "../components/checks/check.ts";
import { formatPage, type Page } from "./lib/page.ts";
import { root } from "./lib/stack.ts";

/** The generated files with their content: the schema that the program checks its inputs with, and its documentation. */
export async function generatePages(): Promise<readonly Page[]> {
  const config: CompletedConfig = {
    ...DEFAULT_CONFIG,
    path: join(root, "components", "inputs", "args.ts"),
    tsconfig: join(root, "tsconfig.json"),
    type: "TalosCiliumCniArgs",
    topRef: false,
    jsDoc: "extended",
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (chain) => chain.addNodeParser(input));
  const schema = new SchemaGenerator(program, parser, createFormatter(config), config).createSchema("TalosCiliumCniArgs");
  const definitions = (schema.definitions ?? {}) as Readonly<Record<string, Definition>>;
  return Promise.all([
    formatPage("components/inputs/args.schema.json", JSON.stringify(schema)),
    formatPage("docs/inputs.md", inputsPage(schema, definitions)),
    formatPage("docs/checks.md", checksPage()),
    formatPage("README.md", updateConfigTable(readFileSync(join(root, "README.md"), "utf8"))),
  ]);
}

/** A Pulumi input may be an Output, of which nothing can be said when the program starts. */
const input: SubNodeParser = {
  supportsNode: (node) => ts.isTypeReferenceNode(node) && node.typeName.getText() === "pulumi.Input",
  createType: () => new AnyType(),
};

function checksPage(): string {
  const table = (checks: readonly Pick<Check<never>, "finds" | "because" | "source">[]) =>
    checks.map(({ finds, because, source }) => {
      const link = source.startsWith("https://")
        ? `[source](${source})`
        : source.startsWith("docs/")
          ? `[${source}](../${source})`
          : source;
      return `| ${[finds, because, link].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    });
  const section = ([title, { errors, warnings }]: [string, Checks<never>]) => {
    const part = (name: string, checks: readonly Check<never>[]) =>
      checks.length === 0 ? [] : ["", `| ${name} | Why | |`, "| --- | --- | --- |", ...table(checks)];
    return [`## ${title}`, ...part("Refused", errors), ...part("Warned of", warnings)].join("\n");
  };
  return `# Checks

What is looked at when the program starts, so at every preview, before anything is touched. What is refused ends the program with one error
that names all of it; what is warned of stands in the log and in the output \`warnings\`. Besides, every input has to have its type
([inputs.md](inputs.md)), what is fetched its SHA-256, and what Helm itself refuses is passed on in its own words. Made from
[components/checks](../components/checks) by \`npm run generate\`.

${Object.entries(allChecks as unknown as Record<string, Checks<never>>)
  .map(section)
  .join("\n\n")}
`;
}

function inputsPage(schema: Definition, definitions: Readonly<Record<string, Definition>>): string {
  return `# Inputs

Of the component \`TalosCiliumCni\`, and by the same names of the config of a stack (\`pulumi config set --path\`). All are optional but
those marked; all are plain data. Made from [components/inputs/args.ts](../components/inputs/args.ts) by \`npm run generate\`.

| Input | Type | Default | Meaning |
| --- | --- | --- | --- |
${rows(schema, definitions, "").join("\n")}
`;
}

/** The README with what Pulumi.yaml says of the config keys. */
function updateConfigTable(readme: string): string {
  const { config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: Readonly<Record<string, { readonly description?: string; readonly default: unknown }>>;
  };
  const lines = Object.entries(config).flatMap(([key, { description, default: value }]) =>
    // What is not the program's own has no description.
    description === undefined ? [] : [`| \`${key}\` | ${yamlText(value)} | ${description.replaceAll("|", "\\|")} |`],
  );
  const table = ["| Config key | Default | Meaning |", "| --- | --- | --- |", ...lines].join("\n");
  return readme.replace(/(<!-- config: .* -->\n)[^]*(<!-- end of config -->)/, `$1\n${table}\n\n$2`);
}

/** A value as it stands in a YAML file. */
function yamlText(value: unknown): string {
  const isEmpty = value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  return isEmpty
    ? ""
    : `\`${typeof value === "string" ? value : stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim()}\``;
}

function rows(schema: Definition, definitions: Readonly<Record<string, Definition>>, parent: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const given = property as Definition;
    const path = parent === "" ? key : `${parent}.${key}`;
    const [type, inner, suffix] = typeOf(given, definitions);
    const required = schema.required?.includes(key) === true ? "required" : "";
    const meaning = given.description ?? inner?.description ?? "";
    const row = [`\`${path}\``, type, defaultOf(given.default) || required, meaning].map((cell) => cell.replaceAll("|", "\\|"));
    return [`| ${row.join(" | ")} |`, ...(inner === undefined ? [] : rows(inner, definitions, `${path}${suffix}`))];
  });
}

/** The type of an input in words, and the definition of what is in it, when it has inputs of its own. */
function typeOf(
  { $ref, type, items, enum: words }: Definition,
  definitions: Readonly<Record<string, Definition>>,
): readonly [type: string, inner: Definition | undefined, suffix: string] {
  const name = $ref?.replace("#/definitions/", "") ?? "";
  const definition = definitions[name];
  if (name === "LabelSelector") return ["label selector", undefined, ""];
  if (definition?.enum !== undefined) return typeOf(definition, definitions);
  if (definition !== undefined) return ["object", definition, ""];
  if (words !== undefined) return [words.map((word) => `\`${word as string}\``).join(", "), undefined, ""];
  if (type === undefined) return ["Pulumi input", undefined, ""];
  if (type !== "array") return [String(type), undefined, ""];
  const [of, inner] = typeOf(items as Definition, definitions);
  return [`list of ${of}s`, inner, "[]"];
}

function defaultOf(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" && value.includes(" ")
    ? value
    : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

if (import.meta.main) for (const { path, content } of await generatePages()) writeFileSync(path, content);
