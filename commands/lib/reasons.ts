import { readFileSync } from "node:fs";
import ts from "typescript";

/**
 * The reasons that stand in a file beside what it sets: the comment above a key, or else that of the key before it, or of the object that it
 * is in.
 *
 * @returns by the dotted path of the key, such as `cgroup.hostRoot`
 */
export function readReasons(file: string): ReadonlyMap<string, string> {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const reasons = new Map<string, string>();

  const comment = (node: ts.Node): string | undefined => {
    const lines = ts
      .getLeadingCommentRanges(source.text, node.pos)
      ?.map(({ pos, end }) => source.text.slice(pos + 2, end).trim());
    return lines?.join(" ");
  };
  const inObject = (object: ts.ObjectLiteralExpression, path: readonly string[], inherited: string | undefined): void => {
    let reason = inherited;
    for (const property of object.properties) {
      reason = comment(property) ?? reason;
      if (!ts.isPropertyAssignment(property)) continue;
      const here = [...path, property.name.getText(source)];
      if (ts.isObjectLiteralExpression(property.initializer)) inObject(property.initializer, here, reason);
      else if (reason !== undefined) reasons.set(here.join("."), reason);
    }
  };
  const visit = (node: ts.Node, inherited: string | undefined): void => {
    if (ts.isObjectLiteralExpression(node)) inObject(node, [], inherited);
    else
      ts.forEachChild(node, (child) => {
        visit(child, ts.isStatement(node) ? (comment(node) ?? inherited) : inherited);
      });
  };
  ts.forEachChild(source, (statement) => {
    visit(statement, undefined);
  });
  return reasons;
}
