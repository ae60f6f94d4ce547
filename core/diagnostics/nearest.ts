/** Edits that may part a word from what was meant: of longer words more. */
export const slips = (word: string): number => Math.floor(word.length / 4) + 1;

/** The candidates most like a misspelt word, best first, a swap of neighbours counting as one edit. At most `most`. */
export function nearest(word: string, candidates: Iterable<string>, most = 1): readonly string[] {
  const short = word.slice(0, 64);
  const limit = slips(short);
  const found: { readonly name: string; readonly distance: number }[] = [];
  for (const name of new Set(candidates)) {
    if (name === word || Math.abs(name.length - short.length) > limit) continue;
    const distance = editDistance(short, name);
    if (distance <= limit && distance < Math.max(short.length, 2)) found.push({ name, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, most).map((entry) => entry.name);
}

/** "similar name: `l1`", or undefined when nothing is near. */
export function similar(word: string, candidates: Iterable<string>, what = "name"): string | undefined {
  const names = nearest(word, candidates, 3);
  if (names.length === 0) return undefined;
  return `similar ${what}${names.length > 1 ? "s" : ""}: ${names.map((name) => `\`${name}\``).join(", ")}`;
}

/** Edits from one word to another (insert, delete, replace, swap neighbours), whatever their case. */
export function editDistance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()];
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
