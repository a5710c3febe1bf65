import { distance } from "fastest-levenshtein";
import type { ValuePath } from "../../helm/values.ts";

/**
 * The known path that the user most likely meant. Undefined if none is close enough: a wrong suggestion is worse than none.
 *
 * Every key of an unknown path but the last is known, so the path says where it belongs: another section is never suggested, except for a
 * key of the top level that was written into a section.
 */
export function nearestValue(path: ValuePath, known: readonly ValuePath[]): string | undefined {
  const related = known.filter((candidate) => isRelated(path, candidate));
  const rules = [
    // hubbleRelay for hubble.relay, or k8s.serviceHost for k8sServiceHost.
    known.filter((candidate) => joined(candidate) === joined(path)),
    // In the same place: bpf.masqerade, or ingress for ingressController.
    leastDistant(path, related.filter(isBeside(path))),
    path.length === 1 ? related.filter(isBeside(path)).filter(isLonger(path)) : [],
    // In another place of the section: operator.serviceMonitor, or masquerade for bpf.masquerade.
    leastDistant(path, related, path.length === 1 ? 0 : undefined),
  ];
  const matches = rules.map(shallowest).find((candidates) => candidates.length > 0) ?? [];
  const [nearest, ...others] = matches;
  return others.length > 0 ? undefined : nearest?.join(".");
}

/** Whether a candidate is in the same section, or in none if either path has no section. */
function isRelated(path: ValuePath, candidate: ValuePath): boolean {
  // The section serviceAccounts has a key with the name of each part of the chart.
  if (path.length === 1) return candidate[0] !== "serviceAccounts";
  return candidate.length === 1 || path[0] === candidate[0];
}

function isBeside(path: ValuePath): (candidate: ValuePath) => boolean {
  const place = path.slice(0, -1).join(".");
  return (candidate) => candidate.slice(0, -1).join(".") === place;
}

/** Whether the last key of a candidate begins with that of the path. Short beginnings say too little. */
function isLonger(path: ValuePath): (candidate: ValuePath) => boolean {
  const beginning = lastKey(path);
  return (candidate) => beginning.length >= 3 && lastKey(candidate).startsWith(beginning);
}

/** The candidates whose last key is almost the same, of these the most similar ones. */
function leastDistant(path: ValuePath, candidates: readonly ValuePath[], most = lastKey(path).length / 4): readonly ValuePath[] {
  const distances = candidates.map((candidate) => distance(lastKey(candidate), lastKey(path)));
  const least = Math.min(...distances);
  return least > most ? [] : candidates.filter((_, index) => distances[index] === least);
}

function shallowest(candidates: readonly ValuePath[]): readonly ValuePath[] {
  const least = Math.min(...candidates.map(({ length }) => length));
  return candidates.filter(({ length }) => length === least);
}

function lastKey(path: ValuePath): string {
  return (path.at(-1) ?? "").toLowerCase();
}

function joined(path: ValuePath): string {
  return path.join("").toLowerCase();
}
