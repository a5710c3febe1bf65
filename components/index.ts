// The public interface of the package.
export { CiliumLoadBalancer, type CiliumLoadBalancerArgs } from "./ciliumLoadBalancer.ts";
export { configKeys, configuredArgs } from "./config.ts";
export type * from "./inputs/args.ts";
export type * from "./inputs/loadBalancerArgs.ts";
export type * from "./inputs/talosArgs.ts";
export { TalosCiliumCni } from "./talosCiliumCni.ts";
export type { MachineConfigPatches } from "./talos/machineConfig.ts";
