import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** All bytes of a run's results by file, wall-clock times left out. */
export async function results(out: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(out)).sort()) {
    // The page shows the report, times included; the report itself is compared.
    if (name === "report.html") continue;
    const bytes = await readFile(join(out, name));
    files[name] = name === "report.json" ? withoutTimes(bytes.toString()) : bytes.toString("base64");
  }
  return files;
}

function withoutTimes(report: string): string {
  return JSON.stringify(JSON.parse(report), (key, value: unknown) => (key === "timing" ? undefined : value));
}
