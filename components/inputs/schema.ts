import type { DefinedError, ErrorObject } from "ajv";
import { closest, distance } from "fastest-levenshtein";
import { type Problem, quote } from "../support/problems.ts";
import { validateArgs } from "./argsValidator.ts";

// Keys that people try, with the place where what they want belongs.
const hints: Readonly<Record<string, string>> = {
  loadBalancerClass:
    "a policy selects Services, it has no class: set spec.loadBalancerClass: io.cilium/l2-announcer on the Service instead, " +
    "or leave it out there and every policy that selects the Service announces it",
};

/** Compares the inputs with their types in args.ts. */
export function schemaProblems(args: object): readonly Problem[] {
  return toProblems(validateArgs(args));
}

/** Turns the errors of a validated value into problems. `parent` is the input that the value belongs to; by default it is all of them. */
export function toProblems(errors: readonly ErrorObject[], parent = ""): readonly Problem[] {
  // When no branch of anyOf or oneOf matches, list the allowed forms instead of the errors of each branch.
  const choices = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const isInBranch = ({ schemaPath }: ErrorObject) => choices.some((choice) => schemaPath.startsWith(`${choice.schemaPath}/`));
  // An enum error makes the type error for the same value redundant.
  const withEnumError = new Set(errors.filter(({ keyword }) => keyword === "enum").map(({ instancePath }) => instancePath));
  const isRedundant = ({ keyword, instancePath }: ErrorObject) => keyword === "type" && withEnumError.has(instancePath);
  return errors
    .filter((error) => !isInBranch(error) && !isRedundant(error))
    .map((error) => toProblem(error as DefinedError, joinInputs(parent, inputOf(error.instancePath))));
}

function toProblem(error: DefinedError, input: string): Problem {
  const wrongType = (message: string): Problem => ({ input, message, kind: "wrongType" });
  switch (error.keyword) {
    case "additionalProperties": {
      const key = error.params.additionalProperty;
      const known = Object.keys((error.parentSchema as { properties: object }).properties);
      const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
      const advice = hint ?? `${suggestion(key, known)}known are ${known.join(", ")}`;
      return { input: joinInputs(input, key), message: `is not an input; ${advice}`, kind: "unknownInput" };
    }
    case "required":
      return { input: joinInputs(input, error.params.missingProperty), message: "is missing", kind: "wrongType" };
    case "enum":
      return wrongType(`is ${quote(error.data)}; allowed are ${error.params.allowedValues.map(quote).join(", ")}`);
    case "type": {
      const types = [error.params.type].flat();
      if (types.includes("string") && ["number", "boolean"].includes(typeof error.data)) {
        return wrongType(`is the ${typeof error.data} ${quote(error.data)}; put it in quotes`);
      }
      return wrongType(`is ${quote(error.data)}; it must be ${types.map(describeType).join(" or ")}${keysOf(error)}`);
    }
    case "anyOf":
    case "oneOf": {
      const forms = (error.schema as readonly { readonly type?: unknown }[]).map(({ type }) => String(type));
      return wrongType(`is ${quote(error.data)}; it must be ${forms.map(describeType).join(" or ")}`);
    }
    case "minimum":
    case "maximum":
      return wrongType(`is ${quote(error.data)}; it must be ${describeLimits(error.parentSchema as Limits)}`);
    default:
      return wrongType(`is ${quote(error.data)}; it ${String(error.message)}`);
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false, without quotes",
};

function describeType(type: string): string {
  return typeNames[type] ?? type;
}

/** ` with the keys mode, directRoutes`, if only an object is allowed and it has few keys. */
function keysOf({ params, parentSchema }: ErrorObject): string {
  const keys = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {});
  if (params["type"] !== "object" || keys.length === 0 || keys.length > 12) return "";
  return ` with the keys ${keys.join(", ")}`;
}

interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
}

function describeLimits({ minimum, maximum }: Limits): string {
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  return minimum === undefined ? `at most ${maximum}` : `at least ${minimum}`;
}

/** A question if one of the keys is almost the same: at most a third of the letters differ, or two letters of a short key. */
function suggestion(key: string, known: readonly string[]): string {
  const nearest = closest(key, known);
  const difference = distance(key.toLowerCase(), nearest.toLowerCase());
  const isClose = difference < key.length && difference <= Math.max(2, Math.floor(key.length / 3));
  return isClose ? `did you mean ${nearest}? ` : "";
}

function joinInputs(parent: string, child: string): string {
  return [parent, child].filter((part) => part !== "").join(".");
}

/** The input at a JSON pointer: `loadBalancer.ipPools[0].name` for `/loadBalancer/ipPools/0/name`. */
function inputOf(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
}
