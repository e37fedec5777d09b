/** The database has had migrations that this release does not know. The message says what to do. */
export class NewerSchemaError extends Error {
  constructor() {
    super(
      'The database has the schema of a newer release than this one. Start that release, or restore a backup from before it came ("latchkey restore"). Nothing was changed.',
    );
    this.name = 'NewerSchemaError';
  }
}
