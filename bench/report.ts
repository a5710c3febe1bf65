/** What a process of the benchmark measures of itself. */
export interface Report {
  /** Peak resident memory. */
  readonly megabytes: number;
}

/** Prints the report of this process. It has to be the only output. */
export function printReport(): void {
  const report: Report = { megabytes: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(JSON.stringify(report));
}
