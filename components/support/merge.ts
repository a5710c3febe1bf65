import { deepmergeCustom } from "deepmerge-ts";

const mergeDeeply = deepmergeCustom({ mergeArrays: false });

/** Merges `over` into `base`, as Helm merges values: maps deeply, everything else is replaced. `undefined` counts as absent. */
export function merge<T extends object>(base: T, over: object): T {
  return mergeDeeply(base, over) as T;
}
