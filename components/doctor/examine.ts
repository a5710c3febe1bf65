import { firstClusterSteps, lastClusterSteps, type ServiceStep, serviceSteps } from "./catalog.ts";
import { addressesOf, bgpClass, isOn, l2Class } from "./cluster.ts";
import { type Facts, fullName, list, UnreadError } from "./facts.ts";
import type { Service } from "./objects.ts";
import type { Rule, ServiceSubject } from "./rule.ts";

/** One thing that breaks the way to the client. */
export interface Finding {
  /** The `id` of the rule. */
  readonly rule: string;
  readonly title: string;
  readonly step: string;
  /** `namespace/name`. Undefined if it is about the cluster. */
  readonly service: string | undefined;
  readonly problem: string;
  readonly why: string;
  readonly remedy: string;
}

/** A rule that could not look, and why. */
export interface Gap {
  readonly rule: string;
  readonly title: string;
  readonly step: string;
  readonly service: string | undefined;
  readonly reason: string;
}

/**
 * - `ok`: all rules have looked, and found nothing
 * - `broken`: a rule has found something
 * - `unknown`: a rule could not look, and the others have found nothing
 * - `notReached`: an earlier step is broken
 * - `notUsed`: the Service does not go this way
 */
export type StepState = "ok" | "broken" | "unknown" | "notReached" | "notUsed";

export interface StepResult {
  readonly step: string;
  readonly state: StepState;
}

export interface ServiceResult {
  readonly service: string;
  readonly addresses: readonly string[];
  readonly steps: readonly StepResult[];
}

/** What the facts show. */
export interface Diagnosis {
  /** The first cause comes first. */
  readonly findings: readonly Finding[];
  readonly notLookedAt: readonly Gap[];
  readonly cluster: readonly StepResult[];
  readonly services: readonly ServiceResult[];
}

/** Whether a Service is asked for: all of type LoadBalancer, or those with a name, which may begin with the namespace. */
export function isAskedFor(service: Service, name: string | undefined): boolean {
  if (name === undefined) return service.spec?.type === "LoadBalancer";
  return name.includes("/") ? fullName(service) === name : service.metadata.name === name;
}

/** Runs all rules on the facts: those of the cluster, and those of each Service that is asked for. */
export function examine(facts: Facts, name?: string): Diagnosis {
  const [before, after] = [clusterOutcomes(firstClusterSteps, facts), clusterOutcomes(lastClusterSteps, facts)];
  const services = readServices(facts)
    .filter((service) => isAskedFor(service, name))
    .map((service) => serviceOutcomes({ facts, service }));
  const outcomes = [...before, ...services.flatMap((each) => each.outcomes), ...after];
  const causes = outcomes.flatMap(({ findings }) => findings);
  const rules = new Set(causes.map(({ finding }) => finding.rule));
  return {
    findings: causes
      .filter(({ followsFrom }) => followsFrom === undefined || !rules.has(followsFrom))
      .map(({ finding }) => ({ ...finding, remedy: finding.remedy.replaceAll("-n kube-system", `-n ${facts.namespace}`) })),
    notLookedAt: outcomes.flatMap(({ gaps }) => gaps),
    cluster: [...before, ...after].map(stepOf),
    services: services.map((each) => ({ ...each.result, steps: each.outcomes.map(stepOf) })),
  };
}

/** What the rules of one step have found. */
interface Outcome extends StepResult {
  readonly findings: readonly { readonly finding: Finding; readonly followsFrom: string | undefined }[];
  readonly gaps: readonly Gap[];
}

const stepOf = ({ step, state }: Outcome): StepResult => ({ step, state });
const skipped = (step: ServiceStep, state: StepState): Outcome => ({ step, state, findings: [], gaps: [] });

function clusterOutcomes(steps: Readonly<Record<string, readonly Rule<Facts>[]>>, facts: Facts): readonly Outcome[] {
  return Object.entries(steps).map(([step, rules]) =>
    mergeOutcomes(
      step,
      rules.map((rule) => runRule(rule, facts, step)),
    ),
  );
}

const laterSteps = (Object.keys(serviceSteps) as ServiceStep[]).filter((step) => step !== "Pods");

function serviceOutcomes(subject: ServiceSubject) {
  const { service } = subject;
  const result = { service: fullName(service), addresses: addressesOf(service) };
  const pods = firstOutcome("Pods", subject);
  // The first rule has said so. A Service of another type needs nothing of what follows.
  if (service.spec?.type !== "LoadBalancer")
    return { result, outcomes: [pods, ...laterSteps.map((step) => skipped(step, "notReached"))] };
  const address = firstOutcome("Address", subject);
  const announcement: readonly Outcome[] =
    address.state === "broken"
      ? [skipped("L2 announcement", "notReached"), skipped("BGP advertisement", "notReached")]
      : announcementOutcomes(subject);
  const isReachable = [pods, address, ...announcement].every(({ state }) => state !== "broken" && state !== "notReached");
  const answer = isReachable ? answerOutcome(subject) : skipped("Answer", "notReached");
  return { result, outcomes: [pods, address, ...announcement, answer] };
}

function answerOutcome(subject: ServiceSubject): Outcome {
  return subject.facts.answers === undefined ? skipped("Answer", "notUsed") : firstOutcome("Answer", subject);
}

/** The two ways of an address to the clients. If one of them works, it does not matter that the other does not. */
function announcementOutcomes(subject: ServiceSubject): readonly Outcome[] {
  const used = usedWays(subject);
  const l2 = used.l2 ? firstOutcome("L2 announcement", subject) : skipped("L2 announcement", "notUsed");
  const bgp = used.bgp ? firstOutcome("BGP advertisement", subject) : skipped("BGP advertisement", "notUsed");
  if (!used.l2 || !used.bgp) return [l2, bgp];
  if (l2.state !== "broken" && bgp.state === "broken") return [l2, skipped("BGP advertisement", "notUsed")];
  if (bgp.state !== "broken" && l2.state === "broken") return [skipped("L2 announcement", "notUsed"), bgp];
  return [l2, bgp];
}

function usedWays({ facts, service }: ServiceSubject): { readonly l2: boolean; readonly bgp: boolean } {
  const name = service.spec?.loadBalancerClass;
  if (name === l2Class) return { l2: true, bgp: false };
  if (name === bgpClass) return { l2: false, bgp: true };
  try {
    const bgp = isOn(facts, "enable-bgp-control-plane") || list(facts, "bgpClusterConfigs").length > 0;
    const l2 = isOn(facts, "enable-l2-announcements") || list(facts, "l2Policies").length > 0;
    // If there is neither, the first rule of L2 announcements says so.
    return { l2: l2 || !bgp, bgp };
  } catch (error) {
    // The rules will say what could not be read.
    if (error instanceof UnreadError) return { l2: true, bgp: true };
    throw error;
  }
}

/** Runs the rules of a step until one finds something: the later ones look at what the earlier ones have let through. */
function firstOutcome(step: ServiceStep, subject: ServiceSubject): Outcome {
  const outcomes: Outcome[] = [];
  for (const rule of serviceSteps[step]) {
    const outcome = runRule(rule, subject, step, fullName(subject.service));
    outcomes.push(outcome);
    if (outcome.state === "broken") break;
  }
  return mergeOutcomes(step, outcomes);
}

function runRule<Subject>(
  { id, title, why, remedy, run }: Rule<Subject>,
  subject: Subject,
  step: string,
  service?: string,
): Outcome {
  try {
    const findings = run(subject).map(({ problem, remedy: own = remedy, followsFrom }) => ({
      finding: { rule: id, title, step, service, problem, why, remedy: own },
      followsFrom,
    }));
    return { step, state: findings.length === 0 ? "ok" : "broken", findings, gaps: [] };
  } catch (error) {
    if (!(error instanceof UnreadError)) throw error;
    return { step, state: "unknown", findings: [], gaps: [{ rule: id, title, step, service, reason: error.message }] };
  }
}

function mergeOutcomes(step: string, outcomes: readonly Outcome[]): Outcome {
  const states = outcomes.map(({ state }) => state);
  const worst = (["broken", "unknown"] as const).find((state) => states.includes(state));
  return {
    step,
    state: worst ?? "ok",
    findings: outcomes.flatMap(({ findings }) => findings),
    gaps: outcomes.flatMap(({ gaps }) => gaps),
  };
}

function readServices(facts: Facts): readonly Service[] {
  try {
    return list(facts, "services");
  } catch (error) {
    if (error instanceof UnreadError) return [];
    throw error;
  }
}
