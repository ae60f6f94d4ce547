// For `node --import`: the process kills itself by SIGKILL where the JSON in DEATH says, so exactly as nobody could from outside.
//   { folder, change: n }        before the nth change it makes below the folder, or when half of it is done where that can be
//   { folder, says: word, times: n }  when it has said the word n times
// With neither it tells how many changes it made.
import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const { folder, change, says, times } = JSON.parse(process.env.DEATH ?? "{}");
const die = () => process.kill(process.pid, "SIGKILL");

let changes = 0;
const due = (path) => String(path).startsWith(folder) && ++changes === change;

for (const name of ["mkdir", "rename", "rm"]) {
  const act = files[name];
  files[name] = (path, ...rest) => {
    if (due(path)) die();
    return act(path, ...rest);
  };
}

const { open, writeFile } = files;
files.open = async (path, flags, ...rest) => {
  if (flags === "w" && due(path)) die();
  const file = await open(path, flags, ...rest);
  if (flags !== "w") return file;
  const write = file.write.bind(file);
  file.write = async (bytes, from, length) => {
    if (!due(path)) return write(bytes, from, length);
    await write(bytes, from, length >> 1);
    return die();
  };
  return file;
};
files.writeFile = async (path, text, ...rest) => {
  if (!due(path)) return writeFile(path, text, ...rest);
  await writeFile(path, text.slice(0, text.length >> 1), ...rest);
  return die();
};
syncBuiltinESMExports();

let said = 0;
const speak = process.stderr.write.bind(process.stderr);
process.stderr.write = (text, ...rest) => {
  const spoken = speak(text, ...rest);
  if (says !== undefined && String(text).includes(says) && ++said === times) die();
  return spoken;
};

if (change === undefined && says === undefined)
  process.on("exit", () => void speak(`${changes} changes below the folder\n`));
