// The documentation site: npm run docs. Its pages are the files of this folder, which must also read well on GitHub.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { slug } from "github-slugger";
import { type DefaultTheme, defineConfig } from "vitepress";
import { root } from "../../commands/lib/root.ts";
import { repositoryAddress, repositoryLinks } from "../../commands/lib/siteLinks.ts";
import { breakNames, labelCells } from "../../commands/lib/siteTables.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Parameters<typeof repositoryAddress>[0];
// The project has no public address yet (docs/releasing.md). With `repository` in package.json, links to files outside of docs/ lead there.
const repository = repositoryAddress(manifest);

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: "Getting started",
    items: [
      { text: "Which delivery to choose", link: "/" },
      { text: "Why not helm template", link: "/why" },
      { text: "A manifest", link: "/getting-started/manifest" },
      { text: "An existing cluster", link: "/getting-started/chart" },
      { text: "A new cluster", link: "/getting-started/machine-config" },
      { text: "From a Service to the LAN", link: "/service-to-lan" },
    ],
  },
  {
    text: "Guides",
    items: [
      { text: "Troubleshooting: the doctor", link: "/doctor" },
      { text: "Recipes", link: "/recipes" },
      { text: "BGP", link: "/bgp" },
      { text: "Dual stack and IPv6", link: "/dual-stack" },
      { text: "Upgrading", link: "/upgrading" },
      { text: "Hand-off", link: "/hand-off" },
      { text: "From the old script", link: "/from-the-old-script" },
    ],
  },
  {
    text: "Reference",
    items: [
      { text: "Inputs", link: "/inputs" },
      { text: "Outputs", link: "/outputs" },
      { text: "Config of a stack", link: "/config" },
      { text: "Checks", link: "/checks" },
      { text: "Defaults", link: "/defaults" },
      { text: "Security advisories", link: "/advisories" },
      { text: "Versioning", link: "/versioning" },
    ],
  },
  {
    text: "How it works",
    items: [
      { text: "Where the chart comes from", link: "/where-the-chart-comes-from" },
      { text: "Failover", link: "/failover" },
      { text: "Reliability", link: "/reliability" },
      { text: "How it is tested", link: "/how-it-is-tested" },
      { text: "Architecture", link: "/architecture" },
      { text: "Decisions", link: "/decisions/" },
      { text: "Releasing", link: "/releasing" },
    ],
  },
];

/** Pages that are one wide table, which needs the room of the outline. */
const widePages = ["advisories.md", "config.md", "defaults.md", "inputs.md", "outputs.md"];

export default defineConfig({
  title: "talos-cilium-cni",
  description: "Cilium on Talos Linux from Pulumi",
  lang: "en",
  // Where the site is served: / or the folder of a project on GitHub Pages.
  base: process.env["DOCS_BASE"] ?? "/",
  // The pages for Pulumi's registry, in its own format.
  srcExclude: ["_index.md", "installation-configuration.md"],
  // GitHub shows README.md for a folder, and a web server shows index.html.
  rewrites: { "decisions/README.md": "decisions/index.md" },
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    // The sections have the same addresses as on GitHub.
    anchor: { slugify: slug },
    config: (md) => {
      md.use(repositoryLinks(repository));
      md.use(labelCells);
      md.use(breakNames);
    },
  },
  transformPageData: ({ relativePath, frontmatter }) => {
    if (widePages.includes(relativePath)) Object.assign(frontmatter, { pageClass: "wide" });
  },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    // The index is part of the site, so that the search needs no network.
    search: { provider: "local" },
    ...(repository !== undefined && { socialLinks: [{ icon: "github", link: repository }] }),
  },
});
