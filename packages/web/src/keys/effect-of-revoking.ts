import type { ApiKey } from '../api/types.ts';

/** What stops when this key ends, in a sentence. */
export function effectOfRevoking({ made_by, client, holder }: ApiKey): string {
  switch (made_by) {
    case 'connection':
      return `${client?.name ?? 'The app'} stops at once and asks you to connect again.`;
    case 'agent':
      return `The agent ${holder ?? ''} stops at once wherever it uses this key.`.replace('  ', ' ');
    case 'hand':
      return 'Whatever uses this key stops at once.';
    default:
      return made_by satisfies never;
  }
}
