/** Where the Helm chart comes from. */
export interface ChartSource {
  /**
   * A chart repository (`https://…`), or the chart itself in an OCI registry (`oci://…/cilium`).
   *
   * @default "https://helm.cilium.io"
   */
  readonly repository?: string;

  /**
   * Path of a chart archive (`.tgz`) or chart folder on this machine, used instead of the repository. A relative path is relative
   * to the working directory of the program.
   */
  readonly path?: string;

  /**
   * SHA-256 of the chart archive, 64 hexadecimal digits. Rejected for a chart folder, which has no digest.
   *
   * @default the pinned digest of the release; without a pin the archive is not checked, with a warning
   */
  readonly sha256?: string;
}
