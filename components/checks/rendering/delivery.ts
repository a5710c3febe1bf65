import { nameOf } from "../../kubernetes/manifest.ts";
import { problem } from "../../support/problems.ts";
import { type Checks, renderedCheck, type RenderedSubject } from "../check.ts";

const chartApi = "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v4/chart/";
const mebibyte = 2 ** 20;

export const deliveryChecks: Checks<RenderedSubject> = {
  errors: [
    renderedCheck({
      title: "Helm hooks with delivery chart",
      why: "Pulumi's Chart leaves them out.",
      source: chartApi,
      run: ({ settings, rendered }) => {
        if (settings.delivery !== "chart") return [];
        return rendered
          .filter(({ object }) => "helm.sh/hook" in ((object.metadata["annotations"] as object | undefined) ?? {}))
          .map(({ object }) =>
            problem(
              "values",
              `make ${nameOf(object)} of Cilium ${settings.ciliumVersion}, a Helm hook, which Pulumi's Chart leaves out; remove the value ` +
                'that needs it, or set delivery to "manifest"',
            ),
          );
      },
    }),
    renderedCheck({
      title: "a namespace that the chart creates for other purposes, with delivery chart",
      why: "It would be created twice.",
      source: chartApi,
      run: ({ settings: { delivery, namespace }, rendered }) => {
        const isRendered = rendered.some(({ object }) => object.kind === "Namespace" && object.metadata.name === namespace);
        if (delivery !== "chart" || !isRendered) return [];
        return [
          problem("namespace", `${namespace} is a namespace that the chart creates for other purposes; choose another name`),
        ];
      },
    }),
    renderedCheck({
      title: "a machine config patch of more than 3.5 MiB",
      why: "Up to Talos 1.12, a machine in maintenance mode accepts a config of at most 4 MiB.",
      source: "https://github.com/siderolabs/omni/issues/2744",
      run: (subject) => {
        if (patchSize(subject) <= 3.5 * mebibyte) return [];
        return [
          problem(
            "values",
            `make a manifest of ${inMebibytes(patchSize(subject))}; a machine in maintenance mode accepts a config of at most 4 MiB (Talos ` +
              "1.12 and older): remove the values that make it so large, or choose another delivery",
          ),
        ];
      },
    }),
  ],
  warnings: [
    renderedCheck({
      title: "a machine config patch of more than 1 MiB",
      why: "Together with the rest of the config, it comes close to what a machine in maintenance mode accepts.",
      source: "https://github.com/siderolabs/omni/issues/2744",
      run: (subject) => {
        if (patchSize(subject) <= mebibyte) return [];
        return [
          problem(
            "values",
            `make a patch of ${inMebibytes(patchSize(subject))}; together with the rest of the config it must stay below 4 MiB if a machine ` +
              "in maintenance mode runs Talos 1.12 or older",
          ),
        ];
      },
    }),
  ],
};

function patchSize({ machineConfig }: RenderedSubject): number {
  return Buffer.byteLength(machineConfig?.controlPlane ?? "");
}

function inMebibytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}
