import semver from "semver";

/**
 * The commands that bring a running cluster in line with its machine config: a dry run, and the real one. Talos itself only creates objects
 * that are missing. An argument that is not known becomes a placeholder.
 */
export function syncCommand(kubernetesVersion: string | undefined, node: string | undefined): string {
  // Any other version than the running one would upgrade Kubernetes, and without a version talosctl chooses its own newest.
  const version = semver.parse(kubernetesVersion)?.version ?? "<the Kubernetes version that runs>";
  const sync = `talosctl --nodes ${node ?? "<a control plane>"} upgrade-k8s --to ${version}`;
  return `${sync} --dry-run\n${sync}\n`;
}
