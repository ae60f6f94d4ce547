import { randomStream } from "../../../core/random.js";

/** Whole numbers below a bound, one after the other; the same for the same seed. */
export type Dice = (below: number) => number;

export function dice(seed: number, name: string): Dice {
  const stream = randomStream(seed, name);
  let next = 0;
  return (below) => stream.integer(next++, below);
}

/** What a bad disk, a cut download or somebody with a hex editor makes of a file. */
export function damagedBytes(whole: Uint8Array, roll: Dice): Uint8Array {
  const bytes = Uint8Array.from(whole);
  const place = () => roll(Math.max(1, bytes.length));
  const header = () => roll(Math.max(1, Math.min(bytes.length, 96)));
  switch (roll(6)) {
    case 0:
      return bytes.subarray(0, place());
    case 1:
      for (let i = 0; i <= roll(8); i++) bytes[place()] = roll(256);
      return bytes;
    case 2:
      for (let i = 0; i <= roll(3); i++) bytes[header()] = [0, 1, 127, 128, 255][roll(5)] ?? 0;
      return bytes;
    case 3:
      return bytes.fill(roll(2) * 255, place(), place());
    case 4: {
      const at = place();
      return Uint8Array.from([...bytes.subarray(0, at), roll(256), roll(256), ...bytes.subarray(at)]);
    }
    default:
      return bytes.subarray(place());
  }
}

const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  3,
  1e9,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  "x",
  "__proto__",
  "constructor",
  "../x",
  "Inf",
  [],
  [null],
  [-1],
  [1e9, 1e9],
  [[]],
  {},
  { __proto__: null, length: 3 },
  { class_name: "Dense", config: {} },
];

/** A JSON value with one to three of its places changed, taken away or exchanged. */
export function damagedJson(whole: unknown, roll: Dice): unknown {
  const json = copied(whole);
  for (let i = 0; i <= roll(3); i++) {
    const holders = objectsIn(json);
    const holder = holders[roll(holders.length)];
    if (holder === undefined) return odd[roll(odd.length)];
    const keys = Object.keys(holder);
    const key = keys[roll(Math.max(1, keys.length))] ?? "more";
    const other = keys[roll(Math.max(1, keys.length))] ?? "more";
    if (roll(4) === 0) Reflect.deleteProperty(holder, key);
    else Reflect.set(holder, key, copied(roll(4) === 0 ? Reflect.get(holder, other) : odd[roll(odd.length)]));
  }
  return json;
}

const copied = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}
