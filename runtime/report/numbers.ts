/** Numbers as people read them, the same in the terminal and in the page. */

export const count = (value: number): string => Math.round(value).toLocaleString("en-US");

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 ** 2) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 1024 ** 2).toFixed(2)} MiB`;
}

export const milliseconds = (value: number): string =>
  `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
