const milliseconds: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/** The milliseconds of a positive Go duration such as `15s` or `1m30s`, or undefined when the text is none. */
export function parseDuration(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const sum = [...text.matchAll(/([\d.]+)([a-zµ]+)/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (milliseconds[unit] ?? NaN),
    0,
  );
  return sum > 0 ? sum : undefined;
}
