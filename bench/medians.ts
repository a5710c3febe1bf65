import type { Report } from "./report.ts";

/** Runs what is measured, once. It may report its own memory. */
export type Work = () => Report | undefined | Promise<Report | undefined>;

/** Medians of several runs. */
export interface Figures {
  readonly milliseconds: number;
  readonly megabytes?: number;
}

/** Runs all works in turn, so that a slow moment of the machine affects all of them. The first round is a warm-up and does not count. */
export async function medians<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, Work>>,
): Promise<Readonly<Record<Name, Figures>>> {
  const names = Object.keys(works) as Name[];
  const samples = new Map(names.map((name) => [name, [] as { milliseconds: number; megabytes: number | undefined }[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      const report = await works[name]();
      const milliseconds = performance.now() - start;
      if (round > 0) samples.get(name)?.push({ milliseconds, megabytes: report?.megabytes });
    }
  }
  return Object.fromEntries(
    names.map((name) => {
      const samplesOfWork = samples.get(name) ?? [];
      const megabytes = samplesOfWork.flatMap((sample) => sample.megabytes ?? []);
      const figures = { milliseconds: median(samplesOfWork.map(({ milliseconds }) => milliseconds)) };
      return [name, megabytes.length === 0 ? figures : { ...figures, megabytes: median(megabytes) }];
    }),
  ) as Record<Name, Figures>;
}

export function median(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? NaN;
}
