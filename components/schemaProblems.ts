import { Ajv, type DefinedError } from "ajv";
import { closest } from "fastest-levenshtein";
import schema from "./args.schema.json" with { type: "json" };
import { shown, type Problem } from "./problems.ts";

// Keys that people try, and where what they mean belongs.
const hints: Readonly<Record<string, string>> = {
  loadBalancerClass:
    "a policy selects Services, it has no class: set spec.loadBalancerClass: io.cilium/l2-announcer on the Service instead, " +
    "or leave it out there and every policy that selects the Service announces it",
};

/** What does not fit the types in args.ts. */
export function schemaProblems(args: unknown): readonly Problem[] {
  const check = new Ajv({ allErrors: true, strict: false, verbose: true }).compile(schema);
  if (check(args)) return [];
  return (check.errors as DefinedError[]).map((error) => {
    const input = pathOf(error.instancePath);
    switch (error.keyword) {
      case "additionalProperties": {
        const key = error.params.additionalProperty;
        const known = Object.keys((error.parentSchema as { properties: object }).properties);
        const advice = hints[key] ?? `did you mean ${closest(key, known)}? known are ${known.join(", ")}`;
        return { input: input === "" ? key : `${input}.${key}`, message: `is not an input; ${advice}` };
      }
      case "required":
        return { input: `${input}.${error.params.missingProperty}`, message: "is missing" };
      case "enum":
        return { input, message: `is ${shown(error.data)}; allowed are ${error.params.allowedValues.map(shown).join(", ")}` };
      case "type":
        if (error.params.type === "string" && typeof error.data === "number") {
          return { input, message: `is the number ${shown(error.data)}; put it in quotes` };
        }
        return { input, message: `is ${shown(error.data)}; it must be ${error.params.type}` };
      default:
        return { input, message: `is ${shown(error.data)}; it ${String(error.message)}` };
    }
  });
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
