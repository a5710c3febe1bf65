import type { KubernetesObject } from "../kubernetes/yaml.ts";
import type { Condition, Listed, ListName, Objects } from "./objects.ts";

/** What could be read, or why it could not. */
export type Reading<T> = { readonly read: T } | { readonly unread: string };

/** Everything that the doctor has read of a cluster, as plain data: JSON holds all of it. It contains no Secret. */
export interface Facts {
  /** The clock of the API server, as an ISO date. */
  readonly time: string;
  /** The namespace of Cilium's own objects. */
  readonly namespace: string;
  readonly objects: { readonly [Name in ListName]: Reading<readonly Objects[Name][]> };
  /** The lists whose kind the API server does not have. They count as read and empty. */
  readonly missingKinds: readonly ListName[];
  /** What the agents say, by the name of their node. */
  readonly agents: Readonly<Record<string, Reading<AgentFacts>>>;
  /** The end of the logs of Cilium's pods that are not ready, by the name of the pod. */
  readonly logs: Readonly<Record<string, Reading<string>>>;
  /** What this machine got from the addresses of the Services, by address. Undefined if it did not ask. */
  readonly answers: Readonly<Record<string, Answer>> | undefined;
  /** The names of the nodes by their MAC address, as far as this machine knows them. */
  readonly macAddresses: Readonly<Record<string, string>>;
  /** The objects of the manifest that the cluster is compared with. Undefined if it is not compared. */
  readonly manifest: readonly KubernetesObject[] | undefined;
  /** The objects of the cluster with the names of those in the manifest. */
  readonly installed: Reading<readonly KubernetesObject[]>;
}

/** What an agent says of itself. */
export interface AgentFacts {
  /** The network devices that it manages. */
  readonly devices: readonly string[];
}

/** What this machine got from an address. */
export interface Answer {
  /** Whether the address is in a subnet of this machine, so that it asks by ARP or NDP. */
  readonly isOnLink: boolean;
  /** The MAC address that answered ARP or NDP. Undefined if none is known. */
  readonly mac?: string;
  /** Whether the kernel says that nobody answered ARP or NDP. */
  readonly isSilent: boolean;
  /** The result of a TCP connection to each port, by port. */
  readonly ports: Readonly<Record<string, "connected" | "refused" | "no answer">>;
  /** The status of the answer to `GET /` at each port that speaks HTTP and has connected, by port. */
  readonly http: Readonly<Record<string, number | "no answer">>;
}

/** Something that a rule needs could not be read. The message says why. */
export class UnreadError extends Error {
  override readonly name = "UnreadError";
}

/** What was read. Throws an UnreadError if it could not be read. */
export function read<T>(reading: Reading<T> | undefined, name: string): T {
  if (reading === undefined) throw new UnreadError(`${name}: not asked for`);
  if ("unread" in reading) throw new UnreadError(`${name}: ${reading.unread}`);
  return reading.read;
}

/** The objects of a list. Throws an UnreadError if it could not be read. */
export function list<Name extends ListName>({ objects }: Facts, name: Name): readonly Objects[Name][] {
  return read(objects[name], name);
}

/** The name of an object in messages: `namespace/name`, or `name`. */
export function fullName({ metadata: { namespace, name } }: Listed): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The condition of a type. */
export function condition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((each) => each.type === type);
}

/** Whether a condition of a type is true. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return condition(conditions, type)?.status === "True";
}
