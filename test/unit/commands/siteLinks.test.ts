import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { createMarkdownRenderer, disposeMdItInstance } from "vitepress";
import { docsFolder, findTarget, repositoryAddress, repositoryLinks } from "../../../commands/lib/siteLinks.ts";

const page = join(docsFolder, "getting-started", "chart.md");

test("a link to a page stays in the site, and any other file is one of the repository", () => {
  assert.deepEqual(findTarget(page, "../inputs.md#x"), { href: "../inputs.md#x" });
  assert.deepEqual(findTarget(page, "../decisions/README.md"), { href: "../decisions/index.md" });
  assert.deepEqual(findTarget(page, "#install"), { href: "#install" });
  assert.deepEqual(findTarget(page, "https://www.talos.dev/"), { href: "https://www.talos.dev/" });
  assert.deepEqual(findTarget(page, "../../README.md#license"), { file: "README.md", hash: "#license" });
  assert.deepEqual(findTarget(page, "../../examples/bgp"), { file: "examples/bgp", hash: "" });
  assert.throws(
    () => findTarget(page, "inputs.md"),
    /^Error: docs.getting-started.chart\.md: the link inputs\.md leads to no file$/,
  );
});

const text = "[`createPlan`](../../components/plan.ts), [examples/bgp](../../examples/bgp), [inputs](../inputs.md)";
const environment = { path: page, relativePath: "getting-started/chart.md", cleanUrls: false };

// VitePress makes one renderer in a process, so the two are tested together, one after the other.
test("files of the repository are links if package.json has its address, and otherwise text that names the file", async () => {
  const address = repositoryAddress({ repository: { url: "git+https://github.com/someone/talos-cilium-cni.git" } });
  assert.equal(address, "https://github.com/someone/talos-cilium-cni");
  assert.equal(repositoryAddress({}), undefined);
  const render = async (repository: string | undefined) => {
    disposeMdItInstance();
    const md = await createMarkdownRenderer(docsFolder, { config: (each) => void each.use(repositoryLinks(repository)) });
    return md.render(text, environment);
  };
  const hrefs = (html: string) => Array.from(html.matchAll(/href="([^"]*)"/g), ([, href]) => href);
  const files = ["components/plan.ts", "examples/bgp"].map((file) => `${address}/blob/HEAD/${file}`);
  assert.deepEqual(hrefs(await render(address)), [...files, "./../inputs.html"]);
  const html = await render(undefined);
  assert.deepEqual(hrefs(html), ["./../inputs.html"]);
  assert.match(html, /createPlan<\/code><\/span> \(<code>components\/plan\.ts<\/code>\)/);
  assert.match(html, /examples\/bgp<\/span>,/);
});
