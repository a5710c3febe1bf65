import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema.js";
import ts from "typescript";
import { registryMetadata } from "./registryMetadata.ts";
import { root } from "./root.ts";

const provider = join(root, "components", "plugin", "provider.ts");
const componentNames = ["TalosCiliumCni", "CiliumLoadBalancer"];

/** The inputs that are secret in every language. */
const secretInputs: readonly string[] = [
  "TalosCiliumCni.secretValues",
  "Talos.clientConfiguration",
  "TalosMachine.machineConfiguration",
];

/**
 * Inputs whose default must not become the default of an SDK, which sends it as if the user had written it: a mode that the user asks for has
 * precedence over his own values.
 */
const withoutSdkDefault: readonly string[] = ["Routing.mode"];

type Tree = Readonly<Record<string, unknown>>;
interface Property {
  readonly description?: string;
}
type Properties = Readonly<Record<string, Property>>;

/** Generates the schema of the Pulumi plugin from the types and comments of the components. */
export function pulumiSchema(): object {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    "name" | "version" | "description",
    string
  >;
  const { name, version, description } = manifest;
  const { components, typeDefinitions, dependencies } = analyze(name);
  const schema = generateSchema(name, version, description, components, typeDefinitions, dependencies);
  const comments = readComments();
  const localName = (token: string) => token.split(":").at(-1) ?? token;
  const resources = Object.entries(schema.resources).map(([token, resource]) => {
    const { inputProperties, properties, ...rest } = resource;
    return [
      token,
      {
        ...rest,
        inputProperties: withComments(localName(token), inputProperties as Properties, comments),
        properties: cleaned(properties),
      },
    ];
  });
  const types = Object.entries(schema.types).map(([token, type]) => {
    const { properties, ...rest } = type as { readonly properties?: Properties };
    const documented = { ...rest, description: comments.get(localName(token))?.text };
    if (properties === undefined) return [token, documented];
    return [token, { ...documented, properties: withComments(localName(token), properties, comments) }];
  });
  return {
    ...schema,
    ...registryMetadata(),
    resources: Object.fromEntries(resources) as Tree,
    types: Object.fromEntries(types) as Tree,
  };
}

/** Runs Pulumi's analyzer on the components alone. It takes its settings from files in a folder. */
function analyze(name: string): ReturnType<Analyzer["analyze"]> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-schema-"));
  try {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(root, "tsconfig.json"), files: [provider] }));
    return new Analyzer(folder, name, { exports: provider }, new Set(componentNames)).analyze();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Comment {
  readonly text: string | undefined;
  readonly defaultText: string | undefined;
}

/** The comments of the interfaces and constants that users see, by `Interface` and `Interface.member`. Members of `XArgs` belong to `X`. */
function readComments(): ReadonlyMap<string, Comment> {
  const comments = new Map<string, Comment>();
  const files = [
    ...globSync("components/inputs/*.ts", { cwd: root }),
    "components/ciliumLoadBalancer.ts",
    "components/talos/machineConfig.ts",
    "components/router/bgpRouterConfig.ts",
  ];
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
    for (const statement of source.statements) {
      if (ts.isVariableStatement(statement)) {
        const [declaration] = statement.declarationList.declarations;
        if (declaration !== undefined) comments.set(declaration.name.getText(), commentOf(statement));
      }
      if (!ts.isInterfaceDeclaration(statement)) continue;
      const owner = statement.name.text.replace(/^(TalosCiliumCni|CiliumLoadBalancer)Args$/, "$1");
      comments.set(owner, commentOf(statement));
      for (const member of statement.members) comments.set(`${owner}.${member.name?.getText() ?? ""}`, commentOf(member));
    }
  }
  return comments;
}

function commentOf(node: ts.Node): Comment {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === "default");
  return { text: ts.getTextOfJSDocComment(comment?.comment), defaultText: ts.getTextOfJSDocComment(tag?.comment) };
}

/** Adds the default to the description, and what is secret. */
function withComments(owner: string, properties: Properties, comments: ReadonlyMap<string, Comment>): Tree {
  const documented = Object.entries(properties).map(([key, property]) => {
    const name = `${owner}.${key}`;
    const { text, defaultText } = comments.get(name) ?? {};
    const description = [text ?? property.description, defaultText === undefined ? undefined : `Default: ${defaultText}`]
      .filter((part) => part !== undefined)
      .join("\n\n");
    const value = withoutSdkDefault.includes(name) ? undefined : scalar(defaultText);
    return [
      key,
      {
        ...(cleaned(property) as object),
        ...(description !== "" && { description }),
        ...(value !== undefined && { default: value }),
        ...(secretInputs.includes(name) && { secret: true }),
      },
    ];
  });
  return Object.fromEntries(documented) as Tree;
}

/** A default that is a text, a number or a boolean. Undefined for any other, which the description has. */
function scalar(text: string | undefined): unknown {
  try {
    const value = JSON.parse(text ?? "") as unknown;
    return typeof value === "object" ? undefined : value;
  } catch {
    return undefined;
  }
}

/**
 * Drops two marks of the analyzer. `plain` forbids values that come from other resources, which the plugin awaits. `optional` is not part of a
 * schema: what is required has a list of its own.
 */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => !(["plain", "optional"].includes(key) && typeof member === "boolean"))
      .map(([key, member]) => [key, cleaned(member)]),
  );
}
