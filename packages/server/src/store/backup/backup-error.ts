/** A backup cannot be made, read or restored as it was asked for. The message is a sentence for the person. */
export class BackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
  }
}
