import type { Settings } from "../../inputs/settings.ts";
import { dnsSubdomain } from "../../kubernetes/names.ts";
import { parseAddress } from "../../support/ipRange.ts";
import { problem, quote } from "../../support/problems.ts";
import { type NamedMachine, namedMachines } from "../../talos/machines.ts";
import { type Checks, inputCheck } from "../check.ts";

export const machineChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a machine name that is not a DNS subdomain",
      why: "The name is part of the resource's name in the state and in every preview.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names",
      needs: ["talos"],
      run: (settings) =>
        namedMachines(settings)
          .filter(({ name }) => name !== undefined && !dnsSubdomain.test(name))
          .map(({ input, name }) =>
            problem(`${input}.name`, `is ${quote(name)}; write it with lower case letters, digits, "-" and ".", such as cp-1`),
          ),
    }),
    inputCheck({
      title: "two machines with the same name",
      why: "The name identifies the machine's resource in the state.",
      source: "https://www.pulumi.com/docs/iac/concepts/resources/names/",
      needs: ["talos"],
      run: (settings) =>
        repetitions(namedMachines(settings), ({ resource }) => resource).map(([{ input, name, resource }, earlier]) => {
          if (name !== undefined) {
            return problem(`${input}.name`, `is ${quote(name)}, which is also the name of ${earlier.input}; names are unique`);
          }
          return problem(
            input,
            `has no name, and its position gives it the name ${quote(resource)}, which ${earlier.input} has already; give one of the two ` +
              "another name",
          );
        }),
    }),
    inputCheck({
      title: "one machine listed twice",
      why: "Two resources would send it their configs, one after the other, at every change.",
      source: "docs/inputs.md",
      needs: ["talos"],
      run: (settings) =>
        repetitions(namedMachines(settings), addressKey).map(([{ input, node }, earlier]) =>
          problem(`${input}.node`, `is ${quote(node)}, which is also ${earlier.input}.node; list each machine once`),
        ),
    }),
  ],
  warnings: [],
};

/** The machines that have the same key as an earlier one, each with the first machine that has it. */
function repetitions(
  machines: readonly NamedMachine[],
  keyOf: (machine: NamedMachine) => unknown,
): readonly (readonly [NamedMachine, NamedMachine])[] {
  const earliest = new Map<unknown, NamedMachine>();
  const result: (readonly [NamedMachine, NamedMachine])[] = [];
  for (const machine of machines) {
    const key = keyOf(machine);
    const earlier = earliest.get(key);
    if (earlier === undefined) earliest.set(key, machine);
    else result.push([machine, earlier]);
  }
  return result;
}

/** Equal for two spellings of one address. The value of an Output is not known yet, so it equals nothing. */
function addressKey({ node }: NamedMachine): unknown {
  if (typeof node !== "string") return Symbol();
  const address = parseAddress(node);
  return address === undefined ? node.toLowerCase() : `${address.family} ${address.first}`;
}
