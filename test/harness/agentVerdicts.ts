import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { after, before, test } from "node:test";
import { checksPage } from "../../commands/generate.ts";
import { formatPage } from "../../commands/lib/page.ts";
import { figuresFile, readFigures, type VerdictFigures } from "../../commands/lib/verdictFigures.ts";
import { allChecks } from "../../components/checks/catalog.ts";
import type { Checks } from "../../components/checks/check.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { type Examination, examine } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { minorOf } from "../../components/versions/supported.ts";
import { agentRefusals } from "../fixtures/agentRefusals.ts";
import { generateCombinations } from "../fixtures/combinations.ts";
import { followAdvice } from "./advice.ts";
import { AgentTrials, type Verdict } from "./agentTrials.ts";
import { chartArgs } from "./charts.ts";
import type { Examples } from "./checkExamples.ts";
import { builtReleases } from "./ciliumPrograms.ts";
import { isolate } from "./isolation.ts";
import { renderInputs } from "./renderInputs.ts";

const checks = Object.values(allChecks as Readonly<Record<string, Checks<never>>>);
/** The checks that say that the agent does not start, by title. */
const stopsAgent = new Set(checks.flatMap(({ errors }) => errors.filter((check) => check.stopsAgent).map(({ title }) => title)));

// `npm run verdicts` sets GENERATED_INPUTS, for all releases together. It writes the figures into docs/checks.md.
const isLongRun = process.env["GENERATED_INPUTS"] !== undefined;
const combinations = isLongRun ? Math.ceil(Number(process.env["GENERATED_INPUTS"]) / builtReleases.length) : 60;

/** Registers the tests of one release: the checks' examples, their advice, and generated combinations. */
export function testVerdicts(release: string): void {
  isolate();

  let trials: AgentTrials;
  before(async () => {
    trials = await AgentTrials.start(release, { atOnce: availableParallelism() });
  });
  after(() => trials.stop());

  const verdicts = new Map<string, Promise<Verdict>>();
  /** Asks the agent. The same configuration is tried once. */
  const judge = (args: TalosCiliumCniArgs): Promise<Verdict> => {
    const { objects } = renderInputs({ ...args, ciliumVersion: release });
    const key = configHash(objects);
    const verdict = verdicts.get(key) ?? trials.judge(objects);
    verdicts.set(key, verdict);
    return verdict;
  };
  const examineHere = (args: TalosCiliumCniArgs) => examine({ ...args, ...chartArgs(release) });

  const examples = Object.entries(agentRefusals as Examples).flatMap(([check, ofCheck]) =>
    ofCheck.map(([args]) => ({ check, args })),
  );
  const ofRelease = examples.filter(({ args: { ciliumVersion = release } }) => minorOf(ciliumVersion) === minorOf(release));

  test("the agent does not start with what the checks refuse for that reason", async () => {
    const starts = await inParallel(ofRelease, async ({ check, args }) => {
      const verdict = await judge(args);
      return verdict.starts ? [`${check}: ${JSON.stringify(args)}`] : [];
    });
    assert.deepEqual(starts, []);
  });

  test("whoever follows the advice of an error has an agent that starts", async () => {
    const failures = await inParallel(ofRelease, async ({ check, args }) => {
      const problem = examineHere(args).errors.find((error) => (error as { check?: string }).check === check);
      if (problem === undefined) return [`${check} does not refuse ${JSON.stringify(args)}`];
      const ways = followAdvice(`${problem.input}: ${problem.message}`, args);
      if (ways.length === 0) return [`no advice in: ${problem.message}`];
      const failed: string[] = [];
      for (const way of ways) {
        const { errors } = examineHere(way);
        const verdict = errors.length > 0 ? undefined : await judge(way);
        if (verdict?.starts === true || verdict?.isUndecided === true) continue;
        failed.push(`${problem.message}\n  ${JSON.stringify(way)}\n  ${verdict?.reason ?? JSON.stringify(errors)}`);
      }
      return failed;
    });
    assert.deepEqual(failures, []);
  });

  test("the agent starts with every combination that the checks accept", async () => {
    const figures: { -readonly [Name in keyof VerdictFigures]: number } = {
      accepted: 0,
      acceptedButRefused: 0,
      refused: 0,
      refusedButStarts: 0,
      undecided: 0,
    };
    const wrong = await inParallel(selectCombinations(figures, examineHere), async ({ args, isAccepted, reasons }) => {
      const verdict = await judge(args);
      if (verdict.isUndecided) {
        figures.undecided += 1;
        return [];
      }
      figures[isAccepted ? "accepted" : "refused"] += 1;
      if (verdict.starts === isAccepted) return [];
      figures[isAccepted ? "acceptedButRefused" : "refusedButStarts"] += 1;
      return [`${JSON.stringify(args)}\n  ${isAccepted ? verdict.reason : reasons}`];
    });
    process.stderr.write(`Cilium ${release}: ${JSON.stringify(figures)}\n`);
    assert.equal(figures.acceptedButRefused, 0, wrong.join("\n"));
    assert(figures.refusedButStarts <= figures.refused * 0.02, wrong.join("\n"));
    if (isLongRun) await writeFigures(release, figures);
  });
}

interface Combination {
  readonly args: TalosCiliumCniArgs;
  readonly isAccepted: boolean;
  readonly reasons: string;
}

/**
 * Generated combinations: as many that the checks accept as that they refuse because the agent does not start. Ends when the figures have
 * enough of both.
 */
function* selectCombinations(
  figures: Pick<VerdictFigures, "accepted" | "refused">,
  examineHere: (args: TalosCiliumCniArgs) => Examination,
): Generator<Combination> {
  const enough = combinations / 2;
  for (const args of generateCombinations(7)) {
    if (figures.accepted >= enough && figures.refused >= enough) return;
    const examination = examineOrUndefined(() => examineHere(args));
    if (examination === undefined) continue;
    const { errors } = examination;
    const reasons = errors.filter((error) => stopsAgent.has((error as { check?: string }).check ?? ""));
    if (errors.length === 0 && figures.accepted < enough) {
      yield { args, isAccepted: true, reasons: "" };
    } else if (reasons.length > 0 && figures.refused < enough) {
      yield { args, isAccepted: false, reasons: reasons.map(({ input, message }) => `${input}: ${message}`).join("\n  ") };
    }
  }
}

/** Undefined if Helm refuses to render. */
function examineOrUndefined(examination: () => Examination): Examination | undefined {
  try {
    return examination();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function configHash(objects: readonly KubernetesObject[]): string {
  const agent = objects.filter(({ kind, metadata }) => metadata.name === (kind === "DaemonSet" ? "cilium" : "cilium-config"));
  return createHash("sha256").update(JSON.stringify(agent)).digest("hex");
}

/** Runs the trials of all items, as many at once as the machine has cores. Returns what they report. */
async function inParallel<Item>(
  items: Iterable<Item>,
  run: (item: Item) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const iterator = items[Symbol.iterator]();
  const reports: string[] = [];
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) reports.push(...(await run(next.value)));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return reports;
}

/** Writes the figures of a long run into docs/checks.md. */
async function writeFigures(release: string, figures: VerdictFigures): Promise<void> {
  writeFileSync(figuresFile, `${JSON.stringify({ ...readFigures(), [release]: figures }, null, 2)}\n`);
  const { path, content } = await formatPage("docs/checks.md", checksPage());
  writeFileSync(path, content);
}
