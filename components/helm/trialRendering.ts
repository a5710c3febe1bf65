import { InputError } from "../support/problems.ts";
import type { Chart } from "./chartContents.ts";
import { HelmError } from "./cli.ts";
import { render, type RenderedObject, type RenderTarget, runHelmTemplate } from "./render.ts";
import { type HelmValues, omitPath, type ValuePath } from "./values.ts";

/**
 * Finds the paths whose values change nothing, by rendering the chart with and without them: two renderings if that is all of them, otherwise
 * three, and one more for each path.
 *
 * Returns undefined if renderings cannot tell, because Helm refuses the values or renders something else each time.
 */
export function pathsWithoutEffect(
  chart: Chart,
  values: HelmValues,
  paths: readonly ValuePath[],
  target: RenderTarget,
): readonly ValuePath[] | undefined {
  const complete = tryRendering(chart, values, target);
  if (complete === undefined) return undefined;
  const isSameWithout = (omitted: readonly ValuePath[]) =>
    tryRendering(chart, omitted.reduce(omitPath, values), target) === complete;
  if (isSameWithout(paths)) return paths;
  if (!isSameWithout([])) return undefined;
  return paths.length === 1 ? [] : paths.filter((path) => isSameWithout([path]));
}

/** Renders the chart. Returns undefined if Helm refuses the values. */
export function tryToRender(chart: Chart, values: HelmValues, target: RenderTarget): readonly RenderedObject[] | undefined {
  try {
    return render(chart, values, target);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

function tryRendering(chart: Chart, values: HelmValues, target: RenderTarget): string | undefined {
  try {
    return runHelmTemplate(chart, values, target);
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    return undefined;
  }
}
