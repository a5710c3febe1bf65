// The reference of the outputs, from the comments of the components.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { tableRow } from "./page.ts";
import { root } from "./root.ts";

interface Member {
  readonly name: string;
  readonly type: string;
  readonly meaning: string;
}

/** The objects that outputs contain, each in the file that declares it, by the output. */
const objects = {
  bgpRouterConfig: ["components/router/bgpRouterConfig.ts", "BgpRouterConfig", "bgpRouterConfig[]"],
  machineConfigPatches: ["components/talos/machineConfig.ts", "MachineConfigPatches", "machineConfigPatches"],
} as const;

/** The page docs/outputs.md. */
export function outputsPage(): string {
  return `# Outputs

These are the outputs of the components. The program of this repository exports those of \`TalosCiliumCni\` under the same names
(\`pulumi stack output manifest\`). Generated from [components/talosCiliumCni.ts](../components/talosCiliumCni.ts) and
[components/ciliumLoadBalancer.ts](../components/ciliumLoadBalancer.ts) by \`npm run generate\`.

## TalosCiliumCni

${table(readMembers("components/talosCiliumCni.ts", "TalosCiliumCni"))}

## CiliumLoadBalancer

${table(readMembers("components/ciliumLoadBalancer.ts", "CiliumLoadBalancer"))}
`;
}

function table(outputs: readonly Member[]): string {
  const rows = outputs.flatMap((output) => {
    const [file, type, path] = (objects[output.name as keyof typeof objects] as readonly string[] | undefined) ?? [];
    if (file === undefined || type === undefined) return [output];
    return [output, ...readMembers(file, type).map((member) => ({ ...member, name: `${path ?? ""}.${member.name}` }))];
  });
  const lines = rows.map(({ name, type, meaning }) => tableRow(`\`${name}\``, `\`${type}\``, meaning));
  return ["| Output | Type | Meaning |", "| --- | --- | --- |", ...lines].join("\n");
}

/** The documented properties of a class or an interface. Their types are those of the values inside of Pulumi's outputs. */
function readMembers(file: string, owner: string): readonly Member[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
  const declaration = source.statements.find(
    (statement): statement is ts.ClassDeclaration | ts.InterfaceDeclaration =>
      (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) && statement.name?.text === owner,
  );
  const members: readonly ts.Node[] = declaration?.members ?? [];
  return members
    .filter((member) => ts.isPropertyDeclaration(member) || ts.isPropertySignature(member))
    .map((member) => ({
      name: member.name.getText(),
      type: (member.type?.getText() ?? "").replace(/^pulumi\.Output<(.*)>$/, "$1"),
      meaning: meaningOf(member),
    }));
}

/** The comment of a property, in one line. The names of pages become links. */
function meaningOf(member: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(comment?.comment) ?? "";
  return text
    .replaceAll(/\n\n/g, "<br>")
    .replaceAll("\n", " ")
    .replaceAll(/\bdocs\/([\w-]+\.md)\b/g, "[$1]($1)");
}
