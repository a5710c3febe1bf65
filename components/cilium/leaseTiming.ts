import { type HelmValues, valueAt } from "../helm/values.ts";

/** The timing of the leases by which nodes agree on who announces a Service, as Go durations. */
export type LeaseTiming = Readonly<Record<"leaseDuration" | "leaseRenewDeadline" | "leaseRetryPeriod", string>>;

/** The timing that the agents use. Where the values set nothing, the chart's defaults apply. */
export function leaseTiming(values: HelmValues): LeaseTiming {
  // A value that is not text is reported by the check against the chart's schema.
  const textAt = (key: keyof LeaseTiming) => valueAt(values, `l2announcements.${key}`) as string | undefined;
  return {
    leaseDuration: textAt("leaseDuration") ?? "15s",
    leaseRenewDeadline: textAt("leaseRenewDeadline") ?? "5s",
    leaseRetryPeriod: textAt("leaseRetryPeriod") ?? "2s",
  };
}
