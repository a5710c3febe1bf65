import type { LabelSelector, LabelSelectorRequirement } from "./loadBalancerArgs.ts";

/** Whether no object can match a selector, because its conditions contradict each other. Without a selector, every object matches. */
export function matchesNothing(selector: LabelSelector | undefined): boolean {
  const requirements = requirementsOf(selector);
  return [...new Set(requirements.map(({ key }) => key))].some((key) =>
    contradict(requirements.filter((requirement) => requirement.key === key)),
  );
}

/** Whether an object with these labels matches a selector. Without a selector, every object matches. */
export function matchesLabels(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  return requirementsOf(selector).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === "Exists") return value !== undefined;
    if (operator === "DoesNotExist") return value === undefined;
    const isListed = value !== undefined && values.includes(value);
    return operator === "In" ? isListed : !isListed;
  });
}

/** Whether no object can match both selectors. */
export function areDisjoint(one: LabelSelector | undefined, other: LabelSelector | undefined): boolean {
  return matchesNothing({ matchExpressions: [...requirementsOf(one), ...requirementsOf(other)] });
}

/** Whether every object that matches one selector matches the other too. */
export function implies(one: LabelSelector | undefined, other: LabelSelector | undefined): boolean {
  return requirementsOf(other).every((requirement) =>
    matchesNothing({ matchExpressions: [...requirementsOf(one), { ...requirement, operator: opposites[requirement.operator] }] }),
  );
}

const opposites = { In: "NotIn", NotIn: "In", Exists: "DoesNotExist", DoesNotExist: "Exists" } as const;

function requirementsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): LabelSelectorRequirement[] {
  const labels = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In" as const, values: [value] }));
  return [...labels, ...matchExpressions];
}

/** Whether the requirements of one label contradict each other. `NotIn` and `DoesNotExist` accept an object without the label. */
function contradict(requirements: readonly LabelSelectorRequirement[]): boolean {
  const valuesOf = (operator: LabelSelectorRequirement["operator"]) =>
    requirements.filter((requirement) => requirement.operator === operator).map(({ values = [] }) => values);
  const has = (operator: LabelSelectorRequirement["operator"]) => valuesOf(operator).length > 0;
  const [first, ...others] = valuesOf("In");
  if (has("DoesNotExist")) return has("Exists") || first !== undefined;
  if (first === undefined) return false;
  const forbidden = valuesOf("NotIn").flat();
  return !first.some((value) => others.every((list) => list.includes(value)) && !forbidden.includes(value));
}
