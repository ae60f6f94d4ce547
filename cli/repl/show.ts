import type { Difference, DoneStatement, PruningSession, Standing } from "../../api/session/types.js";
import { table, type Column } from "../../compiler/render/check/table.js";
import { inspect, inspectReport } from "../../compiler/render/inspect.js";
import { indent } from "../../compiler/render/text.js";
import { counted } from "../../core/ir/words.js";
import { bytes, count, percent } from "../../runtime/report/numbers.js";
import type { Terminal } from "../terminal.js";

/** What `show` can show, by name. Each gives lines of at most the width of the terminal. */
export const views = { layers, joins, masks, history, cost } as const;
export type View = keyof typeof views;
export const viewNames = Object.keys(views) as readonly View[];

function layers({ network }: PruningSession, { columns, colors }: Terminal): string[] {
  return inspectReport(inspect(network), { columns, palette: colors }).trimEnd().split("\n");
}

function joins({ network }: PruningSession, { columns }: Terminal): string[] {
  const { ties } = inspect(network);
  if (ties.length === 0) return ["  no layers lose their units together"];
  return ties.flatMap(({ group, units, layers: tied }) =>
    indent(`${group}  ${counted(units, "units")} of ${tied.join(", ")}`, columns),
  );
}

const maskHeads: readonly Column[] = [
  { title: "layer", align: "left" },
  { title: "channels", align: "right" },
  { title: "of", align: "right", spare: 2 },
  { title: "", align: "left", spare: 3 },
  { title: "weights", align: "right", spare: 1 },
  { title: "", align: "left", spare: 1 },
];

/** Of every layer what lives, of what was loaded. */
function masks(session: PruningSession, { columns }: Terminal): string[] {
  const rows = session
    .diff(0)
    .layers.map(({ layer, channels: [was, is], living: [all, left] }) => [
      layer,
      String(is),
      String(was),
      bar(is, was),
      count(left),
      all === 0 ? "" : percent(left / all, 0),
    ]);
  return table(maskHeads, rows, columns);
}

const WIDTH = 12;
const bar = (part: number, whole: number): string => {
  const filled = whole === 0 ? 0 : Math.round((part / whole) * WIDTH);
  return "━".repeat(filled) + "╌".repeat(WIDTH - filled);
};

const historyHeads = (measured: string): readonly Column[] => [
  { title: "", align: "right" },
  { title: "parameters", align: "right", spare: 3 },
  { title: "MACs", align: "right", spare: 4 },
  { title: measured, align: "right", spare: 2 },
  { title: "statement", align: "left" },
];

/** What was done, with what stood after it: numbers are those of `diff`. */
function history({ history: done, redoable, standing }: PruningSession, { columns }: Terminal): string[] {
  const row = (number: number, { params, macs, accuracy, loss }: Standing, text: string): string[] => [
    String(number),
    count(params),
    count(macs),
    accuracy !== null ? percent(accuracy, 2) : loss !== null ? loss.toPrecision(4) : "",
    text,
  ];
  const [first] = done;
  const rows = [
    ...(first === undefined ? [] : [row(0, first.before, "as loaded")]),
    ...done.map((one, i) => row(i + 1, one.after, oneLine(one))),
  ];
  const undone =
    redoable === 0 ? [] : [`  ${counted(redoable, "statements")} undone: \`redo\` brings them back`];
  return [
    ...(rows.length === 0
      ? ["  nothing was done yet"]
      : table(historyHeads(standing.accuracy === null ? "loss" : "accuracy"), rows, columns)),
    ...undone,
  ];
}

function oneLine({ text, stopped }: DoneStatement): string {
  const written = text.replace(/^(\s*#.*\n)+/, "").replace(/\s+/g, " ");
  return stopped === null ? written : `${written}  (stopped)`;
}

const costHeads: readonly Column[] = [
  { title: "", align: "left" },
  { title: "as loaded", align: "right" },
  { title: "now", align: "right" },
  { title: "left", align: "right", spare: 1 },
];

function cost(session: PruningSession, terminal: Terminal): string[] {
  const { then, now } = session.diff(0);
  return sizeTable(then, now, ["as loaded", "now"], terminal);
}

/** Sizes and quality at two moments; a narrow terminal gets two lines each. */
function sizeTable(
  then: Standing,
  now: Standing,
  titles: readonly [string, string],
  { columns }: Terminal,
): string[] {
  type Size = "params" | "macs" | "nonzeroParams" | "nonzeroMacs";
  const size = (what: string, of: Size, write = count): string[] => [
    what,
    write(then[of]),
    write(now[of]),
    then[of] === 0 ? "" : percent(now[of] / then[of]),
  ];
  const rows = [
    size("parameters", "params"),
    size("MACs", "macs"),
    ...(now.nonzeroParams === now.params ? [] : [size("nonzero parameters", "nonzeroParams")]),
    ...(now.nonzeroMacs === now.macs ? [] : [size("nonzero MACs", "nonzeroMacs")]),
    size("bytes of weights", "params", (params) => bytes(4 * params)),
    ...quality(then, now),
  ];
  if (columns < 48)
    return rows.flatMap(([what = "", was = "", is = ""]) => [
      ...indent(what, columns),
      ...indent(`  ${was} → ${is}`, columns),
    ]);
  const heads = costHeads.map((head, i) => ({ ...head, title: titles[i - 1] ?? head.title }));
  return table(heads, rows, columns);
}

function quality(then: Standing, now: Standing): string[][] {
  if (now.on === null) return [];
  const share = (value: number | null): string => (value === null ? "" : percent(value, 2));
  const plain = (value: number | null): string => (value === null ? "" : value.toPrecision(4));
  return [
    ...(now.accuracy === null ? [] : [[`${now.on} accuracy`, share(then.accuracy), share(now.accuracy), ""]]),
    [`${now.on} loss`, plain(then.loss), plain(now.loss), ""],
  ];
}

const diffHeads: readonly Column[] = [
  { title: "layer", align: "left" },
  { title: "channels", align: "right" },
  { title: "parameters", align: "right", spare: 1 },
  { title: "living weights", align: "right", spare: 2 },
  { title: "weights moved by", align: "right", spare: 3 },
];

/** The network as it stands against an earlier state; layers that are the same are counted only. */
export function diffLines(
  { then, now, layers: all }: Difference,
  number: number,
  terminal: Terminal,
): string[] {
  const differs = all.filter(
    ({ channels, params, living, moved }) =>
      [channels, params, living].some(([was, is]) => was !== is) || moved !== 0,
  );
  const pair = ([was, is]: readonly [number, number]): string =>
    was === is ? count(is) : `${count(was)} → ${count(is)}`;
  const rows = differs.map(({ layer, channels, params, living, moved }) => [
    layer,
    pair(channels),
    pair(params),
    pair(living),
    moved === null ? "" : moved.toPrecision(2),
  ]);
  const same = all.length - differs.length;
  return [
    ...sizeTable(then, now, [number === 0 ? "as loaded" : `after ${number}`, "now"], terminal),
    "",
    ...(rows.length === 0 ? [] : table(diffHeads, rows, terminal.columns)),
    ...(same === 0
      ? []
      : [
          `  ${counted(same, "layers")} ${same === 1 ? "is" : "are"} as ${same === 1 ? "it was" : "they were"}`,
        ]),
  ];
}
