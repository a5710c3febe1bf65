import { matchesNothing } from "../../inputs/labelSelection.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../../inputs/loadBalancerArgs.ts";
import type { Settings } from "../../inputs/settings.ts";
import { dnsSubdomain } from "../../kubernetes/names.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { leaveOut } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

// The rules of LabelSelectorAsSelector in k8s.io/apimachinery, of which Cilium has a copy. A test compares them with the original.
const labelName = /^(?=.{1,63}$)[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const labelValue = /^(?=.{0,63}$)(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

const lbIpam = "https://docs.cilium.io/en/stable/network/lb-ipam/#service-selectors";

export const labelSelectorChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a label selector that Kubernetes does not accept",
      why:
        "The API server stores it. With one such pool, Cilium's operator gives no Service an address, not even from other pools. The " +
        "agent ignores such a policy, and BGP announces no Service.",
      source: lbIpam,
      needs: ["loadBalancer", "bgp"],
      run: (settings) => selectorsOf(settings).flatMap(({ input, selector }) => selectorProblems(input, selector)),
    }),
    inputCheck({
      title: "a label selector that nothing can match",
      why: "Its conditions contradict each other, so the pool, the policy or the announcement has no effect.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      needs: ["loadBalancer", "bgp"],
      run: (settings) =>
        selectorsOf(settings)
          .filter(({ input, selector }) => matchesNothing(selector) && selectorProblems(input, selector).length === 0)
          .map(({ input }) =>
            problem(input, "matches nothing, because its conditions contradict each other; change one of them"),
          ),
    }),
  ],
  warnings: [],
};

/** Every label selector of the inputs. */
function selectorsOf({ loadBalancer: { ipPools, l2Policies }, bgp }: Pick<Settings, "loadBalancer" | "bgp">) {
  const selectors: { readonly input: string; readonly selector: LabelSelector | undefined }[] = [];
  for (const [index, { serviceSelector }] of ipPools.entries()) {
    selectors.push({ input: `loadBalancer.ipPools[${index}].serviceSelector`, selector: serviceSelector });
  }
  for (const [index, { serviceSelector, nodeSelector }] of l2Policies.entries()) {
    const input = `loadBalancer.l2Policies[${index}]`;
    selectors.push({ input: `${input}.serviceSelector`, selector: serviceSelector });
    selectors.push({ input: `${input}.nodeSelector`, selector: nodeSelector });
  }
  for (const [index, { nodeSelector, advertise }] of bgp.entries()) {
    selectors.push({ input: `bgp[${index}].nodeSelector`, selector: nodeSelector });
    selectors.push({ input: `bgp[${index}].advertise.serviceSelector`, selector: advertise?.serviceSelector });
  }
  return selectors;
}

function selectorProblems(input: string, { matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): readonly Problem[] {
  return [
    ...Object.entries(matchLabels).flatMap(([key, value]) => [
      ...keyProblems(`${input}.matchLabels`, key),
      ...valueProblems(`${input}.matchLabels.${key}`, value),
    ]),
    ...matchExpressions.flatMap((requirement, index) => requirementProblems(`${input}.matchExpressions[${index}]`, requirement)),
  ];
}

function requirementProblems(input: string, { key, operator, values = [] }: LabelSelectorRequirement): readonly Problem[] {
  const problems = [
    ...keyProblems(`${input}.key`, key),
    ...values.flatMap((value, index) => valueProblems(`${input}.values[${index}]`, value)),
  ];
  const needsValues = operator === "In" || operator === "NotIn";
  if (needsValues && values.length === 0) {
    problems.push(problem(`${input}.values`, `is empty, but operator ${operator} compares with values; list at least one`));
  }
  if (!needsValues && values.length > 0) {
    problems.push(
      problem(`${input}.values`, `is ${quote(values)}, but operator ${operator} takes no values; ${leaveOut(`${input}.values`)}`),
    );
  }
  return problems;
}

function keyProblems(input: string, key: string): readonly Problem[] {
  const [name = "", prefix, ...others] = key.split("/").reverse();
  const isValid = labelName.test(name) && (prefix === undefined || dnsSubdomain.test(prefix)) && others.length === 0;
  if (isValid) return [];
  return [problem(input, `${quote(key)} is not a valid label key; write it as app or example.com/app`)];
}

function valueProblems(input: string, value: string): readonly Problem[] {
  if (labelValue.test(value)) return [];
  const allowed = 'at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends';
  return [problem(input, `${quote(value)} is not a valid label value; it may have ${allowed}`)];
}
