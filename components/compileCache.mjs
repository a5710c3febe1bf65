// Keeps what Node compiles, which starts Pulumi's SDK in two thirds of the time. In Pulumi.yaml:
//
//   runtime:
//     name: nodejs
//     options:
//       nodeargs: --import talos-cilium-cni/compileCache
import { enableCompileCache } from "node:module";
import { cacheIn } from "./support/cacheFolder.mjs";

// Node's own default is a folder that other users of the machine could fill. Node would create this one too, and hang where that is impossible.
const folder = cacheIn("compiled");
if (folder !== undefined) enableCompileCache(folder);
