import xterm from "@xterm/headless";
import { escapeXml, unescapeXml } from "../../commands/lib/xml.ts";

const fontSize = 13;
const lineHeight = 19;
/** The width of a character of a monospaced font of this size. `textLength` holds every font to it. */
const characterWidth = 7.8;
const margin = 16;
/** SVG makes one space of several. */
const noBreakSpace = "\u00a0";
const top = 44;

/** The colors of a dark terminal: the eight of ANSI, and their bright ones. */
const palette = [
  "#6e7681",
  "#ff7b72",
  "#7ee787",
  "#e3b341",
  "#79c0ff",
  "#d2a8ff",
  "#56d4dd",
  "#c9d1d9",
  "#8b949e",
  "#ffa198",
  "#aff5b4",
  "#f2cc60",
  "#a5d6ff",
  "#e2c5ff",
  "#b3f0ff",
  "#ffffff",
];
const foreground = "#e6edf3";

interface Run {
  readonly column: number;
  readonly color: string;
  readonly isBold: boolean;
  text: string;
}

/** Draws what a program has printed to a terminal as SVG. Every line is cut after this number of columns. */
export async function drawTerminal(title: string, printed: string, columns: number): Promise<string> {
  const lines = await interpret(printed, columns);
  const width = Math.ceil(columns * characterWidth) + 2 * margin;
  const height = top + lines.length * lineHeight + margin;
  const texts = lines.flatMap((runs, row) => runs.map((run) => drawRun(run, top + (row + 0.75) * lineHeight)));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="100%" height="100%" rx="10" fill="#0d1117"/>`,
    ...["#ff5f57", "#febc2e", "#28c840"].map(
      (color, index) => `<circle cx="${margin + 8 + index * 20}" cy="22" r="6" fill="${color}"/>`,
    ),
    `<text x="${width / 2}" y="27" text-anchor="middle" font-family="system-ui, sans-serif" font-size="13" fill="#8b949e">${escapeXml(title)}</text>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}">`,
    ...texts,
    "</g>",
    "</svg>",
  ].join("\n")}\n`;
}

/** The text of a picture, line by line, without the title. */
export function readTerminal(svg: string): readonly string[] {
  const lines = new Map<string, string>();
  for (const [, x = "", y = "", text = ""] of svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" textLength[^>]*>([^<]*)</g)) {
    const column = Math.round((Number(x) - margin) / characterWidth);
    lines.set(y, (lines.get(y) ?? "").padEnd(column) + unescapeXml(text).replaceAll(noBreakSpace, " "));
  }
  return [...lines.values()];
}

function drawRun({ column, color, isBold, text }: Run, y: number): string {
  const x = (margin + column * characterWidth).toFixed(1);
  const weight = isBold ? ' font-weight="bold"' : "";
  const length = (text.length * characterWidth).toFixed(1);
  return `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}" fill="${color}"${weight}>${escapeXml(text).replaceAll(" ", noBreakSpace)}</text>`;
}

/** Lets a terminal interpret what was printed; returns the runs of characters that look the same, for each line. */
async function interpret(printed: string, columns: number): Promise<readonly (readonly Run[])[]> {
  const lines = printed.trimEnd().split("\n");
  // No line is so long that it would go on in the next one.
  const terminal = new xterm.Terminal({ cols: 1000, rows: lines.length, allowProposedApi: true });
  await new Promise<void>((resolve) => {
    terminal.write(lines.join("\r\n"), resolve);
  });
  const buffer = terminal.buffer.active;
  const runs = lines.map((_, row) => runsOf(buffer.getLine(row), columns));
  terminal.dispose();
  return runs;
}

function runsOf(line: xterm.IBufferLine | undefined, columns: number): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < columns; column += 1) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() ?? "";
    if (cell === undefined || text.trim() === "") {
      // A space has no color. One between two words belongs to the run.
      const last = runs.at(-1);
      if (last !== undefined) last.text += " ";
      continue;
    }
    const color = cell.isFgPalette() ? (palette[cell.getFgColor()] ?? foreground) : foreground;
    const isBold = cell.isBold() !== 0;
    const last = runs.at(-1);
    if (last?.color === color && last.isBold === isBold) last.text += text;
    else {
      if (last !== undefined) last.text = last.text.trimEnd();
      runs.push({ column, color, isBold, text });
    }
  }
  for (const run of runs) run.text = run.text.trimEnd();
  return runs;
}
