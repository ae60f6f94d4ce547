/** Writes the package's JavaScript, made of the sources in `root`, into the folder `dist`; `more` are entries besides its own. */
export function bundle(root: string, dist: string, more?: Readonly<Record<string, string>>): Promise<void>;
