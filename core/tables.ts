/**
 * Remembers what was worked out of an object: for what never changes, such as a network. Further arguments must follow from the
 * object.
 */
export function once<O extends object, More extends readonly unknown[], V>(
  make: (object: O, ...more: More) => V,
): (object: O, ...more: More) => V {
  const known = new WeakMap<O, { readonly value: V }>();
  return (object, ...more) => {
    const before = known.get(object);
    if (before !== undefined) return before.value;
    const value = make(object, ...more);
    known.set(object, { value });
    return value;
  };
}

/** The value of a key, made where there is none yet. */
export function entryOf<K, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Adds an item to the list of a key. */
export function addTo<K, I>(lists: Map<K, I[]>, key: K, item: I): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
