import { escapeXml } from "./xml.ts";

/** A bar of the figure: its name, and the lengths of its segments in milliseconds. */
export interface Bar {
  readonly name: string;
  readonly segments: readonly number[];
}

const width = 860;
const left = 250;
const barHeight = 30;
const rowHeight = 46;
/** Distinct for people who do not tell red from green, and readable on a light and on a dark page. */
const colors = ["#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677", "#aa3377"];

/** Draws stacked bars with a legend, as SVG. */
export function stackedBars(title: string, legend: readonly string[], bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ segments }) => sum(segments)));
  const scale = (width - left - 90) / longest;
  const legendTop = 54;
  const barsTop = legendTop + Math.ceil(legend.length / 3) * 24 + 12;
  const height = barsTop + bars.length * rowHeight + 10;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="100%" height="100%" rx="8" fill="#ffffff"/>`,
    `<g font-family="system-ui, sans-serif" font-size="14" fill="#222222">`,
    `<text x="20" y="32" font-size="17" font-weight="600">${escapeXml(title)}</text>`,
    ...legend.flatMap((name, index) => {
      const x = 20 + (index % 3) * 275;
      const y = legendTop + Math.floor(index / 3) * 24;
      return [
        `<rect x="${x}" y="${y}" width="14" height="14" rx="2" fill="${colors[index] ?? "#000000"}"/>`,
        `<text x="${x + 22}" y="${y + 12}">${escapeXml(name)}</text>`,
      ];
    }),
    ...bars.flatMap((bar, index) => drawBar(bar, barsTop + index * rowHeight, scale)),
    "</g>",
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function drawBar({ name, segments }: Bar, y: number, scale: number): readonly string[] {
  let x = left;
  const rectangles = segments.flatMap((milliseconds, index) => {
    if (milliseconds === 0) return [];
    const length = milliseconds * scale;
    const rectangle = `<rect x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" fill="${colors[index] ?? "#000000"}"/>`;
    x += length;
    return [rectangle];
  });
  return [
    `<text x="${left - 12}" y="${y + 20}" text-anchor="end">${escapeXml(name)}</text>`,
    ...rectangles,
    `<text x="${(x + 8).toFixed(1)}" y="${y + 20}">${Math.round(sum(segments))} ms</text>`,
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
