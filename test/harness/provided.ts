import { providedVariable, type Provided } from "../../commands/lib/provide.ts";

const names = {
  charts: "the chart of Cilium",
  gatewayApi: "the CRDs of Gateway API",
  ciliumSources: "the source of Cilium",
} as const satisfies Readonly<Record<keyof Provided, string>>;

/** What was fetched for the suite of this process before it started. Throws when the suite does not declare it. */
export function provided<Kind extends keyof Provided>(kind: Kind, release: string): Provided[Kind][string] {
  const text = process.env[providedVariable];
  if (text === undefined) throw new Error("nothing was fetched for this process; start a test file by npm test -- <file>");
  const all = JSON.parse(text) as Provided;
  const found = all[kind][release] as Provided[Kind][string] | undefined;
  if (found === undefined)
    throw new Error(`the suite does not declare ${names[kind]} ${release}; add it in commands/lib/suites.ts`);
  return found;
}
