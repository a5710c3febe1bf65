import { deepmergeCustom } from "deepmerge-ts";

const mergeDeeply = deepmergeCustom({ mergeArrays: false });

/** Both objects in one, the second first: maps are merged deeply, anything else is replaced; `undefined` counts as absent. */
export function merge<T extends object>(base: T, over: object): T {
  return mergeDeeply(base, over) as T;
}
