import type { ApiKey } from '../api/types.ts';

/** An app's name is its own choice; the host that its access goes to is not. */
export function MadeBy({ apiKey: { made_by, client } }: { apiKey: ApiKey }) {
  switch (made_by) {
    case 'hand':
      return 'By hand';
    case 'agent':
      return 'For an agent';
    case 'connection':
      return client === null ? (
        'Connection'
      ) : (
        <>
          Connection of <bdi>{client.name}</bdi>
          <br />
          <span className="quiet">
            to <bdi>{client.destination}</bdi>
          </span>
        </>
      );
    default:
      return made_by satisfies never;
  }
}
