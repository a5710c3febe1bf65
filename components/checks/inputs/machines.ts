import { parseAddress } from "../../support/ipRange.ts";
import { shown } from "../../support/problems.ts";
import type { Settings } from "../../inputs/settings.ts";
import { machinesOf, type NamedMachine } from "../../talos/machineConfig.ts";
import type { Checks } from "../check.ts";
import { dnsSubdomain } from "./formats.ts";

/** The machines against each other. */
export const machineChecks: Checks<Settings> = {
  errors: [
    {
      finds: "a machine name that is not a DNS subdomain",
      because: "The name is part of the resource's name in the state and in every preview.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names",
      in: ({ talos }) =>
        machinesOf({ talos })
          .filter(({ name }) => name !== undefined && !dnsSubdomain.test(name))
          .map(({ input, name }) => ({
            input: `${input}.name`,
            message: `is ${shown(name)}; write lower case letters, digits, "-" and ".", such as cp-1`,
          })),
    },
    {
      finds: "two machines of one name",
      because: "The name is that of a resource, and the engine knows each resource by its name.",
      source: "https://www.pulumi.com/docs/iac/concepts/resources/names/",
      in: ({ talos }) =>
        repeated(machinesOf({ talos }), ({ resource }) => resource).map(([{ input, name, resource }, first]) => {
          if (name !== undefined) {
            return { input: `${input}.name`, message: `is ${shown(name)}, as is the name of ${first.input}; names are unique` };
          }
          return {
            input,
            message: `is named ${shown(resource)} by its position, as ${first.input} is by its name; give it a name, or the other another`,
          };
        }),
    },
    {
      finds: "one machine listed twice",
      because: "Two resources would send their configs to it, one after the other, at every change.",
      source: "docs/inputs.md",
      in: ({ talos }) =>
        repeated(machinesOf({ talos }), addressOf).map(([{ input, node }, first]) => ({
          input: `${input}.node`,
          message: `is ${shown(node)}, as is ${first.input}.node; list each machine once`,
        })),
    },
  ],
  warnings: [],
};

/** The machines that have the same key as an earlier one, with the first that has it. */
function repeated(machines: readonly NamedMachine[], keyOf: (machine: NamedMachine) => unknown) {
  const firsts = new Map<unknown, NamedMachine>();
  return machines.flatMap((machine) => {
    const key = keyOf(machine);
    const first = firsts.get(key);
    if (first !== undefined) return [[machine, first] as const];
    firsts.set(key, machine);
    return [];
  });
}

/** The address of a machine however it is written. An Output is only known later, and equal to nothing here. */
function addressOf({ node }: NamedMachine): unknown {
  if (typeof node !== "string") return Symbol();
  const address = parseAddress(node);
  return address === undefined ? node.toLowerCase() : `${address.family} ${address.first}`;
}
