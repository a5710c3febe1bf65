import semver from "semver";
import type { HelmValues } from "../../cilium/values.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";
import { nameOf, type Manifest } from "../../kubernetes/manifest.ts";
import type { Rendered } from "../../helm/render.ts";
import { shown } from "../../support/problems.ts";
import { secretsIn } from "../../kubernetes/secrets.ts";
import type { Settings } from "../../inputs/settings.ts";
import type { MachineConfigPatches } from "../../talos/machineConfig.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "../../versions/supported.ts";
import { releaseOf } from "../../cilium/gatewayApi.ts";
import type { Checks } from "../check.ts";

/** What has been rendered, and how it goes to the cluster. */
export interface Rendering {
  readonly settings: Settings;
  readonly values: HelmValues;
  readonly rendered: readonly Rendered[];
  readonly manifest: Manifest;
  /** What is installed before Cilium. */
  readonly gatewayApi: readonly KubernetesObject[];
  readonly machineConfig: MachineConfigPatches | undefined;
}

const chartApi = "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v4/chart/";
const mebibyte = 2 ** 20;

/** What was rendered, against the way it is delivered. */
export const deliveryChecks: Checks<Rendering> = {
  errors: [
    {
      finds: "Gateway API CRDs that the Cilium does not work with",
      because: "With older ones its Gateways stay dead; from those of 1.5 on, the operator of a Cilium before 1.20 crashes.",
      source: "https://github.com/cilium/cilium/issues/44920",
      in: ({ settings: { ciliumVersion }, gatewayApi }) => {
        const { gatewayApi: release, gatewayApiRange } = supportedMinor(ciliumVersion);
        // One file, one release: the first object tells.
        const wrong = gatewayApi.find((object) => !semver.satisfies(releaseOf(object) ?? "", gatewayApiRange));
        if (wrong === undefined) return [];
        const found = releaseOf(wrong);
        return [
          {
            input: "gatewayApi.crdsPath",
            message:
              `${nameOf(wrong)} is of ${found === undefined ? "no Gateway API release" : `Gateway API ${found}`}, and Cilium ` +
              `${ciliumVersion} works with ${gatewayApiRange}: with an older one its Gateways stay dead, a newer one can crash its ` +
              `operator; take ${gatewayApiCrdsUrl(release)}`,
          },
        ];
      },
    },
    {
      finds: "a label, an annotation or a setting that is no text",
      because: "The chart hands it through, and the API server refuses the object.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/",
      in: ({ rendered }) =>
        rendered.flatMap(({ object }) =>
          notTexts(object).map(([key, value]) => ({
            input: "values",
            message: `make ${key} of ${nameOf(object)} the ${typeof value} ${shown(value)}; put it in quotes, since Kubernetes takes text there`,
          })),
        ),
    },
    {
      finds: "Helm hooks with delivery chart",
      because: "Pulumi's Chart leaves them out.",
      source: chartApi,
      in: ({ settings, rendered }) =>
        settings.delivery === "chart"
          ? rendered
              .filter(({ object }) => "helm.sh/hook" in ((object.metadata["annotations"] as object | undefined) ?? {}))
              .map(({ object }) => ({
                input: "values",
                message:
                  `make ${nameOf(object)} of Cilium ${settings.ciliumVersion}, a Helm hook, which Pulumi's Chart leaves out; take the value ` +
                  'back that asks for it, or delivery "manifest"',
              }))
          : [],
    },
    {
      finds: "a namespace that the chart makes for other purposes, with delivery chart",
      because: "It would be made twice.",
      source: chartApi,
      in: ({ settings: { delivery, namespace }, rendered }) =>
        delivery === "chart" && rendered.some(({ object }) => object.kind === "Namespace" && object.metadata.name === namespace)
          ? [{ input: "namespace", message: `${namespace} is one that the chart makes for other purposes; choose another name` }]
          : [],
    },
    {
      finds: "a machine config patch of more than 3.5 MiB",
      because: "A machine in maintenance mode takes a config of 4 MiB in all, up to Talos 1.12.",
      source: "https://github.com/siderolabs/omni/issues/2744",
      in: (rendering) =>
        patchSize(rendering) > 3.5 * mebibyte
          ? [
              {
                input: "values",
                message:
                  `make a manifest of ${told(patchSize(rendering))}; a machine in maintenance mode takes a config of 4 MiB in all (Talos 1.12 ` +
                  "and before): take back what makes it so large, or use another delivery",
              },
            ]
          : [],
    },
  ],
  warnings: [
    {
      finds: "Gateway API CRDs of another release than the Cilium was made for",
      because: "Cilium's own tests are with that one.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/",
      in: ({ settings: { ciliumVersion }, gatewayApi }) => {
        const { gatewayApi: release, gatewayApiRange } = supportedMinor(ciliumVersion);
        const found = gatewayApi.map(releaseOf).find((each) => each !== release);
        if (found === undefined || !semver.satisfies(found, gatewayApiRange)) return [];
        return [
          { input: "gatewayApi.crdsPath", message: `is Gateway API ${found}; Cilium ${ciliumVersion} was made for ${release}` },
        ];
      },
    },
    {
      finds: "a machine config patch of more than 1 MiB",
      because: "With the rest of the config it comes near to what a machine in maintenance mode takes.",
      source: "https://github.com/siderolabs/omni/issues/2744",
      in: (rendering) =>
        patchSize(rendering) > mebibyte
          ? [
              {
                input: "values",
                message:
                  `make a patch of ${told(patchSize(rendering))}; with the rest of the config it must stay below 4 MiB where a machine in ` +
                  "maintenance mode runs Talos 1.12 or before",
              },
            ]
          : [],
    },
    {
      finds: "a manifest with a Secret or a private key in it",
      because: "Whoever can read the manifest has the key.",
      source: "docs/inputs.md",
      in: ({ manifest, values, rendered }) => secretsIn(manifest.entries, values, rendered),
    },
  ],
};

/** What is no text in maps of texts, by the path of keys. */
function notTexts(value: unknown, path: readonly string[] = []): readonly (readonly [key: string, value: unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  const isOfTexts = /^(?:annotations|labels|matchLabels|nodeSelector)$/.test(path.at(-1) ?? "") || path.join() === "data";
  return Object.entries(value).flatMap(([key, member]) =>
    isOfTexts
      ? typeof member === "string"
        ? []
        : [[[...path, key].join("."), member] as const]
      : notTexts(member, [...path, key]),
  );
}

function patchSize({ machineConfig }: Rendering): number {
  return Buffer.byteLength(machineConfig?.controlPlane ?? "");
}

function told(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}
