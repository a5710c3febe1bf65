// The public interface of the package.
export { CiliumLoadBalancer, type CiliumLoadBalancerArgs } from "./ciliumLoadBalancer.ts";
export { configKeys, configuredArgs } from "./config.ts";
export * from "./inputs/args.ts";
export * from "./inputs/bgpArgs.ts";
export * from "./inputs/chartArgs.ts";
export * from "./inputs/featureArgs.ts";
export * from "./inputs/loadBalancerArgs.ts";
export * from "./inputs/talosArgs.ts";
export type { BgpRouterConfig } from "./router/bgpRouterConfig.ts";
export { InputError, type Problem, type ProblemKind } from "./support/problems.ts";
export type { MachineConfigPatches } from "./talos/machineConfig.ts";
export { TalosCiliumCni } from "./talosCiliumCni.ts";
