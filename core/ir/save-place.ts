/** What a run writes into its output folder, and into every folder that a `save` names: no folder may stand in its place. */
const RESULTS =
  /^(?:model\.json|masks\.safetensors|report\.(?:json|html)|loop\.mjs|\.espalier\.lock|weights-.*\.bin)$/;
const CHECKPOINTS = "checkpoint";

/**
 * Why results cannot be saved in the folder of this name inside the output folder; null when they can. Programs come from anywhere:
 * what they write stays in the folder that the user chose, and never where the run itself writes. What means
 * another place on another system is refused: folders are parted by `/`.
 */
export function whyNotSavedAt(path: string): string | null {
  if (path.trim() === "") return "names no folder";
  if (/^(?:[\\/]|[a-z]:)/i.test(path)) return "leaves the output folder";
  if (/[\0:\\]/.test(path)) return "is no name of a folder on every system";
  const folders: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") folders.push(part);
    else if (folders.pop() === undefined) return "leaves the output folder";
  }
  const [first] = folders;
  if (first === undefined) return "is the output folder itself, which gets the results at the end";
  if (first.toLowerCase() === CHECKPOINTS) return "is where the checkpoints are";
  const taken = folders.find((name) => RESULTS.test(name.toLowerCase()));
  return taken === undefined ? null : `has \`${taken}\` in it, which is the name of a file of the results`;
}
