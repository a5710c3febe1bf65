import { deepmergeCustom } from "deepmerge-ts";

const mergeDeeply = deepmergeCustom({ mergeArrays: false });

/** Merges objects into the first, as Helm merges values: maps deeply, everything else is replaced. `undefined` counts as absent. */
export function merge<T extends object>(base: T, ...over: readonly object[]): T {
  return mergeDeeply(base, ...over) as T;
}
