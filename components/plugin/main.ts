// The Pulumi plugin. Pulumi's language host loads this file, which starts the provider.
import { main } from "@pulumi/pulumi/provider/index.js";
import { CiliumProvider } from "./provider.ts";

void main(new CiliumProvider(), process.argv.slice(2));
