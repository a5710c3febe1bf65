/** What is pinned for one release of the Cilium chart. */
export interface PinnedChart {
  /** SHA-256 of the chart archive. The index of the chart repository has the same one. */
  readonly sha256: string;
  /**
   * What it takes to render the same bytes from the chart folder in Cilium's source. The tests have the chart from there if the repository is
   * out of reach. Absent if no proxy serves this source.
   */
  readonly source?: {
    /** `go.sum` hash of that source as the Go module github.com/cilium/cilium. */
    readonly goModule: string;
    readonly images: ImageDigests;
  };
}

/** Digests of the released images, such as `sha256:49d87a…`. The chart archive contains them, the source does not. */
export type ImageDigests = Readonly<Record<"agent" | "operator" | "relay", string>>;
