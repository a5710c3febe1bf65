import { endpointsOf, readyEndpoints } from "../endpoints.ts";
import { fullName } from "../facts.ts";
import { causeIf, serviceRule } from "../rule.ts";

export const backendRules = [
  serviceRule({
    id: "not-a-load-balancer",
    title: "a Service of another type",
    why: "Only a Service of type LoadBalancer gets an address from a pool.",
    remedy: "Set spec.type to LoadBalancer.",
    source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
    run: ({ service }) => {
      const type = service.spec?.type ?? "ClusterIP";
      return causeIf(type !== "LoadBalancer", `the type is ${type}, which gets no address from a pool`);
    },
  }),
  serviceRule({
    id: "no-pods",
    title: "a Service that selects no pod",
    why: "The address can answer ARP, and still no connection gets an answer.",
    remedy: "Compare spec.selector with the labels of the pods: `kubectl get pods --show-labels`.",
    source: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#does-the-service-have-any-endpointslices",
    run: (subject) => {
      const endpoints = endpointsOf(subject);
      if (endpoints === undefined || endpoints.length > 0) return [];
      const selector = Object.entries(subject.service.spec?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
      const selected =
        selector.length === 0 ? "it has no selector and no EndpointSlice" : `no pod has the labels ${selector.join(", ")}`;
      return [{ problem: `${fullName(subject.service)} has no endpoint: ${selected}` }];
    },
  }),
  serviceRule({
    id: "no-ready-pods",
    title: "a Service whose pods are not ready",
    why: "Cilium sends nothing to pods that are not ready.",
    remedy: "Look at the pods with `kubectl describe pod`: a readiness probe fails, or a container does not start.",
    source: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/",
    run: (subject) => {
      const endpoints = endpointsOf(subject);
      if (endpoints === undefined || endpoints.length === 0 || readyEndpoints(subject).length > 0) return [];
      return [{ problem: `none of the ${endpoints.length} endpoints of ${fullName(subject.service)} is ready` }];
    },
  }),
];
