import { routingMode } from "../../cilium/facts.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { type NamedRange, podCidrRanges, serviceRanges } from "../../inputs/network.ts";
import { problem } from "../../support/problems.ts";
import { allOf, anyOf, permitChange, setTo } from "../advice.ts";
import { changeCheck, type ChangeSubject, type Checks } from "../check.ts";

const care = 'docs/upgrading.md, "Settings that need care"';

export const clusterChangeChecks: Checks<ChangeSubject> = {
  errors: [
    changeCheck({
      title: "another podCidr in a running cluster",
      why: "A node keeps the range that it got when it joined. Cilium would treat addresses of existing pods as foreign.",
      source: "https://docs.cilium.io/en/stable/network/concepts/ipam/kubernetes/",
      permission: "podCidr",
      needs: ["podCidr", "serviceCidr"],
      run: ({ settings, before }) => {
        if (areSameRanges(podCidrRanges(settings), podCidrRanges(before))) return [];
        // Pods and Services have the same IP families.
        const services = settings.serviceCidr === before.serviceCidr ? [] : [setTo("serviceCidr", before.serviceCidr)];
        return [
          problem(
            "podCidr",
            `${settings.podCidr} replaces ${before.podCidr}, but nodes keep the range that they got when they joined, and Cilium would treat ` +
              `the addresses of their pods as foreign (${care}); ` +
              anyOf([
                allOf(setTo("podCidr", before.podCidr), ...services),
                `${permitChange(settings, "podCidr")} if the nodes have the new range already, or the cluster is new`,
              ]),
          ),
        ];
      },
    }),
    changeCheck({
      title: "another serviceCidr in the machine config of a running cluster",
      why: "Existing Services keep their addresses, also that of the DNS. Kubelets would give new pods a DNS server that does not exist.",
      source: "https://kubernetes.io/docs/tasks/network/reconfigure-default-service-ip-ranges/",
      permission: "serviceCidr",
      needs: ["serviceCidr", "delivery"],
      run: ({ settings, before }) => {
        // Only this delivery changes the cluster's range. The others only compare addresses with it.
        if (settings.delivery !== "machineConfig") return [];
        if (areSameRanges(serviceRanges(settings), serviceRanges(before))) return [];
        return [
          problem(
            "serviceCidr",
            `${settings.serviceCidr} replaces ${before.serviceCidr}, but existing Services keep their addresses, also that of the cluster's DNS, ` +
              `which new pods would look for in the new range (${care}); ` +
              anyOf([
                setTo("serviceCidr", before.serviceCidr),
                `${permitChange(settings, "serviceCidr")} if the API server has the new range already, or the cluster is new`,
              ]),
          ),
        ];
      },
    }),
    changeCheck({
      title: "another namespace for a running Cilium",
      why: "It creates a second Cilium, which fights the first one for the ports and the network of the node.",
      source: "docs/upgrading.md",
      permission: "namespace",
      needs: ["namespace"],
      run: ({ settings, before }) => {
        const { namespace } = settings;
        if (namespace === before.namespace) return [];
        return [
          problem(
            "namespace",
            `${namespace} replaces ${before.namespace}, which creates a second Cilium that fights the first one for the ports of the node ` +
              `(${care}); ` +
              anyOf([
                setTo("namespace", before.namespace),
                `${permitChange(settings, "namespace")} if no Cilium runs in ${before.namespace} any more`,
              ]),
          ),
        ];
      },
    }),
    changeCheck({
      title: "another routing mode for a running Cilium",
      why: "Until every agent has restarted, nodes with the old mode and nodes with the new mode do not reach each other's pods.",
      source: "docs/upgrading.md",
      permission: "routingMode",
      needs: [],
      run: ({ settings, values, before }) => {
        const mode = routingMode(values);
        if (mode === before.routingMode) return [];
        const input = originOf(settings, "routingMode");
        return [
          problem(
            input,
            `${mode} replaces ${before.routingMode}, and until every agent has restarted, nodes with the old mode and nodes with the new mode do ` +
              `not reach each other's pods (${care}); ` +
              anyOf([
                setTo(input, before.routingMode),
                `${permitChange(settings, "routingMode")} if you can do without the traffic between pods meanwhile`,
              ]),
          ),
        ];
      },
    }),
  ],
  warnings: [],
};

/** Whether both are the same addresses, in the same order: the first range is of the primary IP family. */
function areSameRanges(some: readonly NamedRange[], others: readonly NamedRange[]): boolean {
  if (some.length !== others.length) return false;
  return some.every(({ range }, index) => {
    const other = others[index]?.range;
    return range.family === other?.family && range.first === other.first && range.last === other.last;
  });
}
