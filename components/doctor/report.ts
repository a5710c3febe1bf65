import { styleText } from "node:util";
import { wrap } from "../support/wrap.ts";
import type { Diagnosis, Finding, StepResult, StepState } from "./examine.ts";

/** How a report is written. */
export interface ReportOptions {
  /** Whether to use colors. */
  readonly colors: boolean;
  /** Longer lines of findings are broken. Undefined if none is. */
  readonly width?: number;
}

const marks = { ok: "✓", broken: "✗", unknown: "?", notReached: "·", notUsed: "-" } as const satisfies Record<StepState, string>;
const colors = { ok: "green", broken: "red", unknown: "yellow", notReached: "dim", notUsed: "dim" } as const satisfies Record<
  StepState,
  string
>;

/** Writes a diagnosis for a terminal: the steps with a mark each, then the findings, the first cause first, then what was not looked at. */
export function writeReport({ cluster, services, findings, notLookedAt }: Diagnosis, options: ReportOptions): string {
  const paint = (format: (typeof colors)[StepState] | "bold", text: string) =>
    options.colors ? styleText(format, text, { validateStream: false }) : text;
  const steps = (results: readonly StepResult[]) =>
    results.map(({ step, state }) => `${paint(colors[state], marks[state])} ${step}`).join("   ");
  const width = Math.max(7, ...services.map(({ service }) => service.length));
  const addressWidth = Math.max(0, ...services.map(({ addresses }) => addressText(addresses).length));
  const lines = [
    `${"cluster".padEnd(width)}  ${steps(cluster)}`,
    ...services.map(
      ({ service, addresses, steps: results }) =>
        `${service.padEnd(width)}  ${addressText(addresses).padEnd(addressWidth)}  ${steps(results)}`,
    ),
  ];
  if (services.length === 0) lines.push("there is no Service of type LoadBalancer");
  const { width: maximum = Infinity } = options;
  const blocks = findings.map((finding, index) => writeFinding(finding, index + 1, maximum, (text) => paint("bold", text)));
  if (blocks.length === 0) lines.push("", paint("green", "nothing found"));
  for (const block of blocks) lines.push("", ...block);
  if (notLookedAt.length > 0) lines.push("", "not looked at:", ...reasons(notLookedAt).flatMap((line) => wrap(line, 4, maximum)));
  return `${lines.join("\n")}\n`;
}

/** The result of `--json`. Members are only added to it. */
export function writeJson({ findings, notLookedAt, cluster, services }: Diagnosis): string {
  return `${JSON.stringify({ format: 1, firstCause: findings[0] ?? null, findings, notLookedAt, cluster, services }, null, 2)}\n`;
}

/** The exit status: 0 if nothing was found, otherwise 1. */
export function exitStatus({ findings }: Pick<Diagnosis, "findings">): 0 | 1 {
  return findings.length === 0 ? 0 : 1;
}

function writeFinding(
  { service, step, title, problem, why, remedy }: Finding,
  number: number,
  width: number,
  bold: (text: string) => string,
): readonly string[] {
  const place = service === undefined ? step : `${service}, ${step}`;
  const parts = [
    ["found", problem],
    ["why", why],
    ["do", remedy],
  ] as const;
  const lines = parts.flatMap(([name, text]) =>
    wrap(text, 0, width - 10).map((line, index) => `   ${(index === 0 ? name : "").padEnd(7)}${line}`),
  );
  return [bold(`${number}. ${place}: ${title}`), ...lines];
}

function addressText(addresses: readonly string[]): string {
  return addresses.length === 0 ? "<pending>" : addresses.join(", ");
}

/** Each reason once, with the number of rules that it kept from looking. */
function reasons(gaps: Diagnosis["notLookedAt"]): readonly string[] {
  const groups = Map.groupBy(gaps, ({ reason }) => reason);
  return [...groups].map(([reason, all]) => {
    const titles = [...new Set(all.map(({ title }) => title))];
    const rest = titles.length > 2 ? `, and ${titles.length - 2} more` : "";
    return `  ? ${reason} (${titles.slice(0, 2).join(", ")}${rest})`;
  });
}
