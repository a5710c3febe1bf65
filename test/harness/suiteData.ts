import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type SuiteData, suiteDataVariable } from "../../commands/lib/provide.ts";

const names = {
  charts: "the chart of Cilium",
  gatewayApi: "the CRDs of Gateway API",
  ciliumSources: "the source of Cilium",
  consumers: "the project",
} as const satisfies Readonly<Record<Exclude<keyof SuiteData, "pythonPackages">, string>>;

/** Returns what was fetched for the suite of this process before it started. Throws if the suite does not declare it. */
export function suiteData<Kind extends keyof typeof names>(kind: Kind, name: string): SuiteData[Kind][string] {
  const item = allData()[kind][name] as SuiteData[Kind][string] | undefined;
  if (item === undefined) throw new Error(`the suite does not declare ${names[kind]} ${name}; add it in commands/lib/suites.ts`);
  return item;
}

function allData(): SuiteData {
  const text = process.env[suiteDataVariable];
  if (text === undefined) throw new Error("nothing was fetched for this process; start a test file with npm test -- <file>");
  return JSON.parse(text) as SuiteData;
}

/** A folder with the packages of Python programs, for pip. Undefined if none can run here. */
export function pythonPackages(): string | undefined {
  return allData().pythonPackages;
}

/** The published file `standard-install.yaml` of a Gateway API release. */
export function readGatewayApiCrds(release: string): string {
  return readFileSync(suiteData("gatewayApi", release), "utf8");
}

/** The CRDs that the operator of a Cilium release registers, one file each. */
export function readCiliumCrds(release: string): readonly string[] {
  const folder = join(suiteData("ciliumSources", release), "pkg", "k8s", "apis", "cilium.io", "client", "crds");
  return globSync(join(folder, "*", "*.yaml")).map((file) => readFileSync(file, "utf8"));
}
