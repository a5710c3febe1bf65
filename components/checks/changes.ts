import { routingMode } from "../cilium/facts.ts";
import { ciliumValues } from "../cilium/values.ts";
import { redactSecrets } from "../inputs/secretValues.ts";
import { resolveSettings } from "../inputs/settings.ts";
import { changeChecks } from "./catalog.ts";
import type { RecordedCluster, ValuesSubject } from "./check.ts";
import { type Findings, runChecks } from "./run.ts";

/** The inputs that tell how a cluster is. Others of an earlier release of this package may have had another form. */
const decisiveInputs: readonly string[] = ["podCidr", "serviceCidr", "namespace", "routing", "values", "secretValues"];

/** What the last `pulumi up` left in the state. */
export interface RecordedState {
  /** The inputs, as plain data. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The output `images`. */
  readonly images: readonly string[];
}

/** Checks what the inputs would change in the cluster that the state tells of. */
export function checkChanges({ settings, values }: ValuesSubject, state: RecordedState): Findings {
  const { inputs, images } = state;
  // An `up` with refused inputs recorded neither inputs nor outputs in the first releases of this package.
  if (inputs["ciliumVersion"] === undefined && images.length === 0) return { errors: [], warnings: [] };
  return redactSecrets(inputs["secretValues"], () =>
    redactSecrets(settings.secretValues, () => runChecks(changeChecks, { settings, values, before: recordedCluster(state) })),
  );
}

/** How the last `pulumi up` left the cluster. */
export function recordedCluster({ inputs, images }: RecordedState): RecordedCluster {
  const { ciliumVersion = releaseIn(images) } = inputs as { readonly ciliumVersion?: string };
  const settings = resolveSettings(Object.fromEntries(Object.entries(inputs).filter(([key]) => decisiveInputs.includes(key))));
  const { podCidr, serviceCidr, namespace } = settings;
  return { ciliumVersion, podCidr, serviceCidr, namespace, routingMode: routingMode(ciliumValues(settings)) };
}

/** The Cilium release of the agent's image. The first releases of this package recorded none if it was the default. */
function releaseIn(images: readonly string[]): string | undefined {
  const releases = images.map((image) => /\/cilium:v(\d+\.\d+\.\d+)(?:@|$)/.exec(image)?.[1]);
  return releases.find((release) => release !== undefined);
}
