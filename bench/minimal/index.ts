import * as pulumi from "@pulumi/pulumi";

import "@pulumi/kubernetes";

class Minimal extends pulumi.ComponentResource {
  constructor(name: string) {
    super("minimal:index:Minimal", name);
    this.registerOutputs({});
  }
}

new Minimal("minimal");
