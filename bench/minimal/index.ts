import "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

class Minimal extends pulumi.ComponentResource {
  constructor(name: string) {
    super("minimal:index:Minimal", name);
    this.registerOutputs({});
  }
}

new Minimal("minimal");
