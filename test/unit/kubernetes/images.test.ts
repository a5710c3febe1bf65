import assert from "node:assert/strict";
import { test } from "node:test";
import { releaseOf } from "../../../components/kubernetes/images.ts";

const object = (image?: string) => ({
  spec: {
    template: {
      spec: {
        containers: [
          { name: "a", image },
          { name: "b", image: "x:v9.9.9" },
        ],
      },
    },
  },
});

test("the release is the tag of the container's image", () => {
  assert.equal(releaseOf(object("quay.io/cilium/cilium:v1.19.6@sha256:0"), "a"), "1.19.6");
  assert.equal(releaseOf(object("localhost:5000/cilium:v1.20.0-pre.1"), "a"), "1.20.0-pre.1");
});

test("without such a container or tag, there is no release", () => {
  for (const image of ["quay.io/cilium/cilium@sha256:0", "quay.io/cilium/cilium:latest", "localhost:5000/cilium", undefined])
    assert.equal(releaseOf(object(image), "a"), undefined);
  for (const other of [object("x:v1.1.1"), {}, undefined]) assert.equal(releaseOf(other, "c"), undefined);
});
