import { raise } from "../../core/diagnostics/create.js";
import { show } from "../../core/diagnostics/quote.js";
import { isObject } from "../../core/network/json.js";
import { reasonOf } from "../reason.js";

/**
 * Named bytes that stay when a page is closed: of checkpoints, and of what `save "path"` writes. Names are paths with slashes. A host may
 * bring its own; an entry that is written while the page is closed may then be there in part, which is found out when it is read.
 */
export interface PageStorage {
  /** Names that begin so, in any order. */
  list(prefix: string): Promise<readonly string[]>;
  /** Null where there is no such entry. */
  read(name: string): Promise<Uint8Array | null>;
  /** In place of what had the name. */
  write(name: string, pieces: readonly Uint8Array[]): Promise<void>;
  /** Nothing happens where there is no such entry. */
  remove(name: string): Promise<void>;
}

/** The origin private file system, IndexedDB, or one of the host's own. Default: the first of the two that is there. */
export type StorageGiven = "opfs" | "indexeddb" | PageStorage;

/** Folder and database of everything that is kept. */
const home = "espalier";

/** @throws DiagnosticError P7005 where there is none or it is refused, P7010 for what is no storage */
export async function openStorage(given: unknown): Promise<PageStorage> {
  if (isStorage(given)) return given;
  if (given !== undefined && given !== "opfs" && given !== "indexeddb")
    raise("P7010", `\`storage\` is "opfs", "indexeddb" or an object that keeps bytes, not ${show(given)}`, {
      help: "such an object has the functions `list`, `read`, `write` and `remove`",
    });
  const kind = given ?? (hasOpfs() ? "opfs" : "indexeddb");
  try {
    return kind === "opfs" ? await opfs() : await indexedDb();
  } catch (cause) {
    raise("P7005", `the storage of the page (${kind}) cannot be opened: ${reasonOf(cause)}`, {
      help: "allow the page to store data, leave `out` out, or give a `storage` of your own",
    });
  }
}

const isStorage = (value: unknown): value is PageStorage =>
  isObject(value) && ["list", "read", "write", "remove"].every((name) => typeof value[name] === "function");

/** Some browsers have the file system and let pages read it only. */
const hasOpfs = (): boolean =>
  globalThis.navigator?.storage?.getDirectory !== undefined &&
  "createWritable" in (globalThis.FileSystemFileHandle?.prototype ?? {});

/** What a stream writes stands in the file once the stream is closed, whole. */
async function opfs(): Promise<PageStorage> {
  const top = await navigator.storage.getDirectory();
  const root = await top.getDirectoryHandle(home, { create: true });
  const folderOf = async (parts: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> => {
    let at = root;
    for (const part of parts) at = await at.getDirectoryHandle(part, { create });
    return at;
  };
  const split = (name: string): readonly [folder: readonly string[], file: string] => {
    const parts = name.split("/");
    return [parts.slice(0, -1), parts.at(-1) ?? ""];
  };
  const names: (at: FileSystemDirectoryHandle, path: string) => Promise<readonly string[]> = async (
    at,
    path,
  ) => {
    const found: string[] = [];
    for await (const [name, handle] of at.entries())
      if (handle instanceof FileSystemDirectoryHandle)
        found.push(...(await names(handle, `${path}${name}/`)));
      else found.push(`${path}${name}`);
    return found;
  };
  return {
    list: async (prefix) => (await names(root, "")).filter((name) => name.startsWith(prefix)),
    async read(name) {
      const [folder, file] = split(name);
      const found = await orNull(async () => (await folderOf(folder, false)).getFileHandle(file));
      return found && new Uint8Array(await (await found.getFile()).arrayBuffer());
    },
    async write(name, pieces) {
      const [folder, file] = split(name);
      const handle = await (await folderOf(folder, true)).getFileHandle(file, { create: true });
      const stream = await handle.createWritable();
      try {
        await stream.write(new Blob(pieces.map((piece) => new Uint8Array(piece))));
        await stream.close();
      } catch (cause) {
        await stream.abort().catch(() => undefined);
        throw cause;
      }
    },
    async remove(name) {
      const [folder, file] = split(name);
      await orNull(async () => (await folderOf(folder, false)).removeEntry(file));
      // Folders that nothing is left in.
      for (let parts = folder; parts.length > 0; parts = parts.slice(0, -1)) {
        const [above, last = ""] = [parts.slice(0, -1), parts.at(-1)];
        const gone = await folderOf(above, false)
          .then((at) => at.removeEntry(last))
          .then(
            () => true,
            () => false,
          );
        if (!gone) return;
      }
    },
  };
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "NotFoundError") return null;
    throw cause;
  }
}

/** A transaction is done whole or not at all. */
async function indexedDb(): Promise<PageStorage> {
  const opening = indexedDB.open(home, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore("files");
  const base = await resultOf(opening);
  const within = <T>(mode: IDBTransactionMode, work: (files: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const transaction = base.transaction("files", mode, { durability: "strict" });
      const request = work(transaction.objectStore("files"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error ?? request.error);
      transaction.onabort = () => reject(transaction.error ?? new Error("it was given up by the browser"));
    });
  return {
    async list(prefix) {
      const keys = await within("readonly", (files) => files.getAllKeys());
      return keys.map(String).filter((name) => name.startsWith(prefix));
    },
    async read(name) {
      const found: unknown = await within("readonly", (files) => files.get(name));
      return found instanceof Blob ? new Uint8Array(await found.arrayBuffer()) : null;
    },
    write: async (name, pieces) => {
      const blob = new Blob(pieces.map((piece) => new Uint8Array(piece)));
      await within("readwrite", (files) => files.put(blob, name));
    },
    remove: async (name) => void (await within("readwrite", (files) => files.delete(name))),
  };
}

const resultOf = <T>(request: IDBOpenDBRequest & IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("it does not open"));
    request.onblocked = () => reject(new Error("another tab holds an older version of it"));
  });
