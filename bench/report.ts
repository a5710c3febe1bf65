/** What a process of the benchmark says of itself. */
export interface Report {
  /** Its highest use of memory. */
  readonly megabytes: number;
}

/** Says it, as the only output. */
export function printReport(): void {
  const said: Report = { megabytes: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(JSON.stringify(said));
}
