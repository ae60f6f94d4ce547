import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Comparison, Spread } from "../api/compare/rows.js";
import { networks, type Published } from "./mnist/rows.js";
import { digestOf } from "../scripts/mnist-table.mjs";
import { writeResult } from "./result.js";

/**
 * The MNIST table: `npm run bench:mnist`, or `-- lenet-300-100 han agp` for some rows of one network, on the fastest backend that opens
 * (each row says which). Runs `espalier compare` on the
 * programs of `bench/mnist/`, three seeds each; what ran before in `bench/mnist/out` is not run again, and rows that are not asked for
 * stay in `bench/results/mnist.json` as they are.
 */

const cli = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));
const results = "bench/results/mnist.json";

interface Row extends Published {
  readonly network: string;
  readonly seeds: readonly number[];
  /** Test error in percent, compression over all parameters, and over bytes where weights share values: mean and sample deviation over seeds. */
  readonly ours: { readonly error: Spread; readonly compression: Spread; readonly coded?: Spread };
  readonly backend: string;
  /** Of the program, the methods that it uses and the network: a row of other ones is left out of docs/methods.md. */
  readonly digest: string;
  /** What was measured of each seed. */
  readonly runs: readonly { readonly seed: number; readonly error: number; readonly compression: number }[];
}

// After the name of the benchmark.
const [asked, ...programs] = process.argv.slice(3);
if (asked !== undefined && networks[asked] === undefined)
  throw new Error(`there is no network ${asked}: ${Object.keys(networks).join(", ")}`);
const rows = new Map<string, Row>();
const keyOf = (network: string, program: string) => `${network} ${program}`;
if (existsSync(results)) {
  const { rows: known }: { readonly rows: readonly Row[] } = JSON.parse(readFileSync(results, "utf8"));
  // With what is published and was found of them by now.
  for (const { network, program, seeds, ours, backend, digest, runs } of known) {
    const published = networks[network]?.find((row) => row.program === program);
    if (published !== undefined)
      rows.set(keyOf(network, program), { network, ...published, seeds, ours, backend, digest, runs });
  }
}

for (const [network, published] of Object.entries(networks)) {
  if (asked !== undefined && asked !== network) continue;
  const unknown = programs.find((name) => !published.some(({ program }) => program === name));
  if (unknown !== undefined) throw new Error(`${network} has no row ${unknown}`);
  // One after the other: the first rows are there before the last have begun.
  for (const row of published)
    if (programs.length === 0 || programs.includes(row.program))
      keep(network, row, compare(network, row.program));
}

function compare(network: string, program: string): Comparison {
  const folder = `bench/mnist/${network}`;
  const out = `bench/mnist/out/${network}/${program}`;
  const args = [
    ...["compare", `${folder}/${program}.prune`, "--network", `${folder}/network.mjs`, "--data", "mnist"],
    ...["--batch", "100", "--seeds", "1,2,3", "--no-controls", "--out", out],
  ];
  console.log(`${network} ${program}`);
  const { status } = spawnSync(process.execPath, [cli, ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(readFileSync(`${out}/compare.json`, "utf8"));
}

function keep(network: string, published: Published, { amounts, runs, seeds, backend }: Comparison): void {
  const [ours] = amounts;
  if (ours === undefined) return;
  const { mean, deviation } = ours.accuracy;
  const error = {
    mean: mean === null ? null : 100 * (1 - mean),
    deviation: deviation === null ? null : 100 * deviation,
  };
  rows.set(keyOf(network, published.program), {
    network,
    ...published,
    seeds,
    ours: {
      error,
      compression: ours.compression,
      ...(ours.coded.mean !== null && { coded: ours.coded }),
    },
    backend,
    digest: digestOf(network, published.program),
    runs: runs.flatMap(({ seed, accuracy, compression }) =>
      accuracy === null || compression === null ? [] : [{ seed, error: 100 * (1 - accuracy), compression }],
    ),
  });
  const order = Object.entries(networks).flatMap(([name, list]) =>
    list.map(({ program }) => keyOf(name, program)),
  );
  writeResult("mnist", { rows: order.flatMap((key) => rows.get(key) ?? []) });
}
