/** The master secret is not the one that sealed what is in the database. The message says what to do. */
export class WrongMasterSecretError extends Error {
  constructor(cause: unknown) {
    super(
      'LATCHKEY_SECRET is not the one that this database was begun with, or it has been rotated since this process started. Set it to the same value everywhere and restart; without the variable it is the file "secret" in LATCHKEY_DATA_DIR (unable to authenticate data).',
      { cause },
    );
    this.name = 'WrongMasterSecretError';
  }
}
