/** What an archive may make us do. */
export const ARCHIVE_LIMITS = {
  packedBytes: 32 * 1024 * 1024,
  unpackedBytes: 64 * 1024 * 1024,
  entries: 10_000,
  /** Of unpacked to packed bytes, for all that is above a megabyte: text shrinks to a tenth, a bomb to a thousandth. */
  ratio: 100,
  /** Values of all files together, once aliases are written out. */
  values: 5_000_000,
} as const;
