// npm run generate: writes the files that are generated from components/inputs/args.ts, components/talosCiliumCni.ts, components/checks,
// components/versions, components/doctor and Pulumi.yaml.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import {
  AnyType,
  type CompletedConfig,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  type Definition,
  SchemaGenerator,
  type SubNodeParser,
} from "ts-json-schema-generator";
import ts from "typescript";
import { parse, stringify } from "yaml";
import { allChecks } from "../components/checks/catalog.ts";
import type { Check, Checks } from "../components/checks/check.ts";
import { exposures } from "../components/checks/values/advisories.ts";
import { allRules } from "../components/doctor/catalog.ts";
import { advisories, type Advisory, type AdvisoryId, advisoryName, advisoryPage } from "../components/versions/advisories.ts";
import { readCommandLine } from "./lib/commandLine.ts";
import { doctorUsage } from "./lib/doctor.ts";
import { outputsPage } from "./lib/outputsPage.ts";
import { formatPage, type Page, tableRow } from "./lib/page.ts";
import { pulumiSchema } from "./lib/pulumiSchema.ts";
import { updateReadme } from "./lib/readme.ts";
import { root } from "./lib/root.ts";
import { fail, say } from "./lib/terminal.ts";
import { readFigures } from "./lib/verdictFigures.ts";

/** Generates the schema that the program validates its inputs with, and the documentation. */
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
  const parser = createParser(program, config, (chain) => chain.addNodeParser(pulumiInputParser));
  const schema = new SchemaGenerator(program, parser, createFormatter(config), config).createSchema("TalosCiliumCniArgs");
  const definitions = (schema.definitions ?? {}) as Readonly<Record<string, Definition>>;
  return Promise.all([
    formatPage("components/inputs/args.schema.json", JSON.stringify(schema)),
    formatPage("components/plugin/pulumi.schema.json", JSON.stringify(pulumiSchema())),
    formatPage("docs/inputs.md", inputsPage(schema, definitions)),
    formatPage("docs/checks.md", checksPage()),
    formatPage("docs/advisories.md", advisoriesPage()),
    formatPage("docs/doctor.md", doctorPage()),
    formatPage("docs/outputs.md", outputsPage()),
    formatPage("docs/config.md", updateConfigTable(readFileSync(join(root, "docs/config.md"), "utf8"))),
    formatPage("docs/service-to-lan.md", updateCauses(readFileSync(join(root, "docs/service-to-lan.md"), "utf8"))),
    formatPage("README.md", updateReadme(readFileSync(join(root, "README.md"), "utf8"))),
  ]);
}

/** Accepts any value for a Pulumi input: it may be an Output, whose value is unknown when the program starts. */
const pulumiInputParser: SubNodeParser = {
  supportsNode: (node) => ts.isTypeReferenceNode(node) && node.typeName.getText() === "pulumi.Input",
  createType: () => new AnyType(),
};

export function checksPage(): string {
  const table = (checks: readonly Pick<Check<never>, "title" | "why" | "source">[]) =>
    checks.map(({ title, why, source }) => tableRow(title, why, linkTo(source)));
  const section = ([title, { errors, warnings }]: [string, Checks<never>]) => {
    const lines = [`## ${title}`];
    if (errors.length > 0) lines.push("", "| Error | Why | |", "| --- | --- | --- |", ...table(errors));
    if (warnings.length > 0) lines.push("", "| Warning | Why | |", "| --- | --- | --- |", ...table(warnings));
    return lines.join("\n");
  };
  return `# Checks

These checks run when the program starts, so at every preview, before any resource changes. All errors are reported together and stop the
program. Warnings appear in the log and in the output \`warnings\`. In addition, every input must have its type ([inputs.md](inputs.md)),
every download must have its SHA-256, and errors of Helm are passed on in Helm's own words. The checks of the last two sections run when the
engine compares the inputs with those of the last \`pulumi up\`. Generated from [components/checks](../components/checks) by
\`npm run generate\`.

${verdictsSection()}

${Object.entries(allChecks as unknown as Record<string, Checks<never>>)
  .map(section)
  .join("\n\n")}
`;
}

function advisoriesPage(): string {
  const rows = (Object.entries(exposures) as [AdvisoryId, (typeof exposures)[AdvisoryId]][]).map(([id, { condition }]) => {
    const { title, affected }: Advisory = advisories[id];
    const releases = affected.map(({ from, fixed }) => `${from} until ${fixed}`).join(", ");
    return tableRow(`[${advisoryName(id)}](${advisoryPage(id)})`, title, releases, condition);
  });
  return `# Security advisories

These published security holes affect releases of Cilium that this project supports. A preview with an affected release warns once: it names the
holes that the settings open, the others, and the nearest release without them. It needs no network for that. \`npm run advisories\` compares
this list with the data of [osv.dev](https://osv.dev), and fails if one is missing here. Generated from
[components/versions/advisories.ts](../components/versions/advisories.ts) and
[components/checks/values/advisories.ts](../components/checks/values/advisories.ts) by \`npm run generate\`.

| Advisory | What it is | Affected, until the fix | Open if |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function doctorPage(): string {
  const section = ([step, rules]: [string, (typeof allRules)[string]]) => {
    const rows = rules.map(({ id, title, why, remedy, source }) =>
      tableRow(`${title}<br>\`${id}\``, why, remedy, linkTo(source)),
    );
    return [`## ${step}`, "", "| Finding | Why | What to do | |", "| --- | --- | --- | --- |", ...rows].join("\n");
  };
  return `# The doctor

The doctor says why a Service of type LoadBalancer does not answer. It looks at each step of the way to the client, names the first cause first,
and says what to do. In a clone of this repository:

\`\`\`bash
npm run doctor
npm run doctor -- default/web --json
\`\`\`

With the npm package, it is \`npx talos-cilium-cni doctor\`, on Node 22.15 or later.

\`\`\`
${doctorUsage("npm run doctor --").trim()}
\`\`\`

It changes nothing: it sends GET requests and runs \`cilium-dbg status\` in the agents. From this machine it opens TCP connections to the addresses, and sends
\`GET /\` to a port that speaks HTTP: port 80, or one with \`appProtocol: http\` or the name \`http\` or \`http-...\`.
It needs no privileges there: whose MAC address answered is in the kernel's own table of neighbors. What the user of the kubeconfig may not read
is listed as "not looked at", with the reason; a rule that needs it says neither yes nor no. The command in the agents needs the permission to
create \`pods/exec\`; without it, the rules about devices and interfaces do not look.

| Mark | Meaning |
| --- | --- |
| ✓ | every rule of this step has looked, and found nothing |
| ✗ | a rule has found something |
| ? | a rule could not look, and the others found nothing |
| · | not reached, because an earlier step is broken |
| - | the Service does not go this way, or the step was not asked for |

\`--json\` prints one object. Members are only added to it.

| Member | Content |
| --- | --- |
| \`format\` | 1 |
| \`firstCause\` | the first of \`findings\`, or null |
| \`findings\` | \`rule\` (the name in the tables below), \`title\`, \`step\`, \`service\` (not there if it is about the cluster), \`problem\`, \`why\`, \`remedy\` |
| \`notLookedAt\` | \`rule\`, \`title\`, \`step\`, \`service\`, \`reason\` |
| \`cluster\` | \`step\` and \`state\` (\`ok\`, \`broken\`, \`unknown\`, \`notReached\`, \`notUsed\`) of the whole cluster |
| \`services\` | \`service\`, \`addresses\`, and the same \`steps\` for each Service |

This is what it finds. Of the rules of one step of a Service, the first that finds something ends the step. Generated from
[components/doctor](../components/doctor) by \`npm run generate\`.

${Object.entries(allRules).map(section).join("\n\n")}
`;
}

/** Replaces the list of the most likely causes on a page by one made from the doctor's rules. */
function updateCauses(page: string): string {
  const likely = Object.values(allRules)
    .flat()
    .filter(({ likelihood }) => likelihood !== undefined)
    .toSorted((a, b) => (a.likelihood ?? 0) - (b.likelihood ?? 0));
  const lines = likely.map(({ title, why, remedy }, index) => `${index + 1}. **${capitalize(title)}**: ${why} ${remedy}`);
  return page.replace(/(<!-- causes: .* -->\n)[^]*(<!-- end of causes -->)/, `$1\n${lines.join("\n")}\n\n$2`);
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** The figures of `npm run verdicts`. Empty if there are none yet. */
function verdictsSection(): string {
  const rows = Object.entries(readFigures()).map(([release, figures]) => {
    const { accepted, acceptedButRefused, refused, refusedButStarts, undecided } = figures;
    return tableRow(release, ...[accepted, acceptedButRefused, refused, refusedButStarts, undecided].map(String));
  });
  if (rows.length === 0) return "";
  return `## How often the checks are right

\`npm run verdicts\` combines settings that interact, such as routing, masquerading, load balancing, encryption and IPAM, and starts Cilium's real
agent with the rendered configuration, until the agent has validated it. "Refused" means here: by a check that says that the agent does not
start. The last column counts what the agent could not judge, because the kernel of that machine lacked WireGuard or netkit.

| Cilium | Accepted | of these, the agent refuses | Refused | of these, the agent starts | Not judged |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}`;
}

/** A link to the source of a check: a URL, or a page of docs/ next to the generated one. Other sources stay text. */
function linkTo(source: string): string {
  if (source.startsWith("https://")) return `[source](${source})`;
  if (source.startsWith("docs/")) return `[${source}](../${source})`;
  return source;
}

function inputsPage(schema: Definition, definitions: Readonly<Record<string, Definition>>): string {
  return `# Inputs

These are the inputs of the component \`TalosCiliumCni\`. A stack's config has the same keys (\`pulumi config set --path\`). An input is
optional unless marked as required, and it is plain data. Common set-ups with \`values\` are in [recipes.md](recipes.md). Generated from
[components/inputs/args.ts](../components/inputs/args.ts) by \`npm run generate\`.

| Input | Type | Default | Meaning |
| --- | --- | --- | --- |
${rows(schema, definitions, "").join("\n")}
`;
}

/** Replaces the table of config keys on a page by one made from Pulumi.yaml. */
function updateConfigTable(page: string): string {
  const { config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: Readonly<Record<string, { readonly description?: string; readonly default: unknown }>>;
  };
  const lines = ["| Config key | Default | Meaning |", "| --- | --- | --- |"];
  for (const [key, { description, default: value }] of Object.entries(config)) {
    // Keys of other packages, such as the Kubernetes provider, have no description.
    if (description !== undefined) lines.push(tableRow(`\`${key}\``, yamlText(value), description));
  }
  const table = lines.join("\n");
  return page.replace(/(<!-- config: .* -->\n)[^]*(<!-- end of config -->)/, `$1\n${table}\n\n$2`);
}

/** Formats a value as in a YAML file; an empty one as nothing. */
function yamlText(value: unknown): string {
  if (value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0)) return "";
  if (typeof value === "string") return `\`${value}\``;
  return `\`${stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim()}\``;
}

function rows(schema: Definition, definitions: Readonly<Record<string, Definition>>, parent: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const input = property as Definition;
    const path = parent === "" ? key : `${parent}.${key}`;
    const [type, inner, suffix] = typeOf(input, definitions);
    const required = schema.required?.includes(key) === true ? "required" : "";
    const meaning = input.description ?? inner?.description ?? "";
    const row = tableRow(`\`${path}\``, type, defaultOf(input.default) || required, meaning);
    if (inner === undefined) return [row];
    return [row, ...rows(inner, definitions, `${path}${suffix}`)];
  });
}

/** Describes the type of an input; `inner` is the definition of an object's own inputs, and `suffix` marks a list in their path. */
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
  const [itemType, inner] = typeOf(items as Definition, definitions);
  if (itemType.endsWith("`")) return [`list of ${itemType}`, inner, "[]"];
  return [`list of ${itemType}s`, inner, "[]"];
}

function defaultOf(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value !== "string") return `\`${JSON.stringify(value)}\``;
  // A default with spaces is a sentence, not a value.
  return value.includes(" ") ? value : `\`${value}\``;
}

const commandLine = {
  command: "npm run generate",
  usage: `usage: npm run generate

Writes the schemas and the pages of docs/ that follow from the code, and parts of README.md, docs/config.md and docs/service-to-lan.md.
`,
  config: {},
};

async function main(): Promise<void> {
  readCommandLine(commandLine);
  const pages = await generatePages();
  const changed = pages.filter(({ path, content }) => !existsSync(path) || readFileSync(path, "utf8") !== content);
  for (const { path, content } of changed) {
    writeFileSync(path, content);
    say(`${relative(process.cwd(), path)} changed`);
  }
  if (changed.length === 0) say(`all ${pages.length} generated files are up to date`);
}

if (import.meta.main) await main().catch(fail);
