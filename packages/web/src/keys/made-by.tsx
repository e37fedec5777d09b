import type { ApiKey } from '../api/types.ts';

/** An app's name is its own choice; the host that its access goes to is not. */
export function MadeBy({ apiKey: { made_by, client } }: { apiKey: ApiKey }) {
  switch (made_by) {
    case 'hand':
      return 'made by hand';
    case 'agent':
      return 'made for this agent';
    case 'connection':
      if (client === null) return 'a connection';
      return (
        <>
          connection of <bdi>{client.name}</bdi> to <bdi className="strong">{client.destination}</bdi>
        </>
      );
    default:
      return made_by satisfies never;
  }
}
