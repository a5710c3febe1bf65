import { readFileSync } from "node:fs";
import ts from "typescript";

/**
 * Reads the comments that explain the keys of the object literals in a source file: the comment above a key, else the comment of the key
 * before it, else that of the enclosing object.
 *
 * @returns comments by the dotted path of the key, such as `cgroup.hostRoot`
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
  const readObject = (object: ts.ObjectLiteralExpression, path: readonly string[], inherited: string | undefined): void => {
    let reason = inherited;
    for (const property of object.properties) {
      reason = comment(property) ?? reason;
      if (!ts.isPropertyAssignment(property)) continue;
      const keyPath = [...path, property.name.getText(source)];
      if (ts.isObjectLiteralExpression(property.initializer)) readObject(property.initializer, keyPath, reason);
      else if (reason !== undefined) reasons.set(keyPath.join("."), reason);
    }
  };
  const visit = (node: ts.Node, inherited: string | undefined): void => {
    if (ts.isObjectLiteralExpression(node)) readObject(node, [], inherited);
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
