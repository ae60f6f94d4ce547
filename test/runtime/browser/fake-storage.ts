import type { PageStorage } from "../../../runtime/browser/storage.js";

/** Entries by their names; `room` is how many bytes it takes before it is full. */
export interface FakeStorage extends PageStorage {
  readonly entries: Map<string, Uint8Array>;
  room: number;
}

/** A storage that lives in memory, and refuses as browsers do. */
export function fakeStorage(): FakeStorage {
  const entries = new Map<string, Uint8Array>();
  const storage: FakeStorage = {
    entries,
    room: Infinity,
    list: async (prefix) => [...entries.keys()].filter((name) => name.startsWith(prefix)),
    read: async (name) => entries.get(name)?.slice() ?? null,
    async write(name, pieces) {
      const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
      storage.room -= bytes.length;
      if (storage.room < 0)
        throw new DOMException(
          "The operation failed because it would exceed its quota",
          "QuotaExceededError",
        );
      entries.set(name, bytes);
    },
    remove: async (name) => void entries.delete(name),
  };
  return storage;
}
