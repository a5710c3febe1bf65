import { run } from "../../tools/childProcess.mjs";

/** What Go's regexp package says about an expression. */
export interface GoAnswer {
  /** Go's reason for refusing the expression. Empty if it compiles. */
  readonly error: string;
  /** For each text: whether the expression matches it. Null without texts, or for an expression that does not compile. */
  readonly matches: readonly boolean[] | null;
}

/** Asks Go about expressions, and which of the texts each of them matches. */
export function askGo(expressions: readonly string[], texts: readonly string[] = []): readonly GoAnswer[] {
  const input = JSON.stringify(expressions.map((expression) => ({ expression, texts })));
  return JSON.parse(run("goregexp", [], { input })) as readonly GoAnswer[];
}
