/** What a process of the benchmark says of itself. */
export interface Report {
  /** Of what it is there to measure. */
  readonly milliseconds: number;
  /** Its highest use of memory. */
  readonly megabytes: number;
}

/** Says it, as the only output. */
export function report(milliseconds = performance.now()): void {
  const said: Report = { milliseconds, megabytes: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(JSON.stringify(said));
}
