import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EXIT, type ExitCode } from "../terminal.js";

/** Builds or fetches tfjs-node for the project that the command is called in; what that takes is told by the script itself. */
export async function setupNative(): Promise<ExitCode> {
  const script = fileURLToPath(new URL("../../scripts/setup-native.mjs", import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0 ? EXIT.ok : EXIT.failed));
  });
}
