/** Writes the package's JavaScript, made of the sources in `root`, into the folder `dist`. */
export function bundle(root: string, dist: string): Promise<void>;
