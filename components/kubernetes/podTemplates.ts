import type { KubernetesObject } from "./yaml.ts";

/** A container as far as it is looked at here. */
export interface Container {
  readonly name: string;
  readonly env?:
    | readonly { readonly valueFrom?: { readonly secretKeyRef?: ObjectReference; readonly configMapKeyRef?: ObjectReference } }[]
    | null;
  readonly envFrom?: readonly { readonly secretRef?: ObjectReference; readonly configMapRef?: ObjectReference }[] | null;
  readonly ports?: readonly { readonly hostPort?: number }[] | null;
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly capabilities?: { readonly add?: readonly string[] | null } | null;
  } | null;
}

/** Names an object in the namespace of the pod. A Secret as a volume has `secretName`, every other reference has `name`. */
export interface ObjectReference {
  readonly name?: string;
  readonly secretName?: string;
  /** Whether the pod starts without the object. */
  readonly optional?: boolean;
}

/** Where the content of a volume, or of a part of it, comes from. */
interface Source {
  readonly secret?: ObjectReference;
  readonly configMap?: ObjectReference;
}

interface Volume extends Source {
  readonly name: string;
  readonly hostPath?: object;
  readonly projected?: { readonly sources?: readonly Source[] };
}

/** The specification of a pod as far as it is looked at here. */
export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly volumes?: readonly Volume[] | null;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[] | null;
}

interface Template {
  readonly spec?: PodSpec;
  readonly template?: Template;
  readonly jobTemplate?: { readonly spec?: Template };
}

/** The pod that an object is or creates: that of a Pod, a DaemonSet, a Deployment, a StatefulSet, a Job or a CronJob. Otherwise undefined. */
export function podSpecOf(object: KubernetesObject): PodSpec | undefined {
  if (object.kind === "Pod") return object["spec"] as PodSpec | undefined;
  const spec = object["spec"] as Template | null | undefined;
  const pod = (spec?.jobTemplate?.spec ?? spec)?.template?.spec;
  // Other kinds have templates too, such as of certificates.
  return Array.isArray(pod?.containers) ? pod : undefined;
}

/** All containers of a pod, in the order in which they start. */
export function containersOf({ initContainers, containers }: PodSpec): readonly Container[] {
  return [...(initContainers ?? []), ...containers];
}

// The capabilities that the level baseline lets a container add.
const baselineCapabilities = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(" "),
);

/**
 * Whether PodSecurity refuses a pod in a namespace of the level `baseline`. Looks at the host's namespaces, folders and ports, at privileged
 * containers and at capabilities, but not at profiles of AppArmor, SELinux and seccomp.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
 */
export function isRefusedByBaseline(pod: PodSpec): boolean {
  if (pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true) return true;
  if (pod.volumes?.some(({ hostPath }) => hostPath !== undefined) === true) return true;
  return containersOf(pod).some(
    ({ ports, securityContext }) =>
      securityContext?.privileged === true ||
      (ports ?? []).some(({ hostPort = 0 }) => hostPort !== 0) ||
      (securityContext?.capabilities?.add ?? []).some((name) => !baselineCapabilities.has(name)),
  );
}
