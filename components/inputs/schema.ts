import { Ajv, type DefinedError, type ErrorObject, type SchemaObject, type ValidateFunction } from "ajv";
import { closest } from "fastest-levenshtein";
import schema from "./args.schema.json" with { type: "json" };
import { shown, type Problem } from "../support/problems.ts";

// Keys that people try, and where what they mean belongs.
const hints: Readonly<Record<string, string>> = {
  loadBalancerClass:
    "a policy selects Services, it has no class: set spec.loadBalancerClass: io.cilium/l2-announcer on the Service instead, " +
    "or leave it out there and every policy that selects the Service announces it",
};

/** What does not fit the types in args.ts, and the inputs of which nothing else can be said therefore. */
export function schemaProblems(args: unknown): { readonly problems: readonly Problem[]; readonly unusable: ReadonlySet<string> } {
  check ??= compiled(schema);
  const errors = check(args) ? [] : (check.errors ?? []);
  // A key too many is in nobody's way.
  const inTheWay = misfits(errors.filter(({ keyword }) => keyword !== "additionalProperties"));
  return { problems: misfits(errors), unusable: new Set(inTheWay.map(rootOf)) };
}

/** The input at the top. */
export function rootOf({ input }: Problem): string {
  return input.replace(/[.[].*$/, "");
}

// Compiled when it is first used.
let check: ValidateFunction | undefined;

/** A schema that is used in this run only: to check the schema itself, and to make fast code of it, takes longer than it saves. */
export function compiled(schema: SchemaObject): ValidateFunction {
  const once = { meta: false, validateSchema: false, code: { optimize: false } };
  return new Ajv({ allErrors: true, strict: false, verbose: true, logger: false, ...once }).compile(schema);
}

/** What a schema has against a value, which is an input, or all of them. */
export function misfits(errors: readonly ErrorObject[], input = ""): readonly Problem[] {
  // Of several forms none fits: what each of them has against it says less than what there are.
  const choices = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const isPart = ({ schemaPath }: ErrorObject) => choices.some((choice) => schemaPath.startsWith(`${choice.schemaPath}/`));
  // What is no known word need not be told that it is no text either.
  const words = new Set(errors.filter(({ keyword }) => keyword === "enum").map(({ instancePath }) => instancePath));
  return errors
    .filter((error) => !isPart(error) && !(error.keyword === "type" && words.has(error.instancePath)))
    .map((error) => misfit(error as DefinedError, [input, pathOf(error.instancePath)].filter((part) => part !== "").join(".")));
}

function misfit(error: DefinedError, input: string): Problem {
  switch (error.keyword) {
    case "additionalProperties": {
      const key = error.params.additionalProperty;
      const known = Object.keys((error.parentSchema as { properties: object }).properties);
      const advice =
        (Object.hasOwn(hints, key) ? hints[key] : undefined) ??
        `did you mean ${closest(key, known)}? known are ${known.join(", ")}`;
      return { input: input === "" ? key : `${input}.${key}`, message: `is not an input; ${advice}` };
    }
    case "required":
      return { input: `${input}.${error.params.missingProperty}`, message: "is missing" };
    case "enum":
      return { input, message: `is ${shown(error.data)}; allowed are ${error.params.allowedValues.map(shown).join(", ")}` };
    case "type": {
      const types = [error.params.type].flat();
      if (types.includes("string") && ["number", "boolean"].includes(typeof error.data)) {
        return { input, message: `is the ${typeof error.data} ${shown(error.data)}; put it in quotes` };
      }
      return { input, message: `is ${shown(error.data)}; it must be ${types.join(" or ")}` };
    }
    case "anyOf":
    case "oneOf": {
      const forms = (error.schema as readonly { readonly type?: unknown }[]).map(({ type }) => String(type));
      return { input, message: `is ${shown(error.data)}; it must be ${forms.join(" or ")}` };
    }
    default:
      return { input, message: `is ${shown(error.data)}; it ${String(error.message)}` };
  }
}

/** `loadBalancer.ipPools[0].name` of `/loadBalancer/ipPools/0/name`. */
function pathOf(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}
