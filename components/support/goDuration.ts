const milliseconds: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/** Parses a positive Go duration such as `15s` or `1m30s` to milliseconds. Returns undefined if the text is not a valid one. */
export function parseDuration(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit = ""] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) sum += Number(amount) * (milliseconds[unit] ?? NaN);
  return sum > 0 ? sum : undefined;
}
