import { list } from "./facts.ts";
import type { EndpointSlice } from "./objects.ts";
import type { ServiceSubject } from "./rule.ts";

type Endpoint = NonNullable<NonNullable<EndpointSlice["endpoints"]>[number]>;

/** The endpoints of a Service. Undefined for the Service of a Gateway or an Ingress, whose traffic Envoy takes on every node. */
export function endpointsOf({ facts, service: { metadata } }: ServiceSubject): readonly Endpoint[] | undefined {
  if (/^cilium-(?:gateway|ingress)\b/.test(metadata.name)) return undefined;
  return list(facts, "endpointSlices")
    .filter((slice) => slice.metadata.namespace === metadata.namespace)
    .filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === metadata.name)
    .flatMap(({ endpoints }) => endpoints ?? []);
}

/** The endpoints that get traffic. Kubernetes counts an endpoint as ready if it does not say otherwise. */
export function readyEndpoints(subject: ServiceSubject): readonly Endpoint[] {
  return (endpointsOf(subject) ?? []).filter(({ conditions }) => conditions?.ready !== false);
}
