import type { ApiKey } from '../api/types.ts';
import { keysText as text } from '../text/keys.ts';
import { Foreign } from '../ui/foreign.tsx';

const NAME_CHARACTERS_MAX = 60;

/** An app's name is its own choice; the host that its access goes to is not. */
export function MadeBy({ apiKey: { made_by, client } }: { apiKey: ApiKey }) {
  switch (made_by) {
    case 'hand':
      return text.byHand;
    case 'agent':
      return text.forAgent;
    case 'connection':
      if (client === null) return text.aConnection;
      return (
        <>
          {text.connectionOf}
          <Foreign text={client.name} max={NAME_CHARACTERS_MAX} />
          {text.connectionTo}
          <bdi className="strong">{client.destination}</bdi>
        </>
      );
    default:
      return made_by satisfies never;
  }
}
