/** Hands out names that are unique in a whole network and valid as tensor names of TensorFlow.js. */
export class Names {
  private readonly taken = new Set<string>();

  /** The name itself where it is valid and free, else the nearest one that is. */
  claim(wanted: string): string {
    let base = wanted.replace(/[^-A-Za-z0-9_./]/g, "_");
    if (!/^[A-Za-z0-9.]/.test(base)) base = `layer${base}`;
    if (base.length > 200) base = base.slice(0, 200);
    let name = base;
    for (let n = 1; this.taken.has(name); n++) name = `${base}_${n}`;
    this.taken.add(name);
    return name;
  }
}
