import { InputError, type Problem } from "../support/problems.ts";

/** As many characters of a secret in a row are not shown; shorter secrets are hidden where they stand as a word. */
const shortestExcerpt = 8;

/**
 * Runs `work`, whose errors and warnings may quote values. Replaces what they quote of `secretValues`, and names `secretValues.x` where
 * `work` named `values.x` and the value at that path comes from there.
 */
export function withoutSecrets<T extends { readonly warnings: readonly string[] }>(secretValues: unknown, work: () => T): T {
  if (secretValues === undefined) return work();
  const secrets = [...new Set(textsIn(secretValues))];
  const redacted = (text: string) => redact(renamed(text, secretValues), secrets);
  try {
    const result = work();
    return { ...result, warnings: result.warnings.map(redacted) };
  } catch (error) {
    if (!(error instanceof InputError)) throw new Error(redacted(String(error)));
    throw new InputError(
      error.problems.map(({ input, message }): Problem => ({
        input: renamed(input, secretValues),
        message: redact(message, secrets),
      })),
    );
  }
}

/** The input `secretValues` of arguments that may be anything at all. */
export function secretValuesOf(args: unknown): unknown {
  return typeof args === "object" && args !== null && "secretValues" in args ? args.secretValues : undefined;
}

/** Whether `secretValues` sets anything. */
export function isGiven(secretValues: object): boolean {
  return Object.keys(secretValues).length > 0;
}

/** `text` with `[secret]` in place of every excerpt of a secret. */
function redact(text: string, secrets: readonly string[]): string {
  const hidden = new Set<number>();
  for (const secret of secrets) {
    const size = Math.min(secret.length, shortestExcerpt);
    for (let start = 0; start + size <= secret.length; start += 1) {
      const excerpt = secret.slice(start, start + size);
      for (let at = text.indexOf(excerpt); at !== -1; at = text.indexOf(excerpt, at + 1)) {
        if (size < shortestExcerpt && !isWord(text, at, size)) continue;
        for (let index = at; index < at + size; index += 1) hidden.add(index);
      }
    }
  }
  if (hidden.size === 0) return text;
  return Array.from({ length: text.length }, (_, index) => {
    if (!hidden.has(index)) return text[index];
    return hidden.has(index - 1) ? "" : "[secret]";
  }).join("");
}

function isWord(text: string, at: number, size: number): boolean {
  return !/\w/.test(text[at - 1] ?? "") && !/\w/.test(text[at + size] ?? "");
}

/** Every text and number in a value, in each form in which a message can quote it. */
function textsIn(value: unknown, within: readonly unknown[] = []): readonly string[] {
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (typeof value === "string") {
    const forms = [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64").replace(/=+$/, "")];
    return forms.filter((form) => form !== "");
  }
  // Outputs and circular data are refused without being quoted.
  if (typeof value !== "object" || value === null || "__pulumiOutput" in value || within.includes(value)) return [];
  return Object.values(value).flatMap((member) => textsIn(member, [...within, value]));
}

/** `secretValues.a.b` for a text that begins with `values.a.b`, if `secretValues` has something there. */
function renamed(text: string, secretValues: unknown): string {
  const [, path] = /^values\.([^\s:[]+)/.exec(text) ?? [];
  if (path === undefined) return text;
  const isSecret = path
    .split(".")
    .reduce<unknown>(
      (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
      secretValues,
    );
  return isSecret === undefined ? text : `secretValues${text.slice("values".length)}`;
}
