import { join } from "node:path";

/** Bytes of modules that are read along with others rather than by themselves: to find and open a file takes as long as to read so many. */
const SMALL = 15_000;

/**
 * A plugin that says which modules lie in one file: those that the same starts read, so that a start opens few files and reads no more
 * than it needs, but for a little where a file of its own would take longer. `starts` are lists of modules (paths in `root`) that are
 * loaded together; modules that none of them reads are left to the bundler. One whose list is among `bare` reads nothing else: it runs
 * where there is no Node.
 */
export function chunksOf(root, starts, bare) {
  /** By module: the starts that read its file, a bit each. */
  const readers = new Map();
  return {
    name: "chunks",
    buildEnd() {
      const importsOf = (id) => this.getModuleInfo(id)?.importedIds ?? [];
      const sizeOf = (id) => this.getModuleInfo(id)?.code?.length ?? 0;
      starts.forEach((modules, start) => {
        for (const id of reached(modules, importsOf, root))
          readers.set(id, (readers.get(id) ?? 0) | (1 << start));
      });
      const alone = starts.reduce((bits, modules, i) => (bare.includes(modules) ? bits | (1 << i) : bits), 0);
      for (const [id, all] of joined(readers, alone, { importsOf, sizeOf })) readers.set(id, all);
    },
    outputOptions(options) {
      // Files that more starts read come first: what their modules import is read by at least as many.
      const groups = starts.map((_, i) => ({
        debugName: `read by ${starts.length - i}`,
        name: (id) => (count(readers.get(id) ?? 0) === starts.length - i ? named(readers.get(id)) : null),
      }));
      return { ...options, codeSplitting: { groups } };
    },
  };
}

function reached(modules, importsOf, root) {
  const found = new Set(modules.map((path) => join(root, path)));
  for (const id of found) for (const one of importsOf(id)) found.add(one);
  return found;
}

/** Puts small files into others that all their starts read, where nothing else has to be read for that. */
function joined(readers, alone, { importsOf, sizeOf }) {
  const files = new Map();
  for (const [id, all] of readers) {
    const file = files.get(all) ?? { readers: all, modules: [], size: 0 };
    files.set(all, file);
    file.modules.push(id);
    file.size += sizeOf(id);
  }
  const fileOf = new Map([...files.values()].flatMap((file) => file.modules.map((id) => [id, file])));
  for (let small; (small = smallest(files)) !== undefined;) {
    small.settled = true;
    const needs = new Set(small.modules.flatMap(importsOf).flatMap((id) => fileOf.get(id) ?? []));
    needs.delete(small);
    const into = [...files.values()]
      .filter((file) => file !== small && isWithin(small.readers, file.readers))
      .filter((file) => isWithin(file.readers & alone, small.readers))
      .filter((file) => [...needs].every((need) => need === file || isWithin(file.readers, need.readers)))
      .sort((a, b) => count(a.readers) - count(b.readers))[0];
    if (into === undefined) continue;
    files.delete(small.readers);
    into.modules.push(...small.modules);
    into.size += small.size;
    for (const id of small.modules) fileOf.set(id, into);
    // What was in the way of others may be gone.
    for (const file of files.values()) file.settled = false;
  }
  return [...fileOf].map(([id, file]) => [id, file.readers]);
}

const smallest = (files) =>
  [...files.values()]
    .filter(({ settled, size }) => settled !== true && size < SMALL)
    .sort((a, b) => a.size - b.size)[0];

const isWithin = (some, others) => (some & others) === some;

const count = (bits) => bits.toString(2).replaceAll("0", "").length;

const named = (bits) => `part-${bits.toString(36)}`;
