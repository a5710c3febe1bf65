import { InputError, type Problem } from "../support/problems.ts";
import { isOutputOrPromise } from "./plainData.ts";

/** An excerpt of a secret of this many characters is hidden wherever it appears. Shorter secrets are hidden where they are a whole word. */
const shortestExcerpt = 8;

interface QuotingResult {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Runs `work` and hides every excerpt of `secretValues` in its errors and warnings, which may quote values. */
export function redactSecrets<T extends QuotingResult>(secretValues: unknown, work: () => T): T {
  if (secretValues === undefined) return work();
  const secrets = [...new Set(textsIn(secretValues))];
  const redactAll = (problems: readonly Problem[]) =>
    problems.map((problem) => ({ ...problem, message: redact(problem.message, secrets) }));
  try {
    const result = work();
    return { ...result, errors: redactAll(result.errors), warnings: redactAll(result.warnings) };
  } catch (error) {
    if (!(error instanceof InputError)) throw new Error(redact(String(error), secrets));
    throw new InputError(redactAll(error.problems));
  }
}

/** Hides every excerpt of the texts in `secrets` in a text. */
export function redactText(text: string, secrets: unknown): string {
  return redact(text, [...new Set(textsIn(secrets))]);
}

/** Reads the input `secretValues` of arguments that have not been checked. */
export function secretValuesOf(args: unknown): unknown {
  return typeof args === "object" && args !== null && "secretValues" in args ? args.secretValues : undefined;
}

/** Replaces every excerpt of a secret with `[secret]`. */
function redact(text: string, secrets: readonly string[]): string {
  const hidden = new Set<number>();
  for (const secret of secrets) {
    const size = Math.min(secret.length, shortestExcerpt);
    for (let start = 0; start + size <= secret.length; start += 1) {
      const excerpt = secret.slice(start, start + size);
      for (let position = text.indexOf(excerpt); position !== -1; position = text.indexOf(excerpt, position + 1)) {
        if (size < shortestExcerpt && !isWord(text, position, size)) continue;
        for (let index = position; index < position + size; index += 1) hidden.add(index);
      }
    }
  }
  if (hidden.size === 0) return text;
  const characters = Array.from({ length: text.length }, (_, index) => {
    if (!hidden.has(index)) return text[index];
    return hidden.has(index - 1) ? "" : "[secret]";
  });
  return characters.join("");
}

function isWord(text: string, position: number, size: number): boolean {
  return !/\w/.test(text[position - 1] ?? "") && !/\w/.test(text[position + size] ?? "");
}

/** Every text and number in a value, in each form in which a message can quote it. */
function textsIn(value: unknown, ancestors: readonly unknown[] = []): readonly string[] {
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (typeof value === "string") {
    const forms = [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64").replace(/=+$/, "")];
    return forms.filter((form) => form !== "");
  }
  if (typeof value !== "object" || value === null) return [];
  // No message quotes the content of Outputs or circular data.
  if (isOutputOrPromise(value) || ancestors.includes(value)) return [];
  return Object.values(value).flatMap((member) => textsIn(member, [...ancestors, value]));
}
