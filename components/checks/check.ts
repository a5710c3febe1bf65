import type { Chart } from "../helm/chartContents.ts";
import type { RenderedObject } from "../helm/render.ts";
import type { HelmValues } from "../helm/values.ts";
import type { RoutingMode, TalosCiliumCniArgs, UnsafeChange } from "../inputs/args.ts";
import type { Settings } from "../inputs/settings.ts";
import type { Manifest } from "../kubernetes/manifest.ts";
import type { KubernetesObject } from "../kubernetes/yaml.ts";
import type { Problem } from "../support/problems.ts";
import type { ExistingConfig } from "../talos/existingConfig.ts";
import type { MachineConfigPatches } from "../talos/machineConfig.ts";
import { isInRange } from "../versions/supported.ts";

/** A top-level input that a check can need. */
export type InputName = keyof Settings & keyof TalosCiliumCniArgs;

/** One check that runs before anything is touched. `docs/checks.md` is generated from these. */
export interface Check<Subject> {
  /** What the check finds. Unique among all checks. */
  readonly title: string;
  /** What would happen without it. */
  readonly why: string;
  /** Where that is documented, or was seen. */
  readonly source: string;
  /** The inputs that the check reads. It does not run if one of them has the wrong type, which is a problem of its own. */
  readonly needs: readonly InputName[];
  /** The Cilium releases that it applies to, such as `<1.19.0`. Undefined for all. */
  readonly releases?: string;
  /** Set if Cilium's agent does not start with what the check refuses. The suite verdicts asks the real agent about it. */
  readonly stopsAgent?: true;
  readonly run: (subject: Subject) => readonly Problem[];
}

/** Checks of one topic. Errors are what cannot work, warnings are what works but deserves a look. */
export interface Checks<Subject> {
  readonly errors: readonly Check<Subject>[];
  readonly warnings: readonly Check<Subject>[];
}

/** What checks of the effective values are given. */
export interface ValuesSubject<Name extends InputName = InputName> {
  readonly settings: Pick<Settings, Name | "userValues" | "secretValues">;
  readonly values: HelmValues;
}

/** What the state tells about the cluster: how the last `pulumi up` left it. */
export interface RecordedCluster extends Pick<Settings, "podCidr" | "serviceCidr" | "namespace"> {
  /** Undefined if the state does not tell it. */
  readonly ciliumVersion: string | undefined;
  readonly routingMode: RoutingMode;
}

/** What checks of a change are given. */
export interface ChangeSubject<Name extends InputName = InputName> extends ValuesSubject<Name | "allowUnsafeChanges"> {
  readonly before: RecordedCluster;
}

/** What checks of a machine config are given. */
export interface MachineConfigSubject<Name extends InputName = InputName> extends ValuesSubject<Name> {
  /** The input of the config. */
  readonly input: string;
  readonly isControlPlane: boolean;
  readonly config: ExistingConfig;
}

/** What checks of the user's own values against the chart are given. */
export interface ChartSubject<Name extends InputName = InputName> extends ValuesSubject<Name> {
  readonly chart: Chart;
}

/** What checks of the rendering are given. Every input has the right type by then. */
export interface RenderedSubject {
  readonly settings: Settings;
  readonly values: HelmValues;
  readonly chart: Chart;
  readonly rendered: readonly RenderedObject[];
  readonly manifest: Manifest;
  /** The Gateway API objects that are installed before Cilium. */
  readonly gatewayApi: readonly KubernetesObject[];
  readonly machineConfig: MachineConfigPatches | undefined;
}

/** A check as its file declares it: it reads the inputs `Name`. */
interface DeclaredCheck<Name extends InputName, Subject> extends Omit<Check<Subject>, "needs"> {
  readonly needs: readonly Name[];
}

/** Declares a check of inputs. The compiler holds it to the inputs that it needs. */
export function inputCheck<const Name extends InputName>(check: DeclaredCheck<Name, Pick<Settings, Name>>): Check<Settings> {
  return check;
}

/** Declares a check of the effective values. The compiler holds it to the inputs that it needs, besides the values. */
export function valuesCheck<const Name extends InputName = never>(
  check: DeclaredCheck<Name, ValuesSubject<Name>>,
): Check<ValuesSubject> {
  const { releases } = check;
  if (releases === undefined) return check;
  return {
    ...check,
    needs: [...check.needs, "ciliumVersion"],
    run: (subject) => (isInRange(subject.settings.ciliumVersion, releases) ? check.run(subject) : []),
  };
}

/** Declares a check of a change, which is accepted if the user names the permission. The compiler holds it to the inputs that it needs. */
export function changeCheck<const Name extends InputName = never>(
  check: DeclaredCheck<Name, ChangeSubject<Name>> & { readonly permission: UnsafeChange },
): Check<ChangeSubject> {
  const { permission, run, ...documentation } = check;
  return {
    ...documentation,
    needs: [...check.needs, "allowUnsafeChanges"],
    run: (subject) => (subject.settings.allowUnsafeChanges.includes(permission) ? [] : run(subject)),
  };
}

/** Declares a check of a machine config. The compiler holds it to the inputs that it needs, besides the values. */
export function machineConfigCheck<const Name extends InputName = never>(
  check: DeclaredCheck<Name, MachineConfigSubject<Name>>,
): Check<MachineConfigSubject> {
  return check;
}

/** Declares a check of the user's own values against the chart. The compiler holds it to the inputs that it needs, besides the values. */
export function chartCheck<const Name extends InputName = never>(
  check: DeclaredCheck<Name, ChartSubject<Name>>,
): Check<ChartSubject> {
  return check;
}

/** Declares a check of the rendering. */
export function renderedCheck(check: Omit<Check<RenderedSubject>, "needs">): Check<RenderedSubject> {
  return { ...check, needs: [] };
}
