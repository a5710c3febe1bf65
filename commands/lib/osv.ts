import semver from "semver";
import type { Advisory } from "../../components/versions/advisories.ts";
import { ciliumMinors, minorOf } from "../../components/versions/supported.ts";

/** A vulnerability as osv.dev describes it, with the fields that are used here. */
interface OsvVulnerability {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly summary?: string;
  readonly withdrawn?: string;
  readonly affected?: readonly {
    readonly package?: { readonly name: string };
    readonly ranges?: readonly { readonly events?: readonly OsvEvent[] }[];
  }[];
}
interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
}

const module = "github.com/cilium/cilium";

/** Fetches what is published about Cilium. `server` is the address of osv.dev's API. */
export async function fetchVulnerabilities(server: string): Promise<readonly OsvVulnerability[]> {
  const vulnerabilities: OsvVulnerability[] = [];
  let page: string | undefined;
  do {
    const query = { package: { ecosystem: "Go", name: module }, page_token: page };
    const body = await post(`${server}/v1/query`, query);
    vulnerabilities.push(...(body.vulns ?? []));
    page = body.next_page_token;
  } while (page !== undefined && page !== "");
  return vulnerabilities;
}

interface OsvAnswer {
  readonly vulns?: readonly OsvVulnerability[];
  readonly next_page_token?: string;
}

async function post(url: string, query: object): Promise<OsvAnswer> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", body: JSON.stringify(query), signal: AbortSignal.timeout(60_000) });
  } catch (error) {
    const { cause = error } = error as Error;
    throw new Error(`${url} does not answer: ${(cause as Error).message}`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answers with status ${response.status}`);
  return (await response.json()) as OsvAnswer;
}

/**
 * The differences between the table of advisories and what is published: one line for each advisory that is missing, has other releases, or
 * stands in the table alone.
 */
export function advisoryDifferences(
  table: Readonly<Record<string, Advisory>>,
  vulnerabilities: readonly OsvVulnerability[],
): readonly string[] {
  const current = vulnerabilities.filter(({ withdrawn }) => withdrawn === undefined);
  // One hole can have several records: the one of the Go database comes first.
  const published = Map.groupBy(
    current.toSorted((a, b) => Number(isFromGo(b)) - Number(isFromGo(a))),
    advisoryId,
  );
  const withdrawn = new Set(vulnerabilities.filter((each) => each.withdrawn !== undefined).map(advisoryId));
  const alone = Object.keys(table)
    .filter((id) => !published.has(id))
    .map((id) => `${id} is here, and ${withdrawn.has(id) ? "was withdrawn" : "is not published"}`);
  const changed = [...published].flatMap(([id, [record]]) => {
    const ranges = record === undefined ? "" : rangesOf(affectedReleases(record));
    const known = rangesOf(table[id]?.affected ?? []);
    if (ranges === known) return [];
    const summary = record?.summary ?? "";
    if (known === "") return [`${id} is missing: ${summary} (${ranges})`];
    return [`${id} is published for ${ranges === "" ? "no supported release" : ranges}, and has ${known} here`];
  });
  return [...changed, ...alone];
}

const isFromGo = ({ id }: OsvVulnerability) => id.startsWith("GO-");

/** The identifier on GitHub, or that of osv.dev if there is none. */
function advisoryId({ id, aliases = [] }: OsvVulnerability): string {
  return [id, ...aliases].find((each) => each.startsWith("GHSA-")) ?? id;
}

/** The affected releases of the supported minors. Without a fix, they have no end. */
function affectedReleases({ affected = [] }: OsvVulnerability): Advisory["affected"] {
  const events = affected
    .filter((each) => each.package?.name === module)
    .flatMap(({ ranges = [] }) => ranges.flatMap((range) => range.events ?? []));
  return events.flatMap(({ introduced }, index) => {
    if (introduced === undefined) return [];
    const { fixed, last_affected: last } = events[index + 1] ?? {};
    const end = fixed ?? (last === undefined ? undefined : semver.inc(releaseOf(last), "patch"));
    return Object.keys(ciliumMinors).flatMap((minor) => overlap(minor, releaseOf(introduced), end ?? undefined));
  });
}

/** The release of a version. OSV begins with version 0, and a range may begin with a prerelease. */
function releaseOf(version: string): string {
  return semver.coerce(version)?.version ?? "0.0.0";
}

/** The part of a range that is inside a minor. */
function overlap(minor: string, introduced: string, fixed: string | undefined): Advisory["affected"] {
  const from = semver.lt(introduced, `${minor}.0`) ? `${minor}.0` : introduced;
  const isInside = minorOf(from) === minor && (fixed === undefined || semver.lt(from, fixed));
  if (!isInside) return [];
  return [{ from, fixed: fixed ?? "the next release" }];
}

function rangesOf(affected: Advisory["affected"]): string {
  return affected
    .map(({ from, fixed }) => `${from} until ${fixed}`)
    .toSorted()
    .join(", ");
}
