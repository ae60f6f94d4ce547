import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtPackage } from "../helpers/package.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * An empty project with espalier from the tarball that `npm pack` makes, declarations aside, and everything else from `node_modules`
 * here, so that it takes no network. In `without` stand packages that it shall lack.
 */
export async function packedProject(without: readonly string[] = []): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), "espalier-packed-"));
  const source = join(place, "source");
  const project = join(place, "project");
  mkdirSync(source);
  const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
  for (const name of [...files.filter((one) => !one.startsWith("!") && one !== "dist"), "package.json"])
    cpSync(join(root, name), join(source, name), { recursive: true });
  cpSync(join(await builtPackage(), "dist"), join(source, "dist"), { recursive: true });
  const env = { ...process.env, npm_config_offline: "true", npm_config_update_notifier: "false" };
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", place], {
    cwd: source,
    env,
  });
  const modules = join(project, "node_modules");
  const own = join(modules, "espalier");
  mkdirSync(own, { recursive: true });
  execFileSync("tar", ["-xzf", join(place, "espalier-0.1.0.tgz"), "-C", own, "--strip-components=1"]);
  for (const name of readdirSync(join(root, "node_modules")))
    if (!name.startsWith(".") && name !== "espalier" && !without.includes(name))
      symlinkSync(join(root, "node_modules", name), join(modules, name));
  mkdirSync(join(modules, ".bin"));
  const { bin } = JSON.parse(readFileSync(join(own, "package.json"), "utf8")) as {
    bin: { espalier: string };
  };
  chmodSync(join(own, bin.espalier), 0o755);
  symlinkSync(join("..", "espalier", bin.espalier), join(modules, ".bin", "espalier"));
  return project;
}
